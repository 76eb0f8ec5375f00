import { createVerify, type KeyObject } from "node:crypto";

/** What WeChat Pay signs in a callback and in every 2xx answer (reference/wechat-pay.md section 1.3). */
export interface SignedMessage {
  /** `Wechatpay-Timestamp`: unix seconds, as text. */
  readonly timestamp: string;
  readonly nonce: string;
  /** `Wechatpay-Serial`: 40 hex digits of a platform certificate, or `PUB_KEY_ID_…`; looked up as it is. */
  readonly serial: string;
  /** Base64 of SHA256withRSA, PKCS#1 v1.5. */
  readonly signature: string;
  /** The bytes as they arrived; empty for a 204. Never a re-serialised object. */
  readonly body: Buffer;
}

export type SignatureRefusal = "UNSIGNED" | "STALE" | "UNKNOWN_SERIAL" | "BAD_SIGNATURE";
export type Verification =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: SignatureRefusal; readonly reason: string };

/** The official Java and Go SDKs refuse at exactly five minutes, in both directions. */
const TOLERANCE_MS = 300_000;
const PROBE_PREFIX = "WECHATPAY/SIGNTEST/";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The four headers by lower-case name, or undefined when one is missing, empty or given more than once. */
export function readSignature(header: (name: string) => string | undefined, body: Buffer): SignedMessage | undefined {
  const timestamp = header("wechatpay-timestamp");
  const nonce = header("wechatpay-nonce");
  const serial = header("wechatpay-serial");
  const signature = header("wechatpay-signature");
  if (!timestamp || !nonce || !serial || !signature) return undefined;
  return { timestamp, nonce, serial, signature, body };
}

/**
 * Checks age, key and signature of a message; pure. `keys` maps serials to the public keys trusted now, `nowMs` is the
 * wire clock. Probes (`WECHATPAY/SIGNTEST/…`) are verified like anything else and so fail like a forgery.
 */
export function verifySigned(
  message: SignedMessage,
  keys: ReadonlyMap<string, KeyObject>,
  nowMs: number,
): Verification {
  if (!/^\d{1,12}$/.test(message.timestamp)) return refuse("STALE", "the timestamp is not unix seconds");
  const ageMs = nowMs - Number(message.timestamp) * 1000;
  if (Math.abs(ageMs) >= TOLERANCE_MS)
    return refuse("STALE", `signed ${Math.round(ageMs / 1000)} s ago; limit is 300 s`);
  const key = keys.get(message.serial);
  if (key === undefined) return refuse("UNKNOWN_SERIAL", "no trusted key has this serial");
  const genuine =
    BASE64.test(message.signature) &&
    createVerify("RSA-SHA256")
      .update(`${message.timestamp}\n${message.nonce}\n`)
      .update(message.body)
      .update("\n")
      .verify(key, message.signature, "base64");
  if (genuine) return { ok: true };
  const isProbe = message.signature.startsWith(PROBE_PREFIX);
  return refuse(
    "BAD_SIGNATURE",
    isProbe ? "a signature probe of WeChat Pay" : "the signature does not fit the message",
  );
}

function refuse(refusal: SignatureRefusal, reason: string): Verification {
  return { ok: false, refusal, reason };
}
