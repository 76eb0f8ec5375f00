import { Prisma } from "../../../generated/prisma/client.ts";
import type { EncryptedField } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalFact, ApprovalPayload, ApprovalRequest } from "../approvals/approval.ts";
import type { ApprovalSubject } from "../approvals/subject.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { CHANGE_TEXT } from "./text.zh-CN.ts";

export interface CheckedBankAccount {
  readonly ok: true;
  readonly entityId: string;
  readonly code: string;
  /** Without the number in the clear: only its end is kept readable. */
  readonly payload: ApprovalPayload;
  readonly facts: readonly ApprovalFact[];
}

/** Reads {"entity", "code", "bank", "accountNo"}: a new account, or another bank or number for a known code. */
export async function checkBankAccount(
  tx: Transaction,
  written: Readonly<Record<string, unknown>>,
  encrypt: (plain: string) => EncryptedField,
): Promise<CheckedBankAccount | Refusal> {
  const { entity, code, bank, accountNo } = written;
  if ([entity, code, bank, accountNo].some((field) => typeof field !== "string" || field.trim() === "")) {
    return invalid('文件应是 {"entity", "code", "bank", "accountNo"}，四项都是文本');
  }
  const number = String(accountNo).replaceAll(/[\s-]/g, "");
  if (!/^\d{8,32}$/.test(number)) return invalid("银行账号应是8到32位数字");
  const found = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM legal_entity WHERE code = ${String(entity)}`);
  if (!found) return invalid(`没有公司 ${String(entity)}`);
  const { cipher, keyId, hash } = encrypt(number);
  const taken = await row<{ code: string }>(
    tx,
    Prisma.sql`SELECT code FROM bank_account WHERE account_no_hash = decode(${hash.toString("hex")}, 'hex')`,
  );
  if (taken) return invalid(`这个账号已经登记为 ${taken.code}`);
  const other = await row<{ entity_id: string; bank: string }>(
    tx,
    Prisma.sql`SELECT entity_id, bank FROM bank_account WHERE code = ${String(code)}`,
  );
  if (other && other.entity_id !== found.id) return invalid(`账户 ${String(code)} 属于另一家公司`);
  return {
    ok: true,
    entityId: found.id,
    code: String(code),
    payload: {
      entityId: found.id,
      code: String(code),
      bank: String(bank),
      cipher: cipher.toString("hex"),
      keyId,
      hash: hash.toString("hex"),
      tail: number.slice(-4),
    },
    facts: [
      { label: CHANGE_TEXT.entity, value: String(entity) },
      { label: CHANGE_TEXT.account, value: String(code) },
      { label: CHANGE_TEXT.before, value: other?.bank ?? CHANGE_TEXT.none },
      { label: CHANGE_TEXT.bank, value: String(bank) },
      { label: CHANGE_TEXT.accountNo, value: CHANGE_TEXT.hidden(number.slice(-4)) },
    ],
  };
}

const invalid = (why: string): Refusal => refuse("CHANGE_INVALID", `这项变更不能登记：${why}。`, why);

/** Where tenants pay to. The number stays encrypted from the request on. */
export const bankAccountSubject: ApprovalSubject = {
  type: "bank-account",
  async apply(tx: Transaction, { payload }: ApprovalRequest) {
    const { entityId, code, bank, cipher, keyId, hash, tail } = payload as Record<string, string>;
    const before = await row<{ bank: string; key: string }>(
      tx,
      Prisma.sql`SELECT bank, encode(account_no_hash, 'hex') AS key FROM bank_account WHERE code = ${code ?? ""} FOR UPDATE`,
    );
    const written = await execute(
      tx,
      Prisma.sql`INSERT INTO bank_account (id, entity_id, code, bank, account_no_cipher, account_no_key_id, account_no_hash)
        VALUES (${newId()}::uuid, ${entityId}::uuid, ${code}, ${bank}, decode(${cipher}, 'hex'), ${keyId},
          decode(${hash}, 'hex'))
        ON CONFLICT (code) DO UPDATE SET bank = EXCLUDED.bank, account_no_cipher = EXCLUDED.account_no_cipher,
          account_no_key_id = EXCLUDED.account_no_key_id, account_no_hash = EXCLUDED.account_no_hash
        WHERE bank_account.entity_id = EXCLUDED.entity_id`,
    );
    if (written === 0) return invalid(`账户 ${code ?? ""} 属于另一家公司`);
    return { ok: true, before: { bank: before?.bank ?? null, numberHash: before?.key ?? null }, after: { bank, tail } };
  },
};
