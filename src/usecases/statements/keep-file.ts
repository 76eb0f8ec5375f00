import { gunzipSync, gzipSync } from "node:zlib";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

const PART_BYTES = 1024 * 1024;

/** Stores a file's bytes in encrypted parts: statements name payers and their accounts. Memory: one part. */
export async function keepFile(
  tx: Transaction,
  fileId: string,
  bytes: AsyncIterable<Uint8Array>,
  encryption: FieldEncryption,
): Promise<void> {
  let part = 0;
  const store = async (piece: Buffer): Promise<void> => {
    const field = encryption.encrypt(gzipSync(piece, { level: 1 }).toString("base64"));
    await execute(
      tx,
      Prisma.sql`INSERT INTO statement_file_part (file_id, part, cipher, key_id)
        VALUES (${fileId}::uuid, ${part}, ${field.cipher}, ${field.keyId})`,
    );
    part += 1;
  };
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const piece of bytes) {
    waiting.push(Buffer.from(piece));
    size += piece.byteLength;
    if (size < PART_BYTES) continue;
    await store(Buffer.concat(waiting));
    waiting = [];
    size = 0;
  }
  if (size > 0) await store(Buffer.concat(waiting));
}

/** The bytes of a kept file, as received, part by part. */
export async function* readKeptFile(
  tx: Transaction,
  fileId: string,
  encryption: FieldEncryption,
): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const [found] = await rows<{ cipher: Uint8Array; keyId: string }>(
      tx,
      Prisma.sql`SELECT cipher, key_id AS "keyId" FROM statement_file_part WHERE file_id = ${fileId}::uuid AND part = ${part}`,
    );
    if (found === undefined) return;
    yield gunzipSync(Buffer.from(encryption.decrypt(found.cipher, found.keyId), "base64"));
  }
}
