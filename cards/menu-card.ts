import type { Card, CardButton } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

export type MenuView = { readonly bound: true; readonly tenantName: string } | { readonly bound: false };

const HANDOFF: CardButton = { kind: "action", label: TEXT.menu.handoff, action: { type: "handoff" } };

/** What can be asked for: the answer to 帮助 and to a new follower. */
export function menuCard(view: MenuView): Card {
  return {
    name: "menu",
    title: TEXT.menu.title,
    rows: [],
    paragraphs: [view.bound ? TEXT.menu.greeting(view.tenantName) : TEXT.menu.stranger],
    buttons: view.bound
      ? [
          { kind: "action", label: TEXT.menu.bills, action: { type: "bill.list" }, style: "primary" },
          { kind: "action", label: TEXT.menu.pay, action: { type: "pay.all" } },
          HANDOFF,
        ]
      : [{ kind: "action", label: TEXT.menu.bind, action: { type: "bind.start" }, style: "primary" }, HANDOFF],
  };
}
