import { randomInt, randomUUID } from "node:crypto";
import type { SharedState } from "../../ports/shared-state.ts";
import { signRequest } from "./sign.ts";

/*
 * The transport of 诺诺's open platform, after its public documents (诺税通SaaS, open.nuonuo.com) and SDKs: one address, the
 * method in a header, senid, nonce, timestamp and appkey in the query, the signature over the exact body.
 */

export interface NuonuoConfig {
  /** NUONUO_API_BASE, without a slash at the end. */
  readonly apiBase: string;
  /** NUONUO_AUTH_BASE, likewise. */
  readonly authBase: string;
  readonly appKey: string;
  /** NUONUO_APP_SECRET. Never logged. */
  readonly appSecret: string;
  /** NUONUO_ACCESS_TOKEN: of a third-party app, given by the console; undefined: an app of one's own asks for tokens. */
  readonly accessToken?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly nowMs?: (() => number) | undefined;
}

export type NuonuoAnswer =
  | { readonly state: "answered"; readonly code: string; readonly describe: string; readonly body: NuonuoBody }
  | { readonly state: "unknown"; readonly reason: string };

/** `result` as the method has it; lists come beside it or in it. */
export type NuonuoBody = Readonly<Record<string, unknown>>;

export type NuonuoCall = (method: string, sellerTaxNo: string, payload: object) => Promise<NuonuoAnswer>;

export const SERVICES_PATH = "/open/v1/services";
const TOKEN_PATH = "/accessToken";
const TIMEOUT_MS = 30_000;
/** Tokens live a day, and a new one may be had 50 times in 30 days: kept for all processes, renewed a little early. */
const TOKEN_MARGIN_SECONDS = 600;
/** The gateway, not the method: 0701 key and signature, 0703 token. Nothing reached the method. */
const GATEWAY = /^07\d{4}$/;
const TOKEN_REFUSED = /^0703\d{2}$/;

export function createNuonuoCall(config: NuonuoConfig, sharedState: SharedState): NuonuoCall {
  const key = `nuonuo:${config.appKey}:access-token`;
  const token = (failed?: string): Promise<string> =>
    config.accessToken === undefined
      ? sharedState.token(key, () => fetchToken(config), failed)
      : Promise.resolve(config.accessToken);
  return async (method, sellerTaxNo, payload) => {
    try {
      const first = await token();
      const answer = await send(config, first, method, sellerTaxNo, payload);
      if (!isTokenRefused(answer) || config.accessToken !== undefined) return atGateway(answer);
      return atGateway(await send(config, await token(first), method, sellerTaxNo, payload));
    } catch (error) {
      return { state: "unknown", reason: reasonOf(error) };
    }
  };
}

const isTokenRefused = (answer: NuonuoAnswer): boolean =>
  answer.state === "answered" && TOKEN_REFUSED.test(answer.code);

/** Wrong keys say nothing about an order: whoever asks must ask again once the keys are right. */
const atGateway = (answer: NuonuoAnswer): NuonuoAnswer =>
  answer.state === "answered" && GATEWAY.test(answer.code)
    ? { state: "unknown", reason: `${answer.code} ${answer.describe}` }
    : answer;

async function send(
  config: NuonuoConfig,
  accessToken: string,
  method: string,
  sellerTaxNo: string,
  payload: object,
): Promise<NuonuoAnswer> {
  const body = JSON.stringify(payload);
  const envelope = {
    senid: randomUUID().replaceAll("-", ""),
    nonce: String(randomInt(10_000_000, 100_000_000)),
    timestamp: String(Math.floor((config.nowMs ?? Date.now)() / 1_000)),
    appKey: config.appKey,
  };
  const query = new URLSearchParams({
    senid: envelope.senid,
    nonce: envelope.nonce,
    timestamp: envelope.timestamp,
    appkey: envelope.appKey,
  });
  const response = await fetch(`${config.apiBase}${SERVICES_PATH}?${query}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json; charset=UTF-8",
      "X-Nuonuo-Sign": signRequest(config.appSecret, SERVICES_PATH, envelope, body),
      accessToken,
      userTax: sellerTaxNo,
      method,
    },
    body,
    redirect: "error",
    signal: AbortSignal.timeout(config.timeoutMs ?? TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) return { state: "unknown", reason: `HTTP ${response.status}` };
  const json: unknown = JSON.parse(text);
  const { code, describe } = json as { code?: unknown; describe?: unknown };
  if (typeof code !== "string") return { state: "unknown", reason: "an answer without a code" };
  return { state: "answered", code, describe: typeof describe === "string" ? describe : "", body: json as NuonuoBody };
}

async function fetchToken(config: NuonuoConfig): Promise<{ token: string; expiresInSeconds: number }> {
  const response = await fetch(`${config.authBase}${TOKEN_PATH}`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" },
    body: new URLSearchParams({
      client_id: config.appKey,
      client_secret: config.appSecret,
      grant_type: "client_credentials",
    }).toString(),
    redirect: "error",
    signal: AbortSignal.timeout(config.timeoutMs ?? TIMEOUT_MS),
  });
  const json = (await response.json()) as { access_token?: unknown; expires_in?: unknown; error?: unknown };
  const seconds = Number(json.expires_in);
  if (typeof json.access_token !== "string" || json.access_token === "" || !(seconds > 0)) {
    throw new Error(`no access token: ${typeof json.error === "string" ? json.error : `HTTP ${response.status}`}`);
  }
  return { token: json.access_token, expiresInSeconds: Math.max(60, seconds - TOKEN_MARGIN_SECONDS) };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200);
