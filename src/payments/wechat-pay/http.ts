import type { WireClock } from "../../ports/clock.ts";
import type { TrustStore } from "./keys.ts";
import { type Exchange, exchange } from "./transport.ts";
import { readSignature, verifySigned } from "./verify.ts";

/**
 * What WeChat Pay answered, safe to log: no headers, no request, no openid.
 * - `ok`: a 2xx whose signature is good; `body` is the parsed JSON, undefined for an empty one.
 * - `refused`: it will not do this (4xx with its error body); branch on `code`, the message changes.
 * - `unknown`: the request may have been carried out: no answer, 5xx, rate limit, or a 2xx that is not genuine.
 */
export type ApiAnswer =
  | { readonly kind: "ok"; readonly status: number; readonly body: unknown }
  | { readonly kind: "refused"; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** The form in which wechatpay-node-v3 hands our answer through; it reads only `data.prepay_id`, which is not there. */
interface ServiceOutput {
  readonly status: number;
  readonly data: ApiAnswer;
}

/** The shape `Pay.createHttp()` expects. */
export interface WechatPayHttpService {
  get(url: string, headers: Record<string, string>): Promise<ServiceOutput>;
  post(url: string, params: Record<string, unknown>, headers: Record<string, string>): Promise<ServiceOutput>;
  upload(url: string, params: Record<string, unknown>, headers: Record<string, string>): Promise<ServiceOutput>;
}

export interface HttpServiceOptions {
  /** WECHAT_PAY_API_BASE, for example https://api.mch.weixin.qq.com */
  readonly apiBase: string;
  readonly timeoutMs: number;
  readonly trust: TrustStore;
  readonly clock: WireClock;
}

/** The host that wechatpay-node-v3 writes into every URL; the signature does not cover it. */
export const OFFICIAL_API_BASE = "https://api.mch.weixin.qq.com";

/** The same path at the configured host. Throws RangeError for a URL that does not begin with the official host. */
export function rebase(url: string, apiBase: string): string {
  if (!url.startsWith(`${OFFICIAL_API_BASE}/`)) throw new RangeError("not a URL of the WeChat Pay API");
  return apiBase.replace(/\/+$/, "") + url.slice(OFFICIAL_API_BASE.length);
}

/**
 * Our HTTP service behind wechatpay-node-v3, whose own has no timeout, verifies nothing and leaks the Authorization
 * header in its errors (reference/wechat-pay.md section 8.2). Never throws for what the network or the vendor does.
 */
export function createHttpService(options: HttpServiceOptions): WechatPayHttpService {
  const send = async (method: "GET" | "POST", url: string, headers: Record<string, string>, body?: string) => {
    const { publicKeyId } = options.trust;
    const result = await exchange({
      method,
      url: rebase(url, options.apiBase),
      headers: publicKeyId === undefined ? headers : { ...headers, "Wechatpay-Serial": publicKeyId },
      timeoutMs: options.timeoutMs,
      ...(body === undefined ? {} : { body }),
    });
    const answer = await judge(result, options);
    return { status: result.kind === "response" ? result.status : 0, data: answer };
  };
  return {
    get: (url, headers) => send("GET", url, headers),
    // The package has signed JSON.stringify(params), so exactly that text must leave.
    post: (url, params, headers) => send("POST", url, headers, JSON.stringify(params)),
    upload: () => Promise.reject(new Error("uploads to WeChat Pay are not supported")),
  };
}

/** Status first: 4xx are not signed, every 2xx must be (section 1.3). */
async function judge(result: Exchange, options: HttpServiceOptions): Promise<ApiAnswer> {
  if (result.kind === "failed") return { kind: "unknown", reason: result.reason };
  if (result.status < 200 || result.status > 299) return readError(result.status, result.body);
  const signed = readSignature(result.header, result.body);
  if (signed === undefined) return { kind: "unknown", reason: "ANSWER_UNSIGNED" };
  const verification = verifySigned(signed, await options.trust.keysFor(signed.serial), options.clock.nowMs());
  if (!verification.ok) return { kind: "unknown", reason: `ANSWER_${verification.refusal}` };
  if (result.body.length === 0) return { kind: "ok", status: result.status, body: undefined };
  const body = parseJson(result.body);
  return body === undefined
    ? { kind: "unknown", reason: "ANSWER_NOT_JSON" }
    : { kind: "ok", status: result.status, body };
}

/** Codes that leave it open whether the request was carried out, whatever their status (sections 2.2 and 4.2). */
const UNDECIDED = new Set([
  "SYSTEM_ERROR",
  "SERVICE_UNAVAILABLE",
  "FREQUENCY_LIMITED",
  "FREQUENCY_LIMIT_EXCEED",
  "RATELIMIT_EXCEEDED",
  "RATELIMIT_EXCEED",
]);

function readError(status: number, body: Buffer): ApiAnswer {
  const error = parseJson(body);
  const code = readText(error, "code");
  // A 4xx without WeChat Pay's error body comes from something in between, or from a wrong path: nothing is decided.
  if (code === undefined) return { kind: "unknown", reason: `HTTP_${status}` };
  if (status < 400 || status === 429 || status >= 500 || UNDECIDED.has(code)) return { kind: "unknown", reason: code };
  return { kind: "refused", status, code, message: (readText(error, "message") ?? "").slice(0, 200) };
}

function readText(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : undefined;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
