import { createHash, randomBytes } from "node:crypto";
import type { WireClock } from "../../ports/clock.ts";
import type { JsConfigSigner } from "../../ports/js-config.ts";
import type { SharedState } from "../../ports/shared-state.ts";
import { type AccessTokens, sharedAccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, callApi, errorCodeOf } from "../wechat-api/api.ts";

/** The access token that the ticket was asked with is not good any more. */
const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 42001]);

/**
 * Signs pages for WeChat's JS-SDK with a `jsapi_ticket` (reference/platforms.md section 5.3). The ticket lives in the shared
 * state like an access token: the vendor gives few a day.
 */
export function createJsConfigSigner(
  account: ApiConnection & { readonly appId: string },
  tokens: AccessTokens,
  sharedState: SharedState,
  clock: WireClock,
): JsConfigSigner {
  const key = `official-account:${account.appId}:jsapi-ticket`;
  const ask = (token: string) => callApi(account, "/cgi-bin/ticket/getticket", { access_token: token, type: "jsapi" });
  const askOnce = async () => {
    const token = await tokens.current();
    const answer = await ask(token);
    const refused = answer.state === "answered" && TOKEN_REFUSED.has(errorCodeOf(answer.json));
    return refused ? ask(await tokens.renewed(token)) : answer;
  };
  const tickets = sharedAccessTokens(sharedState, key, askOnce, "ticket");
  return async (pageUrl) => {
    let ticket: string;
    try {
      ticket = await tickets.current();
    } catch (error) {
      // A convenience of the page, which has a form for the same.
      if (error instanceof TokenUnavailable) return undefined;
      throw error;
    }
    const nonceStr = randomBytes(8).toString("hex");
    const timestamp = Math.floor(clock.nowMs() / 1000);
    const signature = signPage({ ticket, nonceStr, timestamp, pageUrl });
    return { appId: account.appId, timestamp, nonceStr, signature };
  };
}

/** SHA-1 over the four pairs in the order of their names, the address without its fragment. */
export const signPage = (page: {
  readonly ticket: string;
  readonly nonceStr: string;
  readonly timestamp: number;
  readonly pageUrl: string;
}): string =>
  createHash("sha1")
    .update(
      `jsapi_ticket=${page.ticket}&noncestr=${page.nonceStr}&timestamp=${page.timestamp}&url=${page.pageUrl.split("#")[0]}`,
    )
    .digest("hex");
