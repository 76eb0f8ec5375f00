import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { call } from "../http/call.ts";
import { encryptMessage, sortedSha1 } from "./cryptography.ts";
import { type PassiveReply, readPassiveReply } from "./passive-reply.ts";
import { buildXml, type XmlValue } from "./xml.ts";

export interface PushChannel {
  readonly appId: string;
  readonly originalId: string;
  readonly token: string;
  readonly aesKey: string;
  readonly callbackUrl: string;
  readonly wireNowMs: () => number;
  /** How long WeChat waits for one answer; 5000 in reality. */
  readonly pushTimeoutMs: number;
  /** From the start of one push to the start of the next; 5000 in reality. */
  readonly pushSpacingMs: number;
}

/** One delivery of a push to the callback. */
export interface PushAttempt {
  readonly outcome: "answered" | "timed-out" | "failed";
  readonly status: number | undefined;
  readonly tookMs: number;
}

export type PushResult =
  | { readonly state: "answered"; readonly reply: PassiveReply; readonly attempts: readonly PushAttempt[] }
  | { readonly state: "given-up"; readonly attempts: readonly PushAttempt[] };

/** WeChat pushes three times in all (reference/platforms.md 2). */
export const maxPushes = 3;

/**
 * Pushes one message or event in safe mode until the callback answers 200 in time. Every attempt is encrypted and signed
 * anew; the message inside, with its MsgId, is the same.
 */
export async function pushToCallback(
  channel: PushChannel,
  openId: string,
  fields: Readonly<Record<string, XmlValue | undefined>>,
): Promise<PushResult> {
  const message = buildXml({ ToUserName: channel.originalId, FromUserName: openId, ...fields });
  const attempts: PushAttempt[] = [];
  for (let number = 1; number <= maxPushes; number += 1) {
    const startedAt = performance.now();
    const result = await pushOnce(channel, openId, message);
    const tookMs = performance.now() - startedAt;
    attempts.push({
      outcome: result.state,
      status: result.state === "answered" ? result.status : undefined,
      tookMs,
    });
    if (result.state === "answered" && result.status === 200) {
      const reply = readPassiveReply(result.body.toString("utf8"), { ...channel, openId });
      return { state: "answered", reply, attempts };
    }
    if (number < maxPushes) await delay(Math.max(0, channel.pushSpacingMs - tookMs), undefined, { ref: false });
  }
  return { state: "given-up", attempts };
}

function pushOnce(channel: PushChannel, openId: string, message: string) {
  const timestamp = String(Math.floor(channel.wireNowMs() / 1000));
  const nonce = digits(10);
  const encrypt = encryptMessage(channel.aesKey, message, channel.appId);
  const query = new URLSearchParams({
    signature: sortedSha1(channel.token, timestamp, nonce),
    timestamp,
    nonce,
    openid: openId,
    encrypt_type: "aes",
    msg_signature: sortedSha1(channel.token, timestamp, nonce, encrypt),
  });
  return call({
    method: "POST",
    url: `${channel.callbackUrl}?${query}`,
    headers: { "Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", Accept: "*/*", Pragma: "no-cache" },
    body: buildXml({ ToUserName: channel.originalId, Encrypt: encrypt }),
    timeoutMs: channel.pushTimeoutMs,
  });
}

/**
 * The check of the callback address in the console: a signed GET whose echostr must come back verbatim. The echostr
 * holds characters that need encoding in a URL, which is where receivers fail.
 */
export async function checkCallbackUrl(channel: PushChannel): Promise<boolean> {
  const timestamp = String(Math.floor(channel.wireNowMs() / 1000));
  const nonce = digits(10);
  const echo = `${digits(8)}+/ ${randomBytes(6).toString("base64")}==&校验`;
  const query = [
    `signature=${sortedSha1(channel.token, timestamp, nonce)}`,
    `echostr=${encodeURIComponent(echo)}`,
    `timestamp=${timestamp}`,
    `nonce=${nonce}`,
  ].join("&");
  const result = await call({
    method: "GET",
    url: `${channel.callbackUrl}?${query}`,
    headers: { "User-Agent": "Mozilla/4.0", Accept: "*/*" },
    body: "",
    timeoutMs: channel.pushTimeoutMs,
  });
  return result.state === "answered" && result.status === 200 && result.body.toString("utf8") === echo;
}

/** Decimal digits; the first is never 0, so that nobody can lose it by reading a number. */
export function digits(length: number): string {
  const bytes = randomBytes(length);
  return Array.from(bytes, (byte, index) => (index === 0 ? 1 + (byte % 9) : byte % 10)).join("");
}
