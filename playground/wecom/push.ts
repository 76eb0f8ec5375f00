import { setTimeout as delay } from "node:timers/promises";
import { call } from "../http/call.ts";
import { encryptMessage, sortedSha1 } from "../official-account/cryptography.ts";
import { digits } from "../official-account/push.ts";
import { buildXml, type XmlValue } from "../official-account/xml.ts";
import { type PassiveReply, readPassiveReply } from "./passive-reply.ts";

export interface PushChannel {
  readonly corpId: string;
  readonly agentId: number;
  readonly token: string;
  readonly aesKey: string;
  readonly callbackUrl: string;
  readonly wireNowMs: () => number;
  /** How long WeCom waits for one answer; 5000 in reality. */
  readonly pushTimeoutMs: number;
  /** From the start of one push to the start of the next. */
  readonly pushSpacingMs: number;
}

export type PushResult =
  | { readonly state: "answered"; readonly reply: PassiveReply; readonly pushes: number }
  | { readonly state: "given-up"; readonly pushes: number };

const MAX_PUSHES = 3;

/**
 * Pushes one message or event until the callback answers 200 in time (reference/platforms.md section 2). Every attempt is
 * sealed and signed anew; the message inside is the same. The answers of the first `lostAnswers` never reach WeCom.
 */
export async function pushToCallback(
  channel: PushChannel,
  userId: string,
  fields: Readonly<Record<string, XmlValue | undefined>>,
  lostAnswers = 0,
): Promise<PushResult> {
  const message = buildXml({
    ToUserName: channel.corpId,
    FromUserName: userId,
    ...fields,
    AgentID: channel.agentId,
  });
  for (let number = 1; number <= MAX_PUSHES; number += 1) {
    const startedAt = performance.now();
    const result = await pushOnce(channel, message);
    if (result.state === "answered" && result.status === 200 && number > lostAnswers) {
      const reply = readPassiveReply(result.body.toString("utf8"), { ...channel, userId });
      return { state: "answered", reply, pushes: number };
    }
    const restMs = channel.pushSpacingMs - (performance.now() - startedAt);
    if (number < MAX_PUSHES) await delay(Math.max(0, restMs), undefined, { ref: false });
  }
  return { state: "given-up", pushes: MAX_PUSHES };
}

function pushOnce(channel: PushChannel, message: string) {
  const timestamp = String(Math.floor(channel.wireNowMs() / 1000));
  const nonce = digits(10);
  const encrypt = encryptMessage(channel.aesKey, message, channel.corpId);
  const query = new URLSearchParams({
    msg_signature: sortedSha1(channel.token, timestamp, nonce, encrypt),
    timestamp,
    nonce,
  });
  return call({
    method: "POST",
    url: `${channel.callbackUrl}?${query}`,
    headers: { "Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", Accept: "*/*" },
    body: buildXml({ ToUserName: channel.corpId, AgentID: String(channel.agentId), Encrypt: encrypt }),
    timeoutMs: channel.pushTimeoutMs,
  });
}

/** The check of the callback address in the console: the sealed echostr must come back opened, within a second. */
export async function checkCallbackUrl(channel: PushChannel): Promise<boolean> {
  const timestamp = String(Math.floor(channel.wireNowMs() / 1000));
  const nonce = digits(10);
  const echo = digits(19);
  const sealed = encryptMessage(channel.aesKey, echo, channel.corpId);
  const query = [
    `msg_signature=${sortedSha1(channel.token, timestamp, nonce, sealed)}`,
    `timestamp=${timestamp}`,
    `nonce=${nonce}`,
    `echostr=${encodeURIComponent(sealed)}`,
  ].join("&");
  const result = await call({
    method: "GET",
    url: `${channel.callbackUrl}?${query}`,
    headers: { "User-Agent": "Mozilla/4.0", Accept: "*/*" },
    body: "",
    timeoutMs: 1_000,
  });
  return result.state === "answered" && result.status === 200 && result.body.toString("utf8") === echo;
}
