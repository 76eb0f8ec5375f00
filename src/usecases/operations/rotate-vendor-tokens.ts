import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { type FieldEncryption, UnknownKeyError } from "../../db/field-encryption.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";

/**
 * Encrypts the tokens of vendors anew; returns how many. There are a handful, so one transaction does. One whose key is gone
 * is forgotten: the next call fetches another.
 */
export const rotateVendorTokens = (db: Database, encryption: FieldEncryption): Promise<number> =>
  inTransaction(db, async (tx) => {
    const found = await rows<{ key: string; cipher: Uint8Array; keyId: string }>(
      tx,
      Prisma.sql`SELECT key, token_cipher AS cipher, token_key_id AS "keyId" FROM vendor_token
        WHERE token_key_id <> ${encryption.keyId} ORDER BY key FOR UPDATE`,
    );
    for (const { key, cipher, keyId } of found) {
      const token = readable(encryption, cipher, keyId);
      const fresh = token === undefined ? undefined : encryption.encrypt(token);
      await execute(
        tx,
        Prisma.sql`UPDATE vendor_token SET token_cipher = ${fresh?.cipher ?? null}, token_key_id = ${fresh?.keyId ?? null}
          WHERE key = ${key}`,
      );
    }
    return found.length;
  });

function readable(encryption: FieldEncryption, cipher: Uint8Array, keyId: string): string | undefined {
  try {
    return encryption.decrypt(cipher, keyId);
  } catch (error) {
    if (error instanceof UnknownKeyError) return undefined;
    throw error;
  }
}
