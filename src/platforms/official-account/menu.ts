import { type CardAction, encodeAction } from "../../../cards/action.ts";
import { type AccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";

/** An entry at the foot of the chat. An action arrives as CLICK and opens 3 messages in 1 minute; a link opens none. */
export type MenuEntry =
  | { readonly name: string; readonly action: CardAction }
  | { readonly name: string; readonly url: string };

export type MenuResult =
  | { readonly state: "created" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

const ENTRIES_MAX = 3;

/**
 * Replaces the account's menu by one row of 1 to 3 entries (else RangeError), names of at most 4 Chinese characters
 * (reference/platforms.md section 5.2). People see it after they have re-entered the account.
 */
export async function createAccountMenu(
  connection: ApiConnection,
  tokens: AccessTokens,
  entries: readonly MenuEntry[],
): Promise<MenuResult> {
  if (entries.length === 0 || entries.length > ENTRIES_MAX) throw new RangeError("a menu has 1 to 3 entries");
  const button = entries.map((entry) =>
    "url" in entry
      ? { type: "view", name: entry.name, url: entry.url }
      : { type: "click", name: entry.name, key: encodeAction(entry.action) },
  );
  try {
    const answer = await callWithToken(connection, tokens, "/cgi-bin/menu/create", { button });
    if (answer.state !== "answered") return { state: "failed", code: "NO_ANSWER", reason: answer.reason };
    const errorCode = errorCodeOf(answer.json);
    if (errorCode === 0) return { state: "created" };
    return { state: "failed", code: String(errorCode), reason: errorMessageOf(answer.json) };
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    return { state: "failed", code: String(error.errorCode), reason: error.message };
  }
}
