import { createHmac, timingSafeEqual } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../http/server.ts";

/*
 * What every call passes before its method sees it: signature over the exact bytes, a fresh timestamp, a request id that
 * was not used before, a token that lives. Refused with the gateway's codes (070…).
 */

export interface NuonuoApp {
  readonly appKey: string;
  readonly appSecret: string;
  /** Sellers whose invoices this app may make, by tax number. */
  readonly sellers: readonly string[];
}

export const SERVICES = "/open/v1/services";
const HOUR_MS = 3_600_000;
const TOKEN_MS = 24 * HOUR_MS;
const TOKENS_IN_30_DAYS = 50;
const CLOCK_SKEW_MS = 10 * 60_000;

export const refusal = (code: string, describe: string): PlainResponse =>
  jsonResponse(200, { code, describe, result: null });

export class Gateway {
  readonly #app: NuonuoApp;
  readonly #wireNowMs: () => number;
  readonly #tokens = new Map<string, number>();
  readonly #issuedAtMs: number[] = [];
  readonly #seen = new Set<string>();

  constructor(app: NuonuoApp, wireNowMs: () => number) {
    this.#app = app;
    this.#wireNowMs = wireNowMs;
  }

  /** POST /accessToken */
  token(request: PlainRequest): PlainResponse {
    const form = new URLSearchParams(request.body.toString("utf8"));
    const { appKey, appSecret } = this.#app;
    if (form.get("grant_type") !== "client_credentials") return tokenError("070303", "unsupported grant_type");
    if (form.get("client_id") !== appKey || form.get("client_secret") !== appSecret)
      return tokenError("070304", "bad credentials");
    const nowMs = this.#wireNowMs();
    const recent = this.#issuedAtMs.filter((atMs) => atMs > nowMs - 30 * 24 * HOUR_MS);
    if (recent.length >= TOKENS_IN_30_DAYS) return tokenError("070306", "token call limit reached");
    this.#issuedAtMs.push(nowMs);
    const token = createHmac("sha256", appSecret).update(`${nowMs}|${recent.length}`).digest("hex").slice(0, 32);
    this.#tokens.set(token, nowMs + TOKEN_MS);
    return jsonResponse(200, { access_token: token, expires_in: TOKEN_MS / 1_000 });
  }

  /** Tokens issued so far die, as after a reset in the console. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  tokensIssued(): number {
    return this.#issuedAtMs.length;
  }

  /** What is wrong with a call; undefined: it may pass. */
  check(request: PlainRequest): PlainResponse | undefined {
    const { query, headers } = request;
    const [senid, nonce, timestamp, appkey] = ["senid", "nonce", "timestamp", "appkey"].map(
      (name) => query.get(name) ?? "",
    );
    if (appkey !== this.#app.appKey) return refusal("070101", "获取app密钥失败或appkey无效");
    if (!/^[0-9A-Za-z]{32}$/.test(senid ?? "") || !/^\d{8}$/.test(nonce ?? ""))
      return refusal("070102", "senid或nonce格式不正确");
    if (Math.abs(Number(timestamp) * 1_000 - this.#wireNowMs()) > CLOCK_SKEW_MS)
      return refusal("070103", "timestamp超时");
    const text = `a=services&l=v1&p=open&k=${appkey}&i=${senid}&n=${nonce}&t=${timestamp}&f=${request.body.toString("utf8")}`;
    const expected = createHmac("sha1", this.#app.appSecret).update(text, "utf8").digest();
    const given = Buffer.from(headers["x-nuonuo-sign"] ?? "", "base64");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refusal("070104", "签名验证失败");
    if (this.#seen.has(senid ?? "")) return refusal("070105", "senid重复");
    this.#seen.add(senid ?? "");
    if ((this.#tokens.get(headers.accesstoken ?? "") ?? 0) <= this.#wireNowMs())
      return refusal("070301", "accessToken无效或已过期");
    if (!this.#app.sellers.includes(headers.usertax ?? "")) return refusal("070307", "税号未授权给该应用");
    return undefined;
  }
}

const tokenError = (error: string, text: string): PlainResponse =>
  jsonResponse(200, { error, error_description: text });
