import type { SharedState } from "../../ports/shared-state.ts";
import { type AccessTokens, sharedAccessTokens } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, callApi } from "../wechat-api/api.ts";

export interface TokenConfig extends ApiConnection {
  readonly appId: string;
  /** `OA_APP_SECRET`. Never logged. */
  readonly appSecret: string;
}

/**
 * Tokens from `stable_token` in normal mode: the vendor answers every process with the same token and nobody's token dies
 * by a refresh (reference/platforms.md section 5.4). Kept in the shared state, which fetches once for all processes.
 */
export function createAccessTokens(config: TokenConfig, sharedState: SharedState): AccessTokens {
  return sharedAccessTokens(sharedState, `official-account:${config.appId}:access-token`, () =>
    callApi(config, "/cgi-bin/stable_token", {}, stableTokenRequest(config)),
  );
}

/** Never `force_refresh`: it kills the token of the other processes and is allowed 20 times a day. */
const stableTokenRequest = (config: TokenConfig) => ({
  grant_type: "client_credential",
  appid: config.appId,
  secret: config.appSecret,
  force_refresh: false,
});
