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
    super(`no access token: ${reason}`);
    this.name = "TokenUnavailable";
    this.errorCode = errorCode;
  }
}

/** A token is given up this long before its end: clocks drift, and a call takes its time. */
const EARLY_SECONDS = 300;
const CACHE_MIN_SECONDS = 60;

/** How long to keep a token that the vendor calls good for `expiresInSeconds`. */
export const cacheSecondsOf = (expiresInSeconds: number): number =>
  Math.max(expiresInSeconds - EARLY_SECONDS, CACHE_MIN_SECONDS);
