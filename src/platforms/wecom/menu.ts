import { type CardAction, encodeAction } from "../../../cards/action.ts";
import { type AccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiConnection, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";

/** An entry at the foot of the app's chat, or a column of up to five. A click answers by the role of whoever clicks. */
export type MenuEntry =
  | { readonly name: string; readonly action: CardAction }
  | { readonly name: string; readonly url: string }
  | { readonly name: string; readonly entries: readonly Exclude<MenuEntry, { readonly entries: unknown }>[] };

export type MenuResult =
  | { readonly state: "created" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

const ENTRIES_MAX = 3;
const COLUMN_MAX = 5;

/**
 * Replaces the app's menu by 1 to 3 entries with at most 5 below each, else RangeError. WeCom knows one menu per app and
 * none per role: what an entry shows is decided when it is clicked.
 */
export async function createAppMenu(
  connection: ApiConnection,
  tokens: AccessTokens,
  agentId: number,
  entries: readonly MenuEntry[],
): Promise<MenuResult> {
  if (entries.length === 0 || entries.length > ENTRIES_MAX) throw new RangeError("a menu has 1 to 3 entries");
  const body = { button: entries.map(buttonOf) };
  try {
    const answer = await callWithToken(connection, tokens, "/cgi-bin/menu/create", body, { agentid: String(agentId) });
    if (answer.state !== "answered") return { state: "failed", code: "NO_ANSWER", reason: answer.reason };
    const errorCode = errorCodeOf(answer.json);
    if (errorCode === 0) return { state: "created" };
    return { state: "failed", code: String(errorCode), reason: errorMessageOf(answer.json) };
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    return { state: "failed", code: String(error.errorCode), reason: error.message };
  }
}

function buttonOf(entry: MenuEntry): unknown {
  if ("url" in entry) return { type: "view", name: entry.name, url: entry.url };
  if ("action" in entry) return { type: "click", name: entry.name, key: encodeAction(entry.action) };
  if (entry.entries.length === 0 || entry.entries.length > COLUMN_MAX)
    throw new RangeError("a column has 1 to 5 entries");
  return { name: entry.name, sub_button: entry.entries.map(buttonOf) };
}
