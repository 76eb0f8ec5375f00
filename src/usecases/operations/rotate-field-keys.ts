import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { rotateFiles } from "../documents/rotate-files.ts";
import { rotateStatementKeys } from "./rotate-statement-keys.ts";
import { rotateVendorTokens } from "./rotate-vendor-tokens.ts";

export interface RotationContext extends Actor {
  readonly today: CivilDate;
  /** Rows per transaction; default 500. */
  readonly batchSize?: number;
}

export interface RotationResult {
  /** The key id that all rows have afterwards. */
  readonly keyId: string;
  /** Rows encrypted anew by this call. */
  readonly phones: number;
  readonly bankAccounts: number;
  readonly payoutAccounts: number;
  /** Bank accounts on invoice titles. */
  readonly titleAccounts: number;
  /** Accounts that statements name, and parts of kept statement files. */
  readonly statementRows: number;
  /** Papers and other files that we send. */
  readonly files: number;
  /** Access tokens of vendors. */
  readonly vendorTokens: number;
}

/** A column with an encrypted value, its key id and the lookup hash that finds it. */
interface EncryptedColumn {
  readonly table: "person_phone" | "bank_account" | "payout_account" | "invoice_title";
  readonly key: string;
  readonly cipher: string;
  readonly keyId: string;
  readonly hash: string;
}

const PHONES: EncryptedColumn = {
  table: "person_phone",
  key: "phone_hash",
  cipher: "phone_cipher",
  keyId: "phone_key_id",
  hash: "phone_hash",
};
const BANK_ACCOUNTS: EncryptedColumn = {
  table: "bank_account",
  key: "account_no_hash",
  cipher: "account_no_cipher",
  keyId: "account_no_key_id",
  hash: "account_no_hash",
};
/** Where refunds are transferred to. The same account may stand in several rows: they all get the same new value. */
const PAYOUT_ACCOUNTS: EncryptedColumn = { ...BANK_ACCOUNTS, table: "payout_account" };

/** Of the buyers on invoice titles; several titles may name the same account. */
const TITLE_ACCOUNTS: EncryptedColumn = {
  table: "invoice_title",
  key: "bank_account_hash",
  cipher: "bank_account_cipher",
  keyId: "bank_account_key_id",
  hash: "bank_account_hash",
};

/**
 * Encrypts every value anew whose key is not the current one, and hashes its lookup anew; the old keys must still be in
 * the ring. In batches, each a transaction of its own: a run that was stopped goes on where it stopped, and one more run
 * with nothing left changes nothing. Values that came meanwhile under the new key stay and replace their old copies.
 */
export async function rotateFieldKeys(
  db: Database,
  encryption: FieldEncryption,
  context: RotationContext,
): Promise<RotationResult> {
  const phones = await rotateColumn(db, PHONES, encryption, context.batchSize ?? 500);
  const bankAccounts = await rotateColumn(db, BANK_ACCOUNTS, encryption, context.batchSize ?? 500);
  const payoutAccounts = await rotateColumn(db, PAYOUT_ACCOUNTS, encryption, context.batchSize ?? 500);
  const titleAccounts = await rotateColumn(db, TITLE_ACCOUNTS, encryption, context.batchSize ?? 500);
  const statementRows = await rotateStatementKeys(db, encryption, context.batchSize ?? 500);
  const files = await rotateFiles(db, encryption);
  const vendorTokens = await rotateVendorTokens(db, encryption);
  const counts = { phones, bankAccounts, payoutAccounts, titleAccounts, statementRows, files, vendorTokens };
  const result = { keyId: encryption.keyId, ...counts };
  if (Object.values(counts).some((count) => count > 0)) {
    await inTransaction(db, (tx) =>
      recordAudit(tx, [
        {
          actor: context.actor,
          channel: context.channel,
          ip: context.ip,
          businessDate: context.today,
          action: "keys.rotated",
          subjectKind: "field-key",
          subjectId: encryption.keyId,
          after: result,
        },
      ]),
    );
  }
  return result;
}

/** The key ids of stored values that no configured key can read, in order; empty when all can be read. */
export async function findMissingKeyIds(db: Database, encryption: FieldEncryption): Promise<string[]> {
  const found = await rows<{ keyId: string }>(
    db,
    Prisma.sql`SELECT phone_key_id AS "keyId" FROM person_phone
      UNION SELECT account_no_key_id FROM bank_account UNION SELECT account_no_key_id FROM payout_account
      UNION SELECT bank_account_key_id FROM invoice_title WHERE bank_account_key_id IS NOT NULL
      UNION SELECT account_key_id FROM counterparty_account UNION SELECT key_id FROM statement_file_part
      UNION SELECT content_key_id FROM document_file ORDER BY 1`,
  );
  return found.map(({ keyId }) => keyId).filter((keyId) => !encryption.keyIds.includes(keyId));
}

async function rotateColumn(
  db: Database,
  column: EncryptedColumn,
  encryption: FieldEncryption,
  batchSize: number,
): Promise<number> {
  let rotated = 0;
  for (;;) {
    const count = await inTransaction(db, (tx) => rotateBatch(tx, column, encryption, batchSize));
    if (count === 0) return rotated;
    rotated += count;
  }
}

async function rotateBatch(
  tx: Transaction,
  column: EncryptedColumn,
  encryption: FieldEncryption,
  batchSize: number,
): Promise<number> {
  const [table, key, cipher, keyId, hash] = [column.table, column.key, column.cipher, column.keyId, column.hash].map(
    (name) => Prisma.raw(name),
  ) as [Prisma.Sql, Prisma.Sql, Prisma.Sql, Prisma.Sql, Prisma.Sql];
  const found = await rows<{ old: string; cipher: Uint8Array; key_id: string }>(
    tx,
    Prisma.sql`SELECT encode(${key}, 'hex') AS old, ${cipher} AS cipher, ${keyId} AS key_id FROM ${table}
      WHERE ${keyId} <> ${encryption.keyId} ORDER BY ${key} LIMIT ${batchSize} FOR UPDATE`,
  );
  if (found.length === 0) return 0;
  const values = toRecordset(
    found.map(({ old, cipher: stored, key_id }) => {
      const field = encryption.encrypt(encryption.decrypt(stored, key_id));
      return {
        old,
        cipher: field.cipher.toString("hex"),
        key_id: field.keyId,
        hash: field.hash.toString("hex"),
      };
    }),
  );
  const fresh = Prisma.sql`jsonb_to_recordset(${values}::jsonb) AS t(old text, cipher text, key_id text, hash text)`;
  if (column.table === "person_phone") {
    // Somebody bound the same phone while we were at it: that row is newer and already under the current key.
    await execute(
      tx,
      Prisma.sql`DELETE FROM person_phone o USING ${fresh}
        WHERE o.phone_hash = decode(t.old, 'hex')
          AND EXISTS (SELECT 1 FROM person_phone n WHERE n.phone_hash = decode(t.hash, 'hex'))`,
    );
  }
  await execute(
    tx,
    Prisma.sql`UPDATE ${table} o SET ${cipher} = decode(t.cipher, 'hex'), ${keyId} = t.key_id, ${hash} = decode(t.hash, 'hex')
      FROM ${fresh} WHERE o.${key} = decode(t.old, 'hex')`,
  );
  return found.length;
}
