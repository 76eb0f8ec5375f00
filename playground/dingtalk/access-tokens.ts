import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse, readJsonObject } from "../http/server.ts";
import { errorResponse } from "./errors.ts";

const lifeMs = 7_200_000;

/** `/v1.0/oauth2/accessToken`: the same token as long as it is good; good for both APIs. */
export class AccessTokens {
  readonly #clientId: string;
  readonly #clientSecret: string;
  readonly #wireNowMs: () => number;
  readonly #expiries = new Map<string, number>();
  #current: string | undefined;

  constructor(clientId: string, clientSecret: string, wireNowMs: () => number) {
    this.#clientId = clientId;
    this.#clientSecret = clientSecret;
    this.#wireNowMs = wireNowMs;
  }

  issue(request: PlainRequest): PlainResponse {
    const body = readJsonObject(request.body);
    if (body?.appKey !== this.#clientId || body.appSecret !== this.#clientSecret) {
      return errorResponse("invalidClientIdOrSecret");
    }
    const now = this.#wireNowMs();
    if (this.#current === undefined || !this.isGood(this.#current)) {
      this.#current = randomBytes(16).toString("hex");
      this.#expiries.set(this.#current, now + lifeMs);
    }
    const expireIn = Math.floor(((this.#expiries.get(this.#current) ?? now) - now) / 1000);
    return jsonResponse(200, { accessToken: this.#current, expireIn });
  }

  isGood(token: string | null | undefined): boolean {
    return token !== null && token !== undefined && (this.#expiries.get(token) ?? 0) > this.#wireNowMs();
  }

  /** As if somebody reset the secret: every token is worthless from now on. */
  revokeAll(): void {
    this.#expiries.clear();
    this.#current = undefined;
  }
}
