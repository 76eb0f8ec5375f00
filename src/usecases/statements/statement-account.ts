import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StatementSource } from "../../domain/reconciliation/statement.ts";

export interface StatementAccount {
  readonly kind: "bank" | "merchant";
  readonly code: string;
  readonly entityId: string;
  readonly merchantNo: string | null;
}

/** The account of a code, of the kind that the source needs; else a Chinese sentence that says why not. */
export async function findStatementAccount(
  tx: Transaction,
  source: StatementSource,
  code: string,
): Promise<StatementAccount | string> {
  const found = await row<StatementAccount>(
    tx,
    Prisma.sql`SELECT * FROM (
        SELECT 'bank' AS kind, code, entity_id AS "entityId", NULL::text AS "merchantNo" FROM bank_account WHERE code = ${code}
        UNION ALL SELECT 'merchant', code, entity_id, mch_id FROM merchant_account WHERE code = ${code}) AS account
      ORDER BY (kind = ${source === "bank" ? "bank" : "merchant"}) DESC LIMIT 1`,
  );
  if (found === undefined) return `没有账户 ${code}，请检查 --account（银行账户或商户号在世界文件里的编号）。`;
  if (found.kind === "bank" && source !== "bank")
    return `${code} 是银行账户，不会有微信支付账单；请改 --source 或 --account。`;
  if (found.kind === "merchant" && source === "bank")
    return `${code} 是微信支付商户号，不会有银行流水；请改 --source 或 --account。`;
  return found;
}

/**
 * Compares the account that a file names with the one it was given in for. A file of another account of ours is refused; a
 * number that nobody here has (masked, or of a sub-account) is only told.
 */
export async function warnOfAccount(
  tx: Transaction,
  account: StatementAccount,
  accountNos: readonly string[],
  encryption: FieldEncryption,
): Promise<{ readonly refusal?: string; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  for (const accountNo of accountNos) {
    const code = await codeOf(tx, account, accountNo, encryption);
    if (code === account.code) return { warnings: [] };
    const shown = account.kind === "merchant" ? accountNo : `尾号 ${accountNo.slice(-4)}`;
    if (code !== undefined)
      return { refusal: `文件是账户 ${code}（${shown}）的，不是 ${account.code} 的，请核对。`, warnings: [] };
    if (!accountNo.includes("*")) warnings.push(`文件写的账户（${shown}）不是 ${account.code} 登记的号码，请核对。`);
  }
  return { warnings };
}

async function codeOf(
  tx: Transaction,
  account: StatementAccount,
  accountNo: string,
  encryption: FieldEncryption,
): Promise<string | undefined> {
  const found = await row<{ code: string }>(
    tx,
    account.kind === "merchant"
      ? Prisma.sql`SELECT code FROM merchant_account WHERE channel = 'wechat' AND mch_id = ${accountNo}`
      : Prisma.sql`SELECT code FROM bank_account WHERE account_no_hash = ${encryption.hash(accountNo)}`,
  );
  return found?.code;
}
