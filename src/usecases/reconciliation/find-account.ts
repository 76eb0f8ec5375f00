import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { Account } from "./context.ts";

/** The bank or merchant account of a code. */
export async function findAccount(tx: Transaction, code: string): Promise<(Account & { readonly ok: true }) | Refusal> {
  const found = await row<Account>(
    tx,
    Prisma.sql`SELECT a.code, 'bank' AS type, a.entity_id AS "entityId", e.code AS entity, '' AS "merchantId"
      FROM bank_account a JOIN legal_entity e ON e.id = a.entity_id WHERE a.code = ${code}
      UNION ALL SELECT a.code, 'merchant', a.entity_id, e.code, a.mch_id
      FROM merchant_account a JOIN legal_entity e ON e.id = a.entity_id WHERE a.code = ${code} LIMIT 1`,
  );
  if (found) return { ok: true, ...found };
  return refuse(
    "ACCOUNT_UNKNOWN",
    `没有编号为 ${code} 的银行账户或商户号，请检查账户编号。`,
    `There is no bank or merchant account ${code}. Check the code.`,
  );
}
