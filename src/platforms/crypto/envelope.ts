import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import { encrypt, getSignature } from "@wecom/crypto";
import { type Refusal, refuse } from "./refusal.ts";

/**
 * The envelope that WeCom, the official account and DingTalk events share (reference/platforms.md section 1.1):
 * AES-256-CBC of `random(16) ‖ length(uint32 big-endian) ‖ text ‖ receiver`, padded by hand to 32 bytes, and a SHA-1 over
 * the sorted token, timestamp, nonce and ciphertext. Opening is ours, because `@wecom/crypto` accepts bad padding, bad
 * lengths and any receiver; sealing is theirs (section 1.6).
 */
export interface EnvelopeKeys {
  readonly token: string;
  /** EncodingAESKey of the console: 43 characters. */
  readonly aesKey: string;
  /** appid, corpid, app key: whom the message must be sealed for. */
  readonly receiverId: string;
}

export interface SealedEnvelope {
  readonly encrypted: string;
  /** `msg_signature` */
  readonly signature: string;
  /** As in the query: seconds since 1970 on WeCom and the official account, milliseconds on DingTalk. */
  readonly timestamp: string;
  readonly nonce: string;
}

export type Opened = { readonly ok: true; readonly text: string } | Refusal;

const AES_KEY = /^[A-Za-z0-9]{43}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const AES_BLOCK_BYTES = 16;
const RANDOM_BYTES = 16;
const HEADER_BYTES = RANDOM_BYTES + 4;
const PADDING_MAX_BYTES = 32;

/** No platform documents a tolerance; retries arrive up to 20 s late, clocks drift by minutes (section 1.4). */
export const TIMESTAMP_TOLERANCE_MS = 600_000;

/**
 * Verifies, then decrypts, then checks the receiver. `nowMs` is the wire clock. The text is returned only when every
 * check has passed.
 */
export function openEnvelope(
  keys: EnvelopeKeys,
  sealed: SealedEnvelope,
  nowMs: number,
  timestampUnit: "seconds" | "milliseconds" = "seconds",
): Opened {
  if (!AES_KEY.test(keys.aesKey)) return refuse("BAD_KEY", "the AES key is not 43 characters of A-Z, a-z, 0-9");
  if (!signatureMatches(sealed.signature, [keys.token, sealed.timestamp, sealed.nonce, sealed.encrypted])) {
    return refuse("BAD_SIGNATURE", "msg_signature differs: another token, or an altered message");
  }
  if (isStale(sealed.timestamp, nowMs, timestampUnit)) {
    return refuse("STALE", "the timestamp is more than 10 minutes from our clock");
  }
  return decrypt(keys, sealed.encrypted);
}

/** Seals a text for the platform, with a signature over the new ciphertext. Throws when the AES key is malformed. */
export function sealEnvelope(keys: EnvelopeKeys, text: string, timestamp: string, nonce: string): SealedEnvelope {
  if (!AES_KEY.test(keys.aesKey)) throw new Error("the AES key is not 43 characters of A-Z, a-z, 0-9");
  const encrypted = encrypt(keys.aesKey, text, keys.receiverId);
  return { encrypted, signature: getSignature(keys.token, timestamp, nonce, encrypted), timestamp, nonce };
}

/** Whether a signature is the hex SHA-1 of the sorted parts, joined without a separator. Takes constant time. */
export function signatureMatches(signature: string, parts: readonly string[]): boolean {
  // Code unit order, which is what the platforms sort by; localeCompare would differ.
  const expected = createHash("sha1")
    .update([...parts].sort().join(""))
    .digest();
  if (!/^[0-9a-f]{40}$/.test(signature)) return false;
  return timingSafeEqual(expected, Buffer.from(signature, "hex"));
}

/** Whether a signed timestamp is outside ±10 minutes of the wire clock, or no number at all. Pure. */
export function isStale(timestamp: string, nowMs: number, unit: "seconds" | "milliseconds" = "seconds"): boolean {
  if (!/^\d{1,15}$/.test(timestamp)) return true;
  const sentAtMs = Number(timestamp) * (unit === "seconds" ? 1000 : 1);
  return Math.abs(nowMs - sentAtMs) > TIMESTAMP_TOLERANCE_MS;
}

/** The text of a ciphertext whose signature has been verified. */
function decrypt(keys: EnvelopeKeys, encrypted: string): Opened {
  const ciphertext = BASE64.test(encrypted) ? Buffer.from(encrypted, "base64") : Buffer.alloc(0);
  if (ciphertext.length === 0 || ciphertext.length % AES_BLOCK_BYTES !== 0) {
    return refuse("BAD_CIPHERTEXT", "the ciphertext is not Base64 of whole blocks; a '+' may have become a space");
  }
  // The 43rd character carries two bits beyond the 32 bytes; real keys have them set, and Buffer ignores them.
  const key = Buffer.from(`${keys.aesKey}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, AES_BLOCK_BYTES));
  // OpenSSL pads to 16 and refuses 17..32, which is about half of all messages.
  decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(ciphertext), decipher.final()]);

  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > PADDING_MAX_BYTES || padding > plain.length) {
    return refuse("BAD_PADDING", "the padding is not 1..32: most likely another AES key");
  }
  const end = plain.length - padding;
  if (plain.subarray(end).some((byte) => byte !== padding)) {
    return refuse("BAD_PADDING", "the padding bytes differ: an altered message");
  }
  if (end < HEADER_BYTES) return refuse("BAD_LENGTH", "the plaintext is shorter than its header");
  const textEnd = HEADER_BYTES + plain.readUInt32BE(RANDOM_BYTES);
  if (textEnd > end) return refuse("BAD_LENGTH", "the length inside points beyond the plaintext");

  const receiver = plain.subarray(textEnd, end);
  if (!receiver.equals(Buffer.from(keys.receiverId, "utf8"))) {
    return refuse("WRONG_RECEIVER", "sealed for another app id than the configured one");
  }
  const text = decodeUtf8(plain.subarray(HEADER_BYTES, textEnd));
  return text === undefined ? refuse("BAD_TEXT", "the text is not UTF-8") : { ok: true, text };
}

/** The text, or undefined when the bytes are not UTF-8. A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
