import { randomBytes } from "node:crypto";
import { call } from "../http/call.ts";
import { readJsonObject } from "../http/server.ts";
import { decryptMessage, encryptMessage, sortedSha1 } from "../official-account/cryptography.ts";

export interface EventChannel {
  /** The app key, for which events are sealed. */
  readonly clientId: string;
  readonly token: string;
  readonly aesKey: string;
  readonly callbackUrl: string;
  readonly wireNowMs: () => number;
  readonly timeoutMs: number;
}

/** Pushes one event; true when "success" came back, sealed and signed as it must be. */
export async function pushEvent(channel: EventChannel, event: Readonly<Record<string, unknown>>): Promise<boolean> {
  const timestamp = String(channel.wireNowMs());
  const nonce = randomBytes(4).toString("hex");
  const encrypted = encryptMessage(channel.aesKey, JSON.stringify(event), channel.clientId);
  const signature = sortedSha1(channel.token, timestamp, nonce, encrypted);
  const query = new URLSearchParams({ signature, msg_signature: signature, timestamp, nonce });
  const result = await call({
    method: "POST",
    url: `${channel.callbackUrl}?${query}`,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ encrypt: encrypted }),
    timeoutMs: channel.timeoutMs,
  });
  return result.state === "answered" && result.status === 200 && isSuccess(channel, result.body);
}

function isSuccess(channel: EventChannel, body: Buffer): boolean {
  const answer = readJsonObject(body);
  if (answer === undefined) return false;
  const { msg_signature: signature, timeStamp, nonce, encrypt } = answer;
  if (typeof timeStamp !== "string" || typeof nonce !== "string" || typeof encrypt !== "string") return false;
  if (signature !== sortedSha1(channel.token, timeStamp, nonce, encrypt)) return false;
  try {
    const opened = decryptMessage(channel.aesKey, encrypt);
    return opened.message === "success" && opened.receiveId === channel.clientId;
  } catch {
    return false;
  }
}
