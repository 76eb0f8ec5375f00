import type { SharedState } from "../../ports/shared-state.ts";
import { type ApiAnswer, type ApiConnection, type ApiRequest, apiUrl, callApi } from "./api.ts";
import { meaningOf } from "./error-codes.ts";
import { textOf } from "./json.ts";

export interface TokenConfig extends ApiConnection {
  readonly clientId: string;
  /** `DINGTALK_CLIENT_SECRET`. Never logged. */
  readonly clientSecret: string;
}

export interface AccessTokens {
  /** The token for a call, good for both APIs. Throws TokenUnavailable. */
  current(): Promise<string>;
  /** The token to use after DingTalk has refused `failed`. Throws TokenUnavailable. */
  renewed(failed: string): Promise<string>;
}

/** DingTalk gives no token now: nothing was sent, so trying again later is safe. */
export class TokenUnavailable extends Error {
  /** DingTalk's error code; "" when it did not answer. */
  readonly code: string;
  constructor(code: string, reason: string) {
    super(`no access token: ${reason}`);
    this.name = "TokenUnavailable";
    this.code = code;
  }
}

const EARLY_SECONDS = 300;
const CACHE_MIN_SECONDS = 60;

/**
 * Tokens of `/v1.0/oauth2/accessToken`, which answers the same one as long as it is good (reference/platforms.md section
 * 6.1). Kept in the shared state, which fetches once for all processes.
 */
export function createAccessTokens(config: TokenConfig, sharedState: SharedState): AccessTokens {
  const key = `dingtalk:${config.clientId}:access-token`;
  const fetchToken = async () => {
    const answer = await callApi(config, {
      method: "POST",
      url: apiUrl(config, "/v1.0/oauth2/accessToken"),
      json: { appKey: config.clientId, appSecret: config.clientSecret },
    });
    if (answer.state !== "answered") throw new TokenUnavailable("", answer.reason);
    const token = textOf(answer.json, "accessToken");
    const { expireIn } = answer.json;
    if (token === undefined || typeof expireIn !== "number") {
      throw new TokenUnavailable(answer.code || "NO_TOKEN", `error ${answer.code}`);
    }
    return { token, expiresInSeconds: Math.max(expireIn - EARLY_SECONDS, CACHE_MIN_SECONDS) };
  };
  return {
    current: () => sharedState.token(key, fetchToken),
    renewed: (failed) => sharedState.token(key, fetchToken, failed),
  };
}

/**
 * Makes a call that needs the token. A refused token is renewed and the call made once more, never oftener: a wrong
 * secret would loop (reference/platforms.md section 8, row 7). Throws TokenUnavailable.
 */
export async function callWithToken(
  connection: ApiConnection,
  tokens: AccessTokens,
  request: (token: string) => ApiRequest,
): Promise<ApiAnswer> {
  const token = await tokens.current();
  const answer = await callApi(connection, request(token));
  if (answer.state !== "answered" || meaningOf(answer.code) !== "token") return answer;
  return callApi(connection, request(await tokens.renewed(token)));
}
