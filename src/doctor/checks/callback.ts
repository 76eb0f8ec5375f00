import { createHash, randomBytes } from "node:crypto";
import type { OfficialAccountConfig } from "../../config/env.ts";
import { sealEnvelope } from "../../platforms/crypto/envelope.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";

const TIMEOUT_MS = 5_000;

/**
 * Calls our own callback from outside as WeChat does: the URL check of the console with an echostr that needs encoding,
 * then a push that is sealed for somebody else, which a server with our keys opens and turns away (403), so that nothing
 * is stored.
 */
export async function checkCallback(
  account: OfficialAccountConfig,
  publicUrl: string,
  clock: WireClock,
): Promise<Finding[]> {
  const url = `${publicUrl.replace(/[?#].*$/, "")}/callbacks/official-account`;
  const timestamp = String(Math.floor(clock.nowMs() / 1000));
  const nonce = String(randomBytes(4).readUInt32BE() + 1_000_000_000);
  const token = account.token.reveal();
  const echo = `${nonce}+/ ${randomBytes(6).toString("base64")}==&校验`;
  const check = await call(
    `${url}?${query({ signature: sha1(token, timestamp, nonce), echostr: echo, timestamp, nonce })}`,
  );
  if (check === undefined || check.status >= 500) return [wrong("SERVER_NOT_REACHED")];
  if (check.status === 401) return [wrong("OA_TOKEN_MISMATCH")];
  if (check.status !== 200 || check.body !== echo)
    return [wrong("URL_CHECK_FAILED", { detail: `HTTP ${check.status}` })];

  const keys = { token, aesKey: account.aesKey.reveal(), receiverId: "parkledger-doctor" };
  const sealed = sealEnvelope(keys, "<xml/>", timestamp, nonce);
  const push = await call(
    `${url}?${query({ msg_signature: sealed.signature, encrypt_type: "aes", timestamp, nonce })}`,
    `<xml><Encrypt><![CDATA[${sealed.encrypted}]]></Encrypt></xml>`,
  );
  if (push?.status !== 403) return [wrong("OA_AES_KEY_MISMATCH", { detail: `HTTP ${push?.status ?? "没有回答"}` })];
  return [fine("OA_TOKEN", "服务器地址验证通过，消息能解密")];
}

const sha1 = (...parts: string[]): string => createHash("sha1").update(parts.sort().join("")).digest("hex");

/** As the platforms encode it: a space is %20. */
export const query = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");

/** Calls our own server from outside; undefined when it does not answer. */
export async function call(url: string, body?: string): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { method: "POST", headers: { "content-type": "text/xml" }, body }),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return undefined;
  }
}
