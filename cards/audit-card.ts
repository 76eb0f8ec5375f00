import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import { AUDIT_CARD_TEXT } from "./approval-text.zh-CN.ts";
import type { Card } from "./card.ts";

/** Who did what to a document, the latest first. */
export const auditCard = (
  title: string,
  entries: readonly {
    readonly on: CivilDate;
    readonly action: string;
    readonly who: string;
    readonly channel: string;
    readonly number?: string | undefined;
    readonly reason?: string | undefined;
  }[],
): Card => ({
  name: "audit",
  title,
  rows: [],
  items: entries.map(({ on, action, who, channel, number, reason }) => ({
    label: [formatDate(on), number].filter((word) => word !== undefined).join(" "),
    value: [
      who,
      AUDIT_CARD_TEXT.actions[action] ?? action,
      `（${AUDIT_CARD_TEXT.channels[channel] ?? channel}）`,
      ...(reason === undefined ? [] : [reason]),
    ].join(" "),
  })),
  paragraphs: [],
  buttons: [],
});
