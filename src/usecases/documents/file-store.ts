import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DocumentStore, StoredDocument } from "../../ports/document-store.ts";

/** Keeps a file, encrypted, and returns its id: what a file message names. */
export async function storeFile(tx: Transaction, encryption: FieldEncryption, file: StoredDocument): Promise<string> {
  const id = newId();
  const bytes = Buffer.from(file.bytes);
  const { cipher, keyId } = encryption.encrypt(bytes.toString("base64"));
  await execute(
    tx,
    Prisma.sql`INSERT INTO document_file (id, file_name, media_type, sha256, content_cipher, content_key_id)
      VALUES (${id}::uuid, ${file.fileName}, ${file.mediaType}, ${createHash("sha256").update(bytes).digest("hex")},
        ${cipher}, ${keyId})`,
  );
  return id;
}

/** The file with this id; undefined when there is none. Throws UnknownKeyError when its key is not configured any more. */
export async function readFile(
  tx: Transaction,
  encryption: FieldEncryption,
  id: string,
): Promise<StoredDocument | undefined> {
  const found = await row<{ fileName: string; mediaType: string; cipher: Uint8Array; keyId: string }>(
    tx,
    Prisma.sql`SELECT file_name AS "fileName", media_type AS "mediaType", content_cipher AS cipher,
        content_key_id AS "keyId" FROM document_file WHERE id = ${id}::uuid`,
  );
  if (!found) return undefined;
  const { fileName, mediaType, cipher, keyId } = found;
  return { fileName, mediaType, bytes: Buffer.from(encryption.decrypt(cipher, keyId), "base64") };
}

/** Where the relay finds the bytes of file messages and of the attachments of e-mails. */
export const createDocumentStore = (db: Transaction, encryption: FieldEncryption): DocumentStore => ({
  read: (documentId) => readFile(db, encryption, documentId),
});
