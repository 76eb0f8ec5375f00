import { STAFF_CARD_TEXT } from "./approval-text.zh-CN.ts";
import type { Card } from "./card.ts";

/** What a colleague can ask for, by roles: the answer to 帮助. */
export function staffMenuCard(staff: { readonly name: string; readonly roles: readonly string[] }): Card {
  const { title, greeting, sayings, noRole, roleNames } = STAFF_CARD_TEXT.menu;
  const lines = Object.entries(sayings)
    .filter(([role]) => staff.roles.includes(role))
    .flatMap(([, words]) => words);
  const names = staff.roles.map((role) => roleNames[role] ?? role);
  return {
    name: "menu",
    title,
    rows: [],
    paragraphs: names.length === 0 ? [noRole(staff.name)] : [greeting(staff.name, names), ...new Set(lines)],
    buttons: [
      { kind: "action", label: STAFF_CARD_TEXT.approval.list, action: { type: "approval.list" }, style: "primary" },
    ],
  };
}
