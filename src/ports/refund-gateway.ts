import type { Fen } from "../domain/money/fen.ts";

/**
 * A refund we have approved. Number and amounts exist in our database before the first call; a repeated call carries the
 * same number and the same amounts, a further partial refund a new number (reference/wechat-pay.md section 4.1).
 */
export interface RefundIntent {
  /** At most 64 digits, letters, `_`, `-`, `*`, `@`. */
  readonly outRefundNo: string;
  readonly outTradeNo: string;
  readonly refundFen: Fen;
  /** The total of the original order. */
  readonly orderTotalFen: Fen;
  /** What the payer reads; at most 80 characters are sent. */
  readonly reason?: string;
}

/** `closed` and `succeeded` are final. `abnormal`: the payer's account is dead, a person must act. */
export type RefundState = "processing" | "succeeded" | "closed" | "abnormal";

/** A refund as the channel states it, from an answer, a query or a notification. */
export interface RefundFact {
  readonly channel: "wechat";
  readonly merchantId: string;
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly outRefundNo: string;
  readonly refundId: string;
  readonly state: RefundState;
  readonly refundFen: Fen;
  readonly orderTotalFen: Fen;
  /** RFC 3339 with offset, once the money has arrived. */
  readonly successTime: string | undefined;
  /** Where it went, in the channel's words: 支付用户零钱, 招商银行信用卡0403. */
  readonly receivedBy: string | undefined;
}

export type RefundResult =
  /** The channel took it on; only `fact.state` says whether money has moved. */
  | { readonly state: "accepted"; readonly fact: RefundFact }
  /** The merchant account lacks the money: top up, then ask again with the same number. The approval stays open. */
  | { readonly state: "insufficient-funds"; readonly code: string; readonly reason: string }
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  /** It may have been accepted: query first; `missing` there means ask again with the same number. */
  | { readonly state: "unknown"; readonly reason: string };

export type RefundStatus =
  | { readonly state: "known"; readonly fact: RefundFact }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly reason: string };

/** Refunds of one merchant account. Never throws for what the channel answers. */
export interface RefundGateway {
  readonly merchantId: string;
  request(intent: RefundIntent): Promise<RefundResult>;
  query(outRefundNo: string): Promise<RefundStatus>;
}
