import { type CivilDate, toDayNumber } from "../time/civil-date.ts";

/** The channel gives money back within 365 days of the payment (reference/wechat-pay.md section 4.1). */
const WECHAT_REFUND_DAYS = 365;
/** Partial refunds of one order. */
const WECHAT_REFUNDS_PER_ORDER = 50;

export type PayoutRoute =
  | { readonly route: "wechat" }
  | { readonly route: "bank"; readonly why: "NOT_BY_WECHAT" | "TOO_OLD" | "TOO_MANY_REFUNDS" };

/** How a refund leaves: the way the money came where the channel still takes it back, else by bank transfer. */
export function payoutRouteOf(payment: {
  /** An order of ours that the channel knows; false for money of banks and cash desks, and for none at all. */
  readonly isWechatOrder: boolean;
  readonly paidOn: CivilDate | undefined;
  readonly today: CivilDate;
  /** Refunds that the channel was asked for on that order so far. */
  readonly earlierRefunds: number;
}): PayoutRoute {
  const { isWechatOrder, paidOn, today, earlierRefunds } = payment;
  if (!isWechatOrder || paidOn === undefined) return { route: "bank", why: "NOT_BY_WECHAT" };
  if (toDayNumber(today) - toDayNumber(paidOn) > WECHAT_REFUND_DAYS) return { route: "bank", why: "TOO_OLD" };
  if (earlierRefunds >= WECHAT_REFUNDS_PER_ORDER) return { route: "bank", why: "TOO_MANY_REFUNDS" };
  return { route: "wechat" };
}
