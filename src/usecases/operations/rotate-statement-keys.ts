import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";

/** A part of a kept file holds up to a megabyte. */
const PARTS_AT_ONCE = 8;

/** Encrypts the accounts on statements and the kept files anew, in batches; returns how many rows. See rotateFieldKeys. */
export async function rotateStatementKeys(
  db: Database,
  encryption: FieldEncryption,
  batchSize: number,
): Promise<number> {
  let rotated = 0;
  for (;;) {
    const count = (await rotateAccounts(db, encryption, batchSize)) + (await rotateParts(db, encryption));
    if (count === 0) return rotated;
    rotated += count;
  }
}

const rotateAccounts = (db: Database, encryption: FieldEncryption, batchSize: number): Promise<number> =>
  inTransaction(db, async (tx) => {
    const found = await rows<{ id: string; cipher: Uint8Array; keyId: string }>(
      tx,
      Prisma.sql`SELECT id, account_cipher AS cipher, account_key_id AS "keyId" FROM counterparty_account
        WHERE account_key_id <> ${encryption.keyId} ORDER BY id LIMIT ${batchSize} FOR UPDATE`,
    );
    const values = found.map(({ id, cipher, keyId }) => {
      const field = encryption.encrypt(encryption.decrypt(cipher, keyId));
      return { id, cipher: field.cipher.toString("hex"), key_id: field.keyId, hash: field.hash.toString("hex") };
    });
    // An account that came again under the new key meanwhile has a row of its own, which lines name: the older one stays
    // readable and gives up being found.
    return execute(
      tx,
      Prisma.sql`UPDATE counterparty_account o SET account_cipher = decode(t.cipher, 'hex'), account_key_id = t.key_id,
          account_hash = CASE WHEN EXISTS (SELECT 1 FROM counterparty_account n WHERE n.account_hash = decode(t.hash, 'hex'))
            THEN decode(t.hash || '00', 'hex') ELSE decode(t.hash, 'hex') END
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, cipher text, key_id text, hash text)
        WHERE o.id = t.id`,
    );
  });

const rotateParts = (db: Database, encryption: FieldEncryption): Promise<number> =>
  inTransaction(db, async (tx) => {
    const found = await rows<{ fileId: string; part: number; cipher: Uint8Array; keyId: string }>(
      tx,
      Prisma.sql`SELECT file_id AS "fileId", part, cipher, key_id AS "keyId" FROM statement_file_part
        WHERE key_id <> ${encryption.keyId} ORDER BY file_id, part LIMIT ${PARTS_AT_ONCE} FOR UPDATE`,
    );
    for (const { fileId, part, cipher, keyId } of found) {
      const field = encryption.encrypt(encryption.decrypt(cipher, keyId));
      await execute(
        tx,
        Prisma.sql`UPDATE statement_file_part SET cipher = ${field.cipher}, key_id = ${field.keyId}
          WHERE file_id = ${fileId}::uuid AND part = ${part}`,
      );
    }
    return found.length;
  });
