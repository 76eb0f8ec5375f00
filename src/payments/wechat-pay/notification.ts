import { z } from "zod";
import type { WireClock } from "../../ports/clock.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import type { RefundFact } from "../../ports/refund-gateway.ts";
import { DecryptionError, decryptResource, encryptedResourceSchema } from "./decrypt.ts";
import type { TrustStore } from "./keys.ts";
import { refundNoticeSchema, toRefundFact } from "./refund-fact.ts";
import { orderSchema, toPaymentFact } from "./transaction.ts";
import { readSignature, type SignatureRefusal, verifySigned } from "./verify.ts";

/** A callback as Koa's `req` gives it: headers by lower-case name, the body as the bytes that arrived. */
export interface RawNotification {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** `id` stays the same when WeChat Pay sends a notification again; timestamp and signature do not. */
export interface PaymentNotification {
  readonly id: string;
  readonly eventType: string;
  readonly fact: PaymentFact;
}
export interface RefundNotification {
  readonly id: string;
  readonly eventType: string;
  readonly fact: RefundFact;
}

/**
 * - `KEYS_UNAVAILABLE`: the platform's certificates did not arrive in time to answer within 5 s.
 * - `NOT_JSON`: also a V2 XML notification, which a refund started in the merchant console produces.
 * - `MALFORMED`: genuine, but not a notification as documented.
 * - `UNDECRYPTABLE`: genuine, but our APIv3 key does not open it; correct the key and the resend will pass.
 */
export type NotificationRefusal = SignatureRefusal | "KEYS_UNAVAILABLE" | "NOT_JSON" | "MALFORMED" | "UNDECRYPTABLE";

/** What to answer: `ignored` and the two accepted kinds are a 200 or 204 with an empty body, once they are stored. */
export type NotificationResult =
  | { readonly kind: "payment"; readonly notification: PaymentNotification }
  | { readonly kind: "refund"; readonly notification: RefundNotification }
  | { readonly kind: "ignored"; readonly id: string; readonly eventType: string }
  | {
      readonly kind: "refused";
      readonly refusal: NotificationRefusal;
      /** The HTTP status decides over a resend, the body is only read by people. */
      readonly status: 400 | 401 | 500 | 503;
      readonly body: { readonly code: "FAIL"; readonly message: string };
    };

export interface NotificationAccount {
  readonly trust: TrustStore;
  readonly apiV3Key: string;
  readonly clock: WireClock;
}

const envelopeSchema = z.object({
  id: z.string().min(1).max(64),
  event_type: z.string().min(1).max(64),
  resource: encryptedResourceSchema,
});

/** WeChat Pay waits 5 s for the answer; storing the notification needs the rest. */
const KEYS_DEADLINE_MS = 3_000;

/**
 * Verifies, then parses and decrypts a callback (reference/wechat-pay.md section 3). Never throws for what arrives. Says
 * nothing about whether the payment fits an order of ours: merchant, app, amount and currency are the use case's to compare.
 */
export async function openNotification(
  raw: RawNotification,
  account: NotificationAccount,
): Promise<NotificationResult> {
  const signed = readSignature((name) => single(raw.headers[name]), raw.body);
  if (signed === undefined) {
    // Only the first byte is looked at: what is unsigned is never parsed.
    if (raw.body[0] === 0x3c) return refuse("NOT_JSON", 400, "XML notifications (APIv2) are not accepted");
    return refuse("UNSIGNED", 401, "Wechatpay-* signature headers are missing");
  }
  const keys = await withinDeadline(account.trust.keysFor(signed.serial));
  if (keys === undefined) return refuse("KEYS_UNAVAILABLE", 503, "platform keys are not available, please resend");
  const verification = verifySigned(signed, keys, account.clock.nowMs());
  if (!verification.ok) return refuse(verification.refusal, 401, verification.reason);
  return openVerified(raw.body, account.apiV3Key);
}

function openVerified(body: Buffer, apiV3Key: string): NotificationResult {
  const parsed = parseJson(body);
  if (parsed === undefined) return refuse("NOT_JSON", 400, "the body is not JSON in UTF-8");
  const envelope = envelopeSchema.safeParse(parsed.value);
  if (!envelope.success) return refuse("MALFORMED", 400, "the body is not a notification");
  const { id, event_type: eventType, resource } = envelope.data;
  const isPayment = eventType === "TRANSACTION.SUCCESS";
  if (!isPayment && !REFUND_EVENTS.has(eventType)) return { kind: "ignored", id, eventType };
  let plain: { readonly value: unknown } | undefined;
  try {
    plain = parseJson(decryptResource(resource, apiV3Key));
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    return refuse("UNDECRYPTABLE", 500, error.message);
  }
  if (isPayment) {
    const order = orderSchema.safeParse(plain?.value);
    const fact = order.success ? toPaymentFact(order.data) : undefined;
    if (fact !== undefined) return { kind: "payment", notification: { id, eventType, fact } };
  } else {
    const notice = refundNoticeSchema.safeParse(plain?.value);
    const fact = notice.success ? toRefundFact(notice.data, notice.data.refund_status, notice.data.mchid) : undefined;
    if (fact !== undefined) return { kind: "refund", notification: { id, eventType, fact } };
  }
  return refuse("MALFORMED", 400, `the resource of ${eventType} lacks required fields`);
}

const REFUND_EVENTS = new Set(["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"]);

/** A header given twice is as good as none: we would not know which one was signed. */
const single = (header: string | string[] | undefined): string | undefined =>
  typeof header === "string" ? header : undefined;

function refuse(refusal: NotificationRefusal, status: 400 | 401 | 500 | 503, message: string): NotificationResult {
  return { kind: "refused", refusal, status, body: { code: "FAIL", message } };
}

function parseJson(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

async function withinDeadline<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), KEYS_DEADLINE_MS);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
