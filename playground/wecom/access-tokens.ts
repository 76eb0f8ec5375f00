import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../http/server.ts";
import { errorResponse } from "./errors.ts";

const LIFE_MS = 7_200_000;

/** GET /cgi-bin/gettoken of one app: the same token while it is good (reference/platforms.md section 4). */
export class AccessTokens {
  readonly #options: { readonly corpId: string; readonly secret: string; readonly wireNowMs: () => number };
  readonly #expiryByToken = new Map<string, number>();
  #current: string | undefined;
  fetches = 0;
  /** False: the caller's address is not among the app's trusted IPs. */
  isAddressAllowed = true;

  constructor(options: { readonly corpId: string; readonly secret: string; readonly wireNowMs: () => number }) {
    this.#options = options;
  }

  get({ query }: PlainRequest): PlainResponse {
    this.fetches += 1;
    if (query.get("corpid") !== this.#options.corpId) return errorResponse(40013);
    if (query.get("corpsecret") !== this.#options.secret) return errorResponse(40001);
    const now = this.#options.wireNowMs();
    const expiry = this.#current === undefined ? 0 : (this.#expiryByToken.get(this.#current) ?? 0);
    const token = this.#current !== undefined && expiry > now ? this.#current : randomBytes(120).toString("base64url");
    if (token !== this.#current) this.#expiryByToken.set(token, now + LIFE_MS);
    this.#current = token;
    const expiresIn = Math.floor(((this.#expiryByToken.get(token) ?? now) - now) / 1000);
    return jsonResponse(200, { errcode: 0, errmsg: "ok", access_token: token, expires_in: expiresIn });
  }

  /** Why a call with this token is refused, undefined when it may pass. */
  refusalOf(token: string | null): 40014 | 41001 | 42001 | 60020 | undefined {
    if (token === null || token === "") return 41001;
    const expiry = this.#expiryByToken.get(token);
    if (expiry === undefined) return 40014;
    if (expiry <= this.#options.wireNowMs()) return 42001;
    return this.isAddressAllowed ? undefined : 60020;
  }

  /** As if the secret had been reset: today's tokens answer 40014. */
  revokeAll(): void {
    this.#expiryByToken.clear();
    this.#current = undefined;
  }

  /** As if two hours had gone by: today's tokens answer 42001. */
  expireAll(): void {
    for (const token of this.#expiryByToken.keys()) this.#expiryByToken.set(token, 0);
  }
}
