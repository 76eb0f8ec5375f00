import { type ApiAnswer, type ApiConnection, apiUrl, callApi, oapiUrl } from "./api.ts";
import { isJsonObject, textOf } from "./json.ts";
import { type AccessTokens, callWithToken, TokenUnavailable } from "./token.ts";

/**
 * The page to which a browser is sent to learn who is there; inside DingTalk it asks nothing of who is logged in there.
 * `oauthBase` is e.g. https://login.dingtalk.com. `state` comes back unchanged: 1 to 128 letters and digits, bound to
 * the session by the caller, else RangeError.
 */
export function buildAuthorizeUrl(oauthBase: string, clientId: string, redirectUrl: string, state: string): string {
  if (!/^[A-Za-z0-9]{1,128}$/.test(state)) throw new RangeError("an OAuth state is 1 to 128 letters and digits");
  const query = new URLSearchParams([
    ["redirect_uri", redirectUrl],
    ["response_type", "code"],
    ["client_id", clientId],
    ["scope", "openid"],
    ["state", state],
    ["prompt", "consent"],
  ]);
  return `${oauthBase.replace(/\/+$/, "")}/oauth2/auth?${query}`;
}

export type UserIdResult =
  | { readonly state: "known"; readonly userId: string }
  /** The code is used or older than 5 minutes: send the person to the authorize page again. */
  | { readonly state: "expired" }
  /** Logged in at DingTalk, but no member of the organisation. */
  | { readonly state: "stranger" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

/** "不存在的临时授权码": never given, used or too old. */
const CODE_SPENT = "invalidParameter.authCode.notFound";
/** "找不到该用户" */
const NO_SUCH_UNION_ID = "60121";

/**
 * Exchanges the `authCode` of the redirect for the person's userid in the organisation, which takes three steps: the
 * person's own token, the id that the person has everywhere, the id that the organisation gave (section 6.1).
 */
export async function fetchUserId(
  connection: ApiConnection & { readonly clientId: string; readonly clientSecret: string },
  tokens: AccessTokens,
  authCode: string,
): Promise<UserIdResult> {
  const granted = await callApi(connection, {
    method: "POST",
    url: apiUrl(connection, "/v1.0/oauth2/userAccessToken"),
    json: {
      clientId: connection.clientId,
      clientSecret: connection.clientSecret,
      code: authCode,
      grantType: "authorization_code",
    },
  });
  if (granted.state === "answered" && granted.code === CODE_SPENT) return { state: "expired" };
  const personToken = granted.state === "answered" ? textOf(granted.json, "accessToken") : undefined;
  if (personToken === undefined) return failure(granted);

  const me = await callApi(connection, {
    method: "GET",
    url: apiUrl(connection, "/v1.0/contact/users/me"),
    accessToken: personToken,
  });
  const unionId = me.state === "answered" ? textOf(me.json, "unionId") : undefined;
  if (unionId === undefined) return failure(me);

  try {
    const found = await callWithToken(connection, tokens, (token) => ({
      method: "POST",
      url: oapiUrl(connection, "/topapi/user/getbyunionid", { access_token: token }),
      json: { unionid: unionId },
    }));
    if (found.state === "answered" && found.code === NO_SUCH_UNION_ID) return { state: "stranger" };
    const result = found.state === "answered" && isJsonObject(found.json.result) ? found.json.result : {};
    const userId = textOf(result, "userid");
    if (userId === undefined) return failure(found);
    // 0: a member of the organisation, 1: an outside contact, whose userid approves nothing.
    return result.contact_type === 1 ? { state: "stranger" } : { state: "known", userId };
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    return { state: "failed", code: error.code || "NO_ANSWER", reason: error.message };
  }
}

const failure = (answer: ApiAnswer): UserIdResult =>
  answer.state === "answered"
    ? { state: "failed", code: answer.code || "NO_RESULT", reason: `DingTalk error ${answer.code}` }
    : { state: "failed", code: "NO_ANSWER", reason: answer.reason };
