import { randomBytes } from "node:crypto";
import { isRecord, jsonResponse, type PlainRequest, type PlainResponse, readJsonObject } from "../http/server.ts";
import { errorResponse, type OfficialAccountError } from "./errors.ts";

interface IssuedToken {
  readonly value: string;
  expiresAtMs: number;
}

const lifeMs = 7_200_000;
const overlapMs = 300_000;
const dayMs = 86_400_000;

export interface AccessTokenOptions {
  readonly appId: string;
  readonly secret: string;
  /** Wire time: tokens run on the real clock. */
  readonly wireNowMs: () => number;
  /** Ordinary calls of `/cgi-bin/token` a day; the real figure is 2000. */
  readonly classicCallsPerDay: number;
}

/**
 * Two isolated desks (reference/platforms.md 5.4): `/cgi-bin/token`, where each call replaces the token and leaves the
 * old one five minutes, and `/cgi-bin/stable_token`, which repeats its token until five minutes before it expires.
 */
export class AccessTokens {
  readonly #options: AccessTokenOptions;
  readonly #issued = new Map<string, IssuedToken>();
  #stable: IssuedToken | undefined;
  #classic: IssuedToken | undefined;
  #classicCalls: number[] = [];
  #forcedCalls: number[] = [];
  /** False: the caller's address is not in the account's IP allow-list. */
  isAddressAllowed = true;

  constructor(options: AccessTokenOptions) {
    this.#options = options;
  }

  /** POST /cgi-bin/stable_token */
  stable(request: PlainRequest): PlainResponse {
    const body = readJsonObject(request.body);
    if (!isRecord(body)) return errorResponse(47001);
    const refusal = this.#checkCredential(body.grant_type, body.appid, body.secret);
    if (refusal !== undefined) return errorResponse(refusal);
    const now = this.#options.wireNowMs();
    if (body.force_refresh === true) {
      this.#forcedCalls = this.#forcedCalls.filter((at) => at > now - dayMs);
      if (this.#forcedCalls.length >= 20) return errorResponse(45009);
      if (this.#forcedCalls.some((at) => at > now - 30_000)) return errorResponse(45011);
      this.#forcedCalls.push(now);
      if (this.#stable !== undefined) this.#stable.expiresAtMs = now;
      this.#stable = this.#issue(now);
    } else if (this.#stable === undefined || this.#stable.expiresAtMs - now <= overlapMs) {
      this.#stable = this.#issue(now);
    }
    return tokenAnswer(this.#stable, now);
  }

  /** GET /cgi-bin/token */
  classic(request: PlainRequest): PlainResponse {
    const { query } = request;
    const refusal = this.#checkCredential(query.get("grant_type"), query.get("appid"), query.get("secret"));
    if (refusal !== undefined) return errorResponse(refusal);
    const now = this.#options.wireNowMs();
    this.#classicCalls = this.#classicCalls.filter((at) => at > now - dayMs);
    if (this.#classicCalls.length >= this.#options.classicCallsPerDay) return errorResponse(45009);
    this.#classicCalls.push(now);
    if (this.#classic !== undefined) {
      this.#classic.expiresAtMs = Math.min(this.#classic.expiresAtMs, now + overlapMs);
    }
    this.#classic = this.#issue(now);
    return tokenAnswer(this.#classic, now);
  }

  /** Why a call with this token is refused, undefined when it may pass. */
  refusalOf(token: string | null): 40001 | 41001 | 42001 | undefined {
    if (token === null || token === "") return 41001;
    const issued = this.#issued.get(token);
    if (issued === undefined) return 40001;
    return issued.expiresAtMs <= this.#options.wireNowMs() ? 42001 : undefined;
  }

  /** As if somebody reset the secret or forced a refresh elsewhere: every token is worthless from now on (40001). */
  revokeAll(): void {
    this.#issued.clear();
    this.#stable = undefined;
    this.#classic = undefined;
  }

  /** As if two hours had gone by: calls with today's tokens answer 42001 and a new one is handed out. */
  expireAll(): void {
    for (const token of this.#issued.values()) token.expiresAtMs = 0;
  }

  #checkCredential(grantType: unknown, appId: unknown, secret: unknown): OfficialAccountError | undefined {
    if (grantType !== "client_credential") return 40002;
    if (appId !== this.#options.appId) return 40013;
    if (!this.isAddressAllowed) return 40164;
    return secret === this.#options.secret ? undefined : 40125;
  }

  #issue(now: number): IssuedToken {
    const token = { value: randomBytes(96).toString("base64url"), expiresAtMs: now + lifeMs };
    this.#issued.set(token.value, token);
    return token;
  }
}

function tokenAnswer(token: IssuedToken, now: number): PlainResponse {
  return jsonResponse(200, {
    access_token: token.value,
    expires_in: Math.floor((token.expiresAtMs - now) / 1000),
  });
}
