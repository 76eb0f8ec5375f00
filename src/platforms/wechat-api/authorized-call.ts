import type { AccessTokens } from "./access-tokens.ts";
import { type ApiAnswer, type ApiConnection, callApi, errorCodeOf } from "./api.ts";

/** 40001 invalid credential, 40014 illegal access_token, 42001 access_token expired. */
export const TOKEN_REFUSED: ReadonlySet<number> = new Set([40001, 40014, 42001]);

/**
 * Calls an API that needs the access token. A refused token is renewed and the call made once more, never oftener: a
 * wrong secret would loop (reference/platforms.md section 8, row 7). Throws TokenUnavailable.
 */
export async function callWithToken(
  connection: ApiConnection,
  tokens: AccessTokens,
  path: string,
  body: unknown,
  query: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const token = await tokens.current();
  const answer = await callApi(connection, path, { ...query, access_token: token }, body);
  if (answer.state !== "answered" || !TOKEN_REFUSED.has(errorCodeOf(answer.json))) return answer;
  return callApi(connection, path, { ...query, access_token: await tokens.renewed(token) }, body);
}
