import type { CardAction } from "./action.ts";

/**
 * The canonical card: what is shown, before any platform's limits. Plain data, so that it serialises into the outbox,
 * snapshots and diffs. Builders live one file per card beside this one; renderers in render/ turn it into a platform's
 * form and fall back to text.
 */
export interface Card {
  /** Which card this is, e.g. "bill". Renderers choose a platform template by it. */
  readonly name: CardName;
  readonly title: string;
  readonly subtitle?: string;
  /** The one figure people look for, e.g. "¥7,453.00" with "应付合计". */
  readonly emphasis?: { readonly value: string; readonly label: string };
  /** The few facts that are always shown: number, dates. */
  readonly rows: readonly CardRow[];
  /** A list that may be long: bill lines, bills. Renderers show what fits, then how many there are in all. */
  readonly items?: readonly CardRow[];
  readonly paragraphs: readonly string[];
  readonly buttons: readonly CardButton[];
  /**
   * In a group: the people, by their id on the platform, who see the buttons; absent: nobody there. Only DingTalk can
   * show one card differently to each; a copy that went to one person shows them to that person alone.
   */
  readonly buttonsFor?: readonly string[];
  /** What became of it, in the place of the buttons: "已通过", at most 10 characters. For cards that replace another. */
  readonly outcome?: string;
  /** Where a tap on the card itself leads: an H5 page. */
  readonly link?: string;
  /**
   * The facts of a template message, which starts a conversation: a fixed number in a fixed order per card name, since
   * the platform's template names its fields once and for all. Absent: the card can only answer, not begin.
   */
  readonly notice?: readonly CardRow[];
}

export interface CardRow {
  readonly label: string;
  readonly value: string;
}

export type CardButton =
  | {
      readonly kind: "action";
      readonly label: string;
      readonly action: CardAction;
      readonly style?: "primary" | "danger";
    }
  | { readonly kind: "link"; readonly label: string; readonly url: string; readonly style?: "primary" };

export const CARD_NAMES = [
  "text",
  "menu",
  "bill",
  "bill-list",
  "payment-link",
  "receipt",
  "bind",
  "explanation",
  "invoice",
  "invoice-application",
  "approval",
  "approval-list",
  "delegation",
  "exception",
  "exception-list",
  "audit",
  "refund",
  "refund-alert",
  "dunning",
  "task",
  "task-list",
  "settlement",
] as const;
export type CardName = (typeof CARD_NAMES)[number];

/** A card that is only words. */
export const textCard = (...paragraphs: string[]): Card => ({
  name: "text",
  title: "",
  rows: [],
  paragraphs,
  buttons: [],
});
