import { decrypt, encrypt, getSignature } from "@wecom/crypto";
import { onTestFinished } from "vitest";
import {
  type OfficialAccount,
  type OfficialAccountOptions,
  startOfficialAccount,
} from "../../../playground/official-account/official-account.ts";
import { HandClock, noon, type Received, startCallback } from "./world.ts";

export const oaAppId = "wx8888888888888888";
export const oaSecret = "0123456789abcdef0123456789abcdef";
export const oaToken = "parkledgerToken";
/** The 43rd character carries unused bits that are not zero, as in real keys. */
export const oaAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR";
export const originalId = "gh_c0ffee123456";

/** What the outsider's bot finds in a push, opened and checked with `@wecom/crypto`. */
export interface OpenedPush {
  readonly xml: string;
  readonly appId: string;
  readonly isSigned: boolean;
  readonly query: URLSearchParams;
  field(name: string): string | undefined;
}

export function openPush(received: Received): OpenedPush {
  const query = new URLSearchParams(received.target.split("?")[1]);
  const encrypted = fieldOf(received.body, "Encrypt") ?? "";
  const opened = decrypt(oaAesKey, encrypted);
  const expected = getSignature(oaToken, query.get("timestamp") ?? "", query.get("nonce") ?? "", encrypted);
  return {
    xml: opened.message,
    appId: opened.id,
    isSigned: expected === query.get("msg_signature"),
    query,
    field: (name) => fieldOf(opened.message, name),
  };
}

function fieldOf(xml: string, name: string): string | undefined {
  const match = new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))</${name}>`).exec(xml);
  return match?.[1] ?? match?.[2];
}

export interface ReplyChange {
  readonly appId?: string;
  readonly aesKey?: string;
  readonly signature?: string;
}

/** Seals a passive reply with `@wecom/crypto`. */
export function seal(message: string, change: ReplyChange = {}): string {
  const encrypted = encrypt(change.aesKey ?? oaAesKey, message, change.appId ?? oaAppId);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = change.signature ?? getSignature(oaToken, timestamp, "730261", encrypted);
  return `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>730261</Nonce></xml>`;
}

export function textReply(openId: string, text: string, from = originalId): string {
  const seconds = Math.floor(noon / 1000);
  return `<xml><ToUserName><![CDATA[${openId}]]></ToUserName><FromUserName><![CDATA[${from}]]></FromUserName><CreateTime>${seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content></xml>`;
}

type Answer = (push: OpenedPush, number: number) => { status: number; body?: string } | null;

/** A pretend official account with an outsider's bot behind it. */
export async function openAccount(
  options: { answer?: Answer; account?: Partial<OfficialAccountOptions>; wire?: HandClock } = {},
) {
  const clock = new HandClock(noon);
  const answer = options.answer ?? (() => ({ status: 200, body: "success" }));
  const callback = await startCallback((received, number) => answer(openPush(received), number));
  const account = await startOfficialAccount(
    {
      appId: oaAppId,
      secret: oaSecret,
      token: oaToken,
      aesKey: oaAesKey,
      callbackUrl: callback.url,
      pushSpacingMs: 20,
      ...options.account,
    },
    { nowMs: clock.nowMs, wireNowMs: options.wire?.nowMs ?? Date.now },
  );
  onTestFinished(() => account.close());
  const anna = account.user("oAnna");
  anna.isSubscribed = true;
  return { clock, account, anna, pushes: () => callback.received.map(openPush), callback };
}

export async function stableToken(account: OfficialAccount, more: Record<string, unknown> = {}) {
  return postJson(`${account.url}/cgi-bin/stable_token`, {
    grant_type: "client_credential",
    appid: oaAppId,
    secret: oaSecret,
    ...more,
  });
}

export async function postJson(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

/** Calls the API with a fresh token and answers the JSON. */
export async function callApi(account: OfficialAccount, path: string, body: unknown) {
  const { access_token: token } = await stableToken(account);
  return postJson(`${account.url}${path}?access_token=${token}`, body);
}
