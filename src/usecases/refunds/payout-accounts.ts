import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** Where money is transferred that cannot go back the way it came. */
export interface PayoutAccount {
  readonly holder: string;
  readonly bank: string;
  /** Digits; blanks and hyphens are taken out. */
  readonly accountNo: string;
}

export interface PayoutAccountOnRecord {
  readonly payoutAccountId: string;
  readonly holder: string;
  readonly bank: string;
  readonly tail: string;
}

const ACCOUNT_NO = /^\d{8,30}$/;

/** Why this is no account; undefined: it may be one. */
export function payoutAccountProblem(account: PayoutAccount): Refusal | undefined {
  if (account.holder.trim().length < 2 || account.bank.trim().length < 2) {
    return refuse(
      "PAYOUT_ACCOUNT_INCOMPLETE",
      "收款账户要有户名、开户行和账号，请补全。",
      "A payout account needs holder, bank and number.",
    );
  }
  if (!ACCOUNT_NO.test(plainAccountNo(account.accountNo))) {
    return refuse(
      "PAYOUT_ACCOUNT_INVALID",
      "账号应为8到30位数字，请核对后再填。",
      "An account number has 8 to 30 digits. Check it.",
    );
  }
  return undefined;
}

export const plainAccountNo = (text: string): string => text.normalize("NFKC").replaceAll(/[\s-]/g, "");

/** The account of a tenant that is in force. */
export const findPayoutAccount = (tx: Transaction, tenantId: string): Promise<PayoutAccountOnRecord | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT id AS "payoutAccountId", holder, bank, account_no_tail AS tail FROM payout_account
      WHERE tenant_id = ${tenantId}::uuid AND replaced_at IS NULL`,
  );

/**
 * Writes an account down and returns its id; the tenant's one in force, said again, stays as it is. Another one takes its
 * place: which holds refunds for a week (money-rules 11). The caller holds an account of the tenant.
 */
export async function recordPayoutAccount(
  tx: Transaction,
  entry: {
    readonly tenantId: string | null;
    readonly account: PayoutAccount;
    readonly enteredBy: string;
    readonly nowMs: number;
  },
  encryption: FieldEncryption,
): Promise<string> {
  const { tenantId, account, enteredBy } = entry;
  const number = plainAccountNo(account.accountNo);
  const field = encryption.encrypt(number);
  const now = new Date(entry.nowMs).toISOString();
  const [holder, bank] = [account.holder.trim(), account.bank.trim()];
  if (tenantId !== null) {
    const same = await row<{ id: string }>(
      tx,
      Prisma.sql`SELECT id FROM payout_account WHERE tenant_id = ${tenantId}::uuid AND replaced_at IS NULL
        AND account_no_hash = ${field.hash} AND holder = ${holder} AND bank = ${bank}`,
    );
    if (same) return same.id;
    await execute(
      tx,
      Prisma.sql`UPDATE payout_account SET replaced_at = ${now}::timestamptz
        WHERE tenant_id = ${tenantId}::uuid AND replaced_at IS NULL`,
    );
  }
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO payout_account (id, tenant_id, holder, bank, account_no_cipher, account_no_key_id,
        account_no_hash, account_no_tail, entered_by, entered_at)
      VALUES (${id}::uuid, ${tenantId}::uuid, ${holder}, ${bank}, ${field.cipher}, ${field.keyId}, ${field.hash},
        ${number.slice(-4)}, ${enteredBy}, ${now}::timestamptz)`,
  );
  return id;
}
