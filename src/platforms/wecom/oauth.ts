import type { AccessTokens } from "../wechat-api/access-tokens.ts";
import { TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";

/**
 * The page to which a browser inside WeCom is sent to learn who is there: silent, userid only (reference/platforms.md
 * section 4, identity). `oauthBase` is `WECOM_OAUTH_BASE`. `state`: 1 to 128 letters and digits, else RangeError.
 */
export function buildAuthorizeUrl(
  oauthBase: string,
  app: { readonly corpId: string; readonly agentId: number },
  redirectUrl: string,
  state: string,
): string {
  if (!/^[A-Za-z0-9]{1,128}$/.test(state)) throw new RangeError("an OAuth state is 1 to 128 letters and digits");
  const query = new URLSearchParams([
    ["appid", app.corpId],
    ["redirect_uri", redirectUrl],
    ["response_type", "code"],
    ["scope", "snsapi_base"],
    ["state", state],
    ["agentid", String(app.agentId)],
  ]);
  return `${oauthBase.replace(/\/+$/, "")}/connect/oauth2/authorize?${query}#wechat_redirect`;
}

export type UserIdResult =
  | { readonly state: "known"; readonly externalId: string }
  /** The code is used or older than 5 minutes: send the person to the authorize page again. */
  | { readonly state: "expired" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

const CODE_INVALID = 40029;

/** Exchanges the code of the redirect, good once, for the member's userid. Somebody outside of the company has none. */
export async function fetchUserId(
  connection: ApiConnection,
  tokens: AccessTokens,
  code: string,
): Promise<UserIdResult> {
  try {
    const answer = await callWithToken(connection, tokens, "/cgi-bin/auth/getuserinfo", undefined, { code });
    if (answer.state !== "answered") return { state: "failed", code: "NO_ANSWER", reason: answer.reason };
    const errorCode = errorCodeOf(answer.json);
    if (errorCode === CODE_INVALID) return { state: "expired" };
    if (errorCode !== 0) return { state: "failed", code: String(errorCode), reason: errorMessageOf(answer.json) };
    const { userid } = answer.json;
    return typeof userid === "string" && userid !== ""
      ? { state: "known", externalId: userid }
      : { state: "failed", code: "NO_MEMBER", reason: "the person is no member of the company" };
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    return { state: "failed", code: String(error.errorCode), reason: error.message };
  }
}
