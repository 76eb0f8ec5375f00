import type { Fen } from "../domain/money/fen.ts";

/** What we ask a payment channel to collect. The number exists in our database before the first call. */
export interface PaymentIntent {
  readonly outTradeNo: string;
  /** At most 127 characters; what the payer reads on the receipt of the channel. */
  readonly description: string;
  readonly amountFen: Fen;
  readonly expiresAtMs: number;
}

export type PrepayResult =
  /** `codeUrl` for a QR code (Native), `prepayId` with `jsapi` for the page inside WeChat (JSAPI). */
  | { readonly state: "ready"; readonly codeUrl: string }
  | { readonly state: "ready"; readonly prepayId: string; readonly jsapi: Readonly<Record<string, string>> }
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

/** A payment as the channel states it, from a notification, a query or a statement row. */
export interface PaymentFact {
  readonly channel: "wechat";
  readonly merchantId: string;
  readonly appId: string;
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly amountFen: Fen;
  readonly currency: string;
  /** RFC 3339 with offset, as given. */
  readonly successTime: string;
  readonly payerExternalId: string | undefined;
}

export type PaymentStatus =
  | { readonly state: "paid"; readonly fact: PaymentFact }
  | { readonly state: "unpaid" }
  | { readonly state: "closed" }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly reason: string };

export type CloseResult =
  | { readonly state: "closed" }
  | { readonly state: "already-paid" }
  | { readonly state: "unknown"; readonly reason: string };

/** One merchant account of one channel. Never throws for what the channel answers. */
export interface PaymentGateway {
  readonly merchantId: string;
  createNative(intent: PaymentIntent): Promise<PrepayResult>;
  createJsapi(intent: PaymentIntent, payerOpenId: string): Promise<PrepayResult>;
  query(outTradeNo: string): Promise<PaymentStatus>;
  close(outTradeNo: string): Promise<CloseResult>;
}
