import type { SharedState } from "../../ports/shared-state.ts";
import { type AccessTokens, cacheSecondsOf, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, callApi, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";

export interface TokenConfig extends ApiConnection {
  readonly corpId: string;
  readonly agentId: number;
  /** `WECOM_SECRET`, of this app. Never logged. */
  readonly secret: string;
}

/**
 * Tokens of one app. The vendor repeats its token while it is good, so nobody's token dies by a fetch; kept in the shared
 * state, which fetches once for all processes (reference/platforms.md section 4).
 */
export function createAccessTokens(config: TokenConfig, sharedState: SharedState): AccessTokens {
  const key = `wecom:${config.corpId}:${config.agentId}:access-token`;
  const fetchToken = async () => {
    const answer = await callApi(config, "/cgi-bin/gettoken", { corpid: config.corpId, corpsecret: config.secret });
    if (answer.state !== "answered") throw new TokenUnavailable(0, answer.reason);
    const { access_token: token, expires_in: expiresIn } = answer.json;
    if (typeof token !== "string" || token === "" || typeof expiresIn !== "number") {
      const code = errorCodeOf(answer.json);
      throw new TokenUnavailable(code, `error ${code} ${errorMessageOf(answer.json)}`);
    }
    return { token, expiresInSeconds: cacheSecondsOf(expiresIn) };
  };
  return {
    current: () => sharedState.token(key, fetchToken),
    renewed: (failed) => sharedState.token(key, fetchToken, failed),
  };
}
