import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type PayoutRoute, payoutRouteOf } from "../../domain/refund/payout-route.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { RefundableSource } from "./refundable-sources.ts";

/** The order through which a payment came. */
export interface WechatOrder {
  readonly orderId: string;
  readonly merchantAccountId: string;
  readonly earlierRefunds: number;
}

/** How money of a source would leave today, and the order that it would go back to. */
export async function findPayoutWay(
  tx: Transaction,
  source: Pick<RefundableSource, "receiptId" | "valueDate">,
  today: CivilDate,
): Promise<PayoutRoute & { readonly payment: WechatOrder | undefined }> {
  const payment = await loadPayment(tx, source.receiptId);
  const way = payoutRouteOf({
    isWechatOrder: payment !== undefined,
    paidOn: source.valueDate ?? undefined,
    today,
    earlierRefunds: payment?.earlierRefunds ?? 0,
  });
  return { ...way, payment };
}

async function loadPayment(tx: Transaction, receiptId: string | null): Promise<WechatOrder | undefined> {
  if (receiptId === null) return undefined;
  return row<WechatOrder>(
    tx,
    Prisma.sql`SELECT o.id AS "orderId", o.merchant_account_id AS "merchantAccountId",
        (SELECT count(*)::int FROM refund f WHERE f.payment_order_id = o.id AND f.route = 'wechat'
          AND f.state NOT IN ('rejected', 'cancelled')) AS "earlierRefunds"
      FROM receipt r JOIN payment_order o ON o.id = r.payment_order_id
      WHERE r.id = ${receiptId}::uuid AND r.channel = 'wechat'`,
  );
}
