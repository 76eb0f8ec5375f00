import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/**
 * Remembers when a payment was made and from whose account, for the risk rules of refunds. `account` names the payer's
 * account within its channel ("wechat|<appid>|<openid>", "bank|<number>"); only its hash is kept. Once per receipt.
 */
export async function recordPayer(
  tx: Transaction,
  receiptId: string,
  payer: { readonly paidAtMs: number | undefined; readonly account: string | undefined },
): Promise<void> {
  const { paidAtMs, account } = payer;
  const key = account === undefined ? null : createHash("sha256").update(`payer|${account}`).digest("hex");
  await execute(
    tx,
    Prisma.sql`INSERT INTO receipt_payer (receipt_id, paid_at, payer_key)
      VALUES (${receiptId}::uuid, ${paidAtMs === undefined ? null : new Date(paidAtMs).toISOString()}::timestamptz, ${key})
      ON CONFLICT (receipt_id) DO NOTHING`,
  );
}
