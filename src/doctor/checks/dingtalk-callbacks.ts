import { createHmac, randomBytes } from "node:crypto";
import type { DingtalkConfig } from "../../config/env.ts";
import { sealEnvelope } from "../../platforms/crypto/envelope.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";

const TIMEOUT_MS = 5_000;

/**
 * Calls our own callbacks from outside as DingTalk does, each under its signature: messages that a server with our
 * secrets opens and turns away as empty (400), so that nothing is stored, and the console's check of the event address.
 */
export async function checkDingtalkCallbacks(
  dingtalk: DingtalkConfig,
  publicUrl: string,
  clock: WireClock,
): Promise<Finding[]> {
  const base = `${publicUrl.replace(/[?#].*$/, "").replace(/\/+$/, "")}/callbacks/dingtalk`;
  const groups = await Promise.all([
    checkRobot(dingtalk, base, clock),
    checkCard(dingtalk, base, clock),
    checkEvents(dingtalk, base, clock),
  ]);
  return groups.flat();
}

async function checkRobot(dingtalk: DingtalkConfig, base: string, clock: WireClock): Promise<Finding[]> {
  const secret = dingtalk.clientSecret.reveal();
  const timestamp = String(clock.nowMs());
  const sign = hmac(secret, `${timestamp}\n${secret}`);
  const answer = await post(`${base}/robot`, "{}", { timestamp, sign });
  return judge(answer, "DINGTALK_SECRET_MISMATCH") ?? [fine("DINGTALK_CLIENT_SECRET", "机器人消息的回调验签通过")];
}

async function checkCard({ apiSecret }: DingtalkConfig, base: string, clock: WireClock): Promise<Finding[]> {
  if (apiSecret === undefined) return [];
  const timestamp = String(clock.nowMs());
  const answer = await post(`${base}/card`, "{}", {
    "x-ddpaas-signature-timestamp": timestamp,
    "x-ddpaas-signature": hmac(apiSecret.reveal(), timestamp),
  });
  return judge(answer, "DINGTALK_API_SECRET_MISMATCH") ?? [fine("DINGTALK_API_SECRET", "卡片回调验签通过")];
}

async function checkEvents(dingtalk: DingtalkConfig, base: string, clock: WireClock): Promise<Finding[]> {
  const { token, aesKey, clientId } = dingtalk;
  if (token === undefined || aesKey === undefined) return [];
  const keys = { token: token.reveal(), aesKey: aesKey.reveal(), receiverId: clientId };
  const event = JSON.stringify({ EventType: "check_url" });
  const sealed = sealEnvelope(keys, event, String(clock.nowMs()), randomBytes(4).toString("hex"));
  const query = new URLSearchParams({
    msg_signature: sealed.signature,
    timestamp: sealed.timestamp,
    nonce: sealed.nonce,
  });
  const status = await post(`${base}/event?${query}`, JSON.stringify({ encrypt: sealed.encrypted }), {});
  // Opened and answered: nothing to turn away in this one.
  if (status === 200) return [fine("DINGTALK_TOKEN", "事件订阅的回调验证通过")];
  if (status === 400) return [wrong("DINGTALK_AES_KEY_MISMATCH")];
  return judge(status, "DINGTALK_TOKEN_MISMATCH") ?? [];
}

/** What a status other than 400 says. */
function judge(
  status: number | undefined,
  mismatch: "DINGTALK_SECRET_MISMATCH" | "DINGTALK_API_SECRET_MISMATCH" | "DINGTALK_TOKEN_MISMATCH",
): Finding[] | undefined {
  if (status === undefined || status >= 500) return [wrong("SERVER_NOT_REACHED")];
  if (status === 400) return undefined;
  return [status === 401 ? wrong(mismatch) : wrong("DINGTALK_CALLBACK_MISSING", { detail: `HTTP ${status}` })];
}

const hmac = (secret: string, text: string): string => createHmac("sha256", secret).update(text).digest("base64");

/** The HTTP status; undefined without an answer. */
async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
