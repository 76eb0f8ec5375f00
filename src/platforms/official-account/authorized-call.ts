import { type ApiAnswer, type ApiConnection, callApi, errorCodeOf } from "./api.ts";
import { meaningOf } from "./error-codes.ts";
import type { AccessTokens } from "./token.ts";

/**
 * Calls an API that needs the access token. A refused token is renewed and the call made once more, never oftener: a
 * wrong secret would loop (reference/platforms.md section 8, row 7). Throws TokenUnavailable.
 */
export async function callWithToken(
  connection: ApiConnection,
  tokens: AccessTokens,
  path: string,
  body: unknown,
): Promise<ApiAnswer> {
  const token = await tokens.current();
  const answer = await callApi(connection, path, { access_token: token }, body);
  if (answer.state !== "answered" || meaningOf(errorCodeOf(answer.json)) !== "token") return answer;
  return callApi(connection, path, { access_token: await tokens.renewed(token) }, body);
}
