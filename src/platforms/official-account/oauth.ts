import { type ApiConnection, callApi, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";

/**
 * The page to which a browser inside WeChat is sent to learn who is there: silent, openid only (reference/platforms.md
 * section 5.3). `oauthBase` is `OA_OAUTH_BASE`, e.g. https://open.weixin.qq.com. `state` comes back unchanged: 1 to 128
 * letters and digits, bound to the session by the caller, else RangeError.
 */
export function buildAuthorizeUrl(oauthBase: string, appId: string, redirectUrl: string, state: string): string {
  if (!/^[A-Za-z0-9]{1,128}$/.test(state)) throw new RangeError("an OAuth state is 1 to 128 letters and digits");
  // WeChat reads the parameters in this order and no other.
  const query = new URLSearchParams([
    ["appid", appId],
    ["redirect_uri", redirectUrl],
    ["response_type", "code"],
    ["scope", "snsapi_base"],
    ["state", state],
  ]);
  return `${oauthBase.replace(/\/+$/, "")}/connect/oauth2/authorize?${query}#wechat_redirect`;
}

export type OpenIdResult =
  | { readonly state: "known"; readonly openId: string }
  /** The code is used or older than 5 minutes: send the person to the authorize page again. */
  | { readonly state: "expired" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

const CODE_INVALID = 40029;
const CODE_USED = 40163;
const CODE_EXPIRED = 42003;

/** Exchanges the code of the redirect, which is good once and for 5 minutes, for the person's openid. */
export async function fetchOpenId(
  connection: ApiConnection & { readonly appId: string; readonly appSecret: string },
  code: string,
): Promise<OpenIdResult> {
  const answer = await callApi(connection, "/sns/oauth2/access_token", {
    appid: connection.appId,
    secret: connection.appSecret,
    code,
    grant_type: "authorization_code",
  });
  if (answer.state !== "answered") return { state: "failed", code: "NO_ANSWER", reason: answer.reason };
  const { openid } = answer.json;
  if (typeof openid === "string" && openid !== "") return { state: "known", openId: openid };
  const errorCode = errorCodeOf(answer.json);
  if ([CODE_INVALID, CODE_USED, CODE_EXPIRED].includes(errorCode)) return { state: "expired" };
  return { state: "failed", code: String(errorCode), reason: errorMessageOf(answer.json) };
}
