import type { SharedState } from "../../ports/shared-state.ts";
import { type ApiAnswer, errorCodeOf, errorMessageOf } from "./api.ts";

export interface AccessTokens {
  /** The token for a call. Throws TokenUnavailable. */
  current(): Promise<string>;
  /** The token to use after the vendor has refused `failed`. Throws TokenUnavailable. */
  renewed(failed: string): Promise<string>;
}

/** The vendor gives no token now: nothing was sent, so trying again later is safe. */
export class TokenUnavailable extends Error {
  /** The vendor's error code; 0 when it did not answer. */
  readonly errorCode: number;
  constructor(errorCode: number, reason: string) {
    super(reason);
    this.name = "TokenUnavailable";
    this.errorCode = errorCode;
  }
}

/** A token is given up this long before its end: clocks drift, and a call takes its time. */
const EARLY_SECONDS = 300;
const CACHE_MIN_SECONDS = 60;

/** How long to keep a token that the vendor calls good for `expiresInSeconds`. */
const cacheSecondsOf = (expiresInSeconds: number): number =>
  Math.max(expiresInSeconds - EARLY_SECONDS, CACHE_MIN_SECONDS);

/**
 * Tokens kept in the shared state under `key`, which asks the vendor once for all processes (reference/platforms.md
 * section 4). `ask` is the vendor's call; all answer with `expires_in`.
 */
export function sharedAccessTokens(
  sharedState: SharedState,
  key: string,
  ask: () => Promise<ApiAnswer>,
  field: "access_token" | "ticket" = "access_token",
): AccessTokens {
  const fetchToken = async () => {
    const answer = await ask();
    if (answer.state !== "answered") throw new TokenUnavailable(0, answer.reason);
    const { [field]: token, expires_in: expiresIn } = answer.json;
    if (typeof token !== "string" || token === "" || typeof expiresIn !== "number") {
      const code = errorCodeOf(answer.json);
      throw new TokenUnavailable(code, `no ${field}: error ${code} ${errorMessageOf(answer.json)}`);
    }
    return { token, expiresInSeconds: cacheSecondsOf(expiresIn) };
  };
  return {
    current: () => sharedState.token(key, fetchToken),
    renewed: (failed) => sharedState.token(key, fetchToken, failed),
  };
}
