import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";

/** Files are a thousand times as large as phone numbers. */
const BATCH = 20;

/** Encrypts every kept file anew whose key is not the current one; returns how many. A stopped run goes on where it stopped. */
export async function rotateFiles(db: Database, encryption: FieldEncryption): Promise<number> {
  let rotated = 0;
  for (;;) {
    const count = await inTransaction(db, (tx) => rotateSome(tx, encryption));
    if (count === 0) return rotated;
    rotated += count;
  }
}

async function rotateSome(tx: Transaction, encryption: FieldEncryption): Promise<number> {
  const found = await rows<{ id: string; cipher: Uint8Array; keyId: string }>(
    tx,
    Prisma.sql`SELECT id, content_cipher AS cipher, content_key_id AS "keyId" FROM document_file
      WHERE content_key_id <> ${encryption.keyId} ORDER BY id LIMIT ${BATCH} FOR UPDATE`,
  );
  if (found.length === 0) return 0;
  const fields = found.map(({ id, cipher, keyId }) => ({
    id,
    ...encryption.encrypt(encryption.decrypt(cipher, keyId)),
  }));
  await execute(
    tx,
    Prisma.sql`UPDATE document_file f SET content_cipher = t.cipher, content_key_id = ${encryption.keyId}
      FROM unnest(${fields.map(({ id }) => id)}::uuid[], ${fields.map(({ cipher }) => cipher)}::bytea[]) AS t(id, cipher)
      WHERE f.id = t.id`,
  );
  return found.length;
}
