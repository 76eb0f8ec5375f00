import { encodeAction } from "../action.ts";
import type { Card } from "../card.ts";
import { LIMITS } from "../limits.ts";
import { TEXT } from "../text.zh-CN.ts";
import { byteLength, fitCharacters } from "./fit.ts";
import { renderText } from "./text.ts";

/** A customer-service message: words, or words with a list to tap. */
export type ConversationContent =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "msgmenu";
      readonly head: string;
      readonly items: readonly { readonly id: string; readonly label: string }[];
      readonly tail: string;
    };

const { textMaxBytes, menuItemsMax, menuItemMaxCharacters } = LIMITS.officialAccount;

/** The card as the text of a passive reply, which has no buttons: links and taps are anchors in the words. */
export const renderPassiveText = (card: Card): string =>
  renderText(card, { maxBytes: textMaxBytes, links: "anchor", actions: "tap" });

/** The card as a customer-service message: a `msgmenu` when it has action buttons, else text. Links are anchors. */
export function renderConversation(card: Card): ConversationContent {
  const items = card.buttons
    .flatMap((button) => (button.kind === "action" ? [button] : []))
    .slice(0, menuItemsMax)
    .map(({ label, action }) => ({ id: encodeAction(action), label: fitCharacters(label, menuItemMaxCharacters) }));
  if (items.length === 0) {
    return { kind: "text", text: renderText(card, { maxBytes: textMaxBytes, links: "anchor", actions: "none" }) };
  }
  const tail = TEXT.menu.tail;
  const taken = byteLength(tail) + items.reduce((sum, item) => sum + byteLength(item.label), 0);
  return {
    kind: "msgmenu",
    head: renderText(card, { maxBytes: textMaxBytes - taken, links: "anchor", actions: "none" }),
    items,
    tail,
  };
}
