import type { SharedState } from "../../ports/shared-state.ts";
import { type AccessTokens, sharedAccessTokens } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, callApi } from "../wechat-api/api.ts";

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
  return sharedAccessTokens(sharedState, `wecom:${config.corpId}:${config.agentId}:access-token`, () =>
    callApi(config, "/cgi-bin/gettoken", { corpid: config.corpId, corpsecret: config.secret }),
  );
}
