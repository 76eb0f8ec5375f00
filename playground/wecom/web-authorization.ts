import { randomBytes } from "node:crypto";
import type { PlainRequest, PlainResponse } from "../http/server.ts";
import { errorResponse, okResponse } from "./errors.ts";

const CODE_LIFE_MS = 5 * 60_000;

export interface WebAuthorizationOptions {
  readonly corpId: string;
  readonly wireNowMs: () => number;
  readonly userIds: () => readonly string[];
}

/** OAuth of the browser inside WeCom: snsapi_base, then userid (reference/platforms.md section 4). */
export class WebAuthorization {
  readonly #options: WebAuthorizationOptions;
  readonly #codes = new Map<string, { readonly userId: string; readonly expiresAtMs: number; isUsed: boolean }>();

  constructor(options: WebAuthorizationOptions) {
    this.#options = options;
  }

  /** GET /connect/oauth2/authorize. Who holds the phone is told by the query `userid` or the cookie `playground_userid`. */
  authorize(request: PlainRequest): PlainResponse {
    const { query } = request;
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("appid") !== this.#options.corpId) return page(400, "<p>appid 参数错误</p>");
    if (!/^https?:\/\//.test(redirectUri)) return page(400, "<p>redirect_uri 与配置的授权完成回调域名不一致</p>");
    if (query.get("response_type") !== "code" || query.get("scope") !== "snsapi_base") {
      return page(400, "<p>scope 参数错误</p>");
    }
    const cookie = /(?:^|;\s*)playground_userid=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const userId = query.get("userid") ?? (cookie === undefined ? undefined : decodeURIComponent(cookie));
    if (userId === undefined) return this.#choicePage(request);
    const target = new URL(redirectUri);
    target.searchParams.set("code", this.issueCode(userId));
    target.searchParams.set("state", query.get("state") ?? "");
    return {
      status: 302,
      headers: { Location: target.href, "Set-Cookie": `playground_userid=${encodeURIComponent(userId)}; Path=/` },
    };
  }

  /** GET /cgi-bin/auth/getuserinfo: a code works once, for five minutes; a stranger has an openid only. */
  exchange({ query }: PlainRequest): PlainResponse {
    const code = this.#codes.get(query.get("code") ?? "");
    if (code === undefined || code.isUsed || code.expiresAtMs <= this.#options.wireNowMs()) return errorResponse(40029);
    code.isUsed = true;
    return this.#options.userIds().includes(code.userId)
      ? okResponse({ userid: code.userId })
      : okResponse({ openid: `oWecom${code.userId}` });
  }

  issueCode(userId: string): string {
    const value = randomBytes(24).toString("base64url");
    this.#codes.set(value, { userId, expiresAtMs: this.#options.wireNowMs() + CODE_LIFE_MS, isUsed: false });
    return value;
  }

  #choicePage(request: PlainRequest): PlainResponse {
    const links = this.#options.userIds().map((userId) => {
      const query = new URLSearchParams(request.query);
      query.set("userid", userId);
      return `<li><a href="/connect/oauth2/authorize?${query.toString().replaceAll("&", "&amp;")}">${userId}</a></li>`;
    });
    return page(200, `<h1>谁在看这部手机？</h1><ul>${links.join("")}</ul>`);
  }
}

const page = (status: number, body: string): PlainResponse => ({
  status,
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body: `<!doctype html><meta charset="utf-8"><title>企业微信</title>${body}`,
});
