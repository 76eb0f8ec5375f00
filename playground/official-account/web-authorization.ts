import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../http/server.ts";
import { errorResponse } from "./errors.ts";

interface IssuedCode {
  readonly openId: string;
  readonly expiresAtMs: number;
  used: boolean;
}

const codeLifeMs = 5 * 60_000;

export interface WebAuthorizationOptions {
  readonly appId: string;
  readonly secret: string;
  readonly wireNowMs: () => number;
  /** People who may sit at the browser. */
  readonly openIds: () => readonly string[];
}

/** OAuth 2.0 of the WeChat browser: the pretend authorise page and the exchange of the code (platforms.md 5.3). */
export class WebAuthorization {
  readonly #options: WebAuthorizationOptions;
  readonly #codes = new Map<string, IssuedCode>();

  constructor(options: WebAuthorizationOptions) {
    this.#options = options;
  }

  /**
   * GET /connect/oauth2/authorize. Who sits at the browser is told by the query `openid` or the cookie
   * `playground_openid`; without either, a page lists the people to choose from.
   */
  authorize(request: PlainRequest): PlainResponse {
    const { query } = request;
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("appid") !== this.#options.appId)
      return refusalPage("Oops! Something went wrong:( 10013 appid 不存在");
    if (!/^https?:\/\//.test(redirectUri)) return refusalPage("redirect_uri 参数错误 (10003)");
    if (query.get("response_type") !== "code") return refusalPage("response_type 参数错误 (10004)");
    if (!["snsapi_base", "snsapi_userinfo"].includes(query.get("scope") ?? "")) {
      return refusalPage("Scope 参数错误或没有 Scope 权限 (10005)");
    }
    const cookie = /(?:^|;\s*)playground_openid=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const openId = query.get("openid") ?? (cookie === undefined ? undefined : decodeURIComponent(cookie));
    if (openId === undefined || !this.#options.openIds().includes(openId)) return this.#choicePage(request);
    const target = new URL(redirectUri);
    target.searchParams.set("code", this.issueCode(openId));
    target.searchParams.set("state", query.get("state") ?? "");
    return {
      status: 302,
      headers: { Location: target.href, "Set-Cookie": `playground_openid=${encodeURIComponent(openId)}; Path=/` },
    };
  }

  /** GET /sns/oauth2/access_token. A code lives five minutes and works once: 40029, 40163. */
  exchange(request: PlainRequest): PlainResponse {
    const { query } = request;
    if (query.get("appid") !== this.#options.appId) return errorResponse(40013);
    if (query.get("secret") !== this.#options.secret) return errorResponse(40125);
    if (query.get("grant_type") !== "authorization_code") return errorResponse(40002);
    const code = this.#codes.get(query.get("code") ?? "");
    if (code === undefined || code.expiresAtMs <= this.#options.wireNowMs()) return errorResponse(40029);
    if (code.used) return errorResponse(40163);
    code.used = true;
    return jsonResponse(200, {
      access_token: randomBytes(48).toString("base64url"),
      expires_in: 7200,
      refresh_token: randomBytes(48).toString("base64url"),
      openid: code.openId,
      scope: "snsapi_base",
    });
  }

  issueCode(openId: string): string {
    const value = randomBytes(24).toString("base64url");
    this.#codes.set(value, { openId, expiresAtMs: this.#options.wireNowMs() + codeLifeMs, used: false });
    return value;
  }

  #choicePage(request: PlainRequest): PlainResponse {
    const links = this.#options.openIds().map((openId) => {
      const query = new URLSearchParams(request.query);
      query.set("openid", openId);
      const href = `/connect/oauth2/authorize?${query}`.replaceAll("&", "&amp;");
      return `<li><a href="${href}">${openId}</a></li>`;
    });
    return page(200, `<h1>谁在看这部手机？</h1><ul>${links.join("")}</ul>`);
  }
}

function refusalPage(text: string): PlainResponse {
  return page(400, `<p>${text}</p>`);
}

function page(status: number, body: string): PlainResponse {
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8" },
    body: `<!doctype html><meta charset="utf-8"><title>微信</title>${body}`,
  };
}
