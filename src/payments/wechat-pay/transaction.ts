import { z } from "zod";
import type { PaymentFact } from "../../ports/payment-gateway.ts";

/** Fen as WeChat Pay writes them: JSON integers within the safe range. */
export const fenSchema = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).transform(BigInt);

/** The answer of an order query; everything but the first four is absent until the order is paid. */
export const orderSchema = z.object({
  appid: z.string(),
  mchid: z.string(),
  out_trade_no: z.string(),
  trade_state: z.string(),
  transaction_id: z.string().nullish(),
  success_time: z.string().nullish(),
  payer: z.object({ openid: z.string().nullish() }).nullish(),
  amount: z.object({ total: fenSchema.nullish(), currency: z.string().nullish() }).nullish(),
});
export type Order = z.infer<typeof orderSchema>;

/** An RFC 3339 instant with its offset, as `success_time` carries it. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** SUCCESS turns into REFUND after any refund, also a partial one (reference/wechat-pay.md section 0, fact 8). */
export const isPaidState = (tradeState: string): boolean => tradeState === "SUCCESS" || tradeState === "REFUND";

/**
 * The payment an order states, or undefined when it is not paid or lacks what a payment must have. `amountFen` is the
 * order's total, not `payer_total`: a coupon of WeChat's does not make the tenant's debt smaller.
 */
export function toPaymentFact(order: Order): PaymentFact | undefined {
  const amountFen = order.amount?.total;
  if (!isPaidState(order.trade_state) || amountFen === undefined || amountFen === null) return undefined;
  if (!order.transaction_id || !order.success_time || !INSTANT.test(order.success_time)) return undefined;
  return {
    channel: "wechat",
    merchantId: order.mchid,
    appId: order.appid,
    outTradeNo: order.out_trade_no,
    transactionId: order.transaction_id,
    amountFen,
    currency: order.amount?.currency ?? "CNY",
    successTime: order.success_time,
    payerExternalId: order.payer?.openid || undefined,
  };
}
