import { type Card, textCard } from "../../cards/card.ts";
import { SAY } from "../text/zh-CN.ts";

/** How much of one message the steward sees. */
const WORDS_MAX = 40;
const SHOWN_MAX = 5;

export interface HandoffHistory {
  /** What was typed last, oldest first. */
  readonly words: readonly string[];
  /** The dialog that was open, by its title. */
  readonly doing?: string;
}

/** Tells a steward that somebody of a tenant waits for a person, and what was going on: no phone or account number in it. */
export function handoffNotice(personName: string, tenantName: string, history: HandoffHistory): Card {
  const words = history.words.map(shortened).filter((line) => line !== "");
  return textCard(
    SAY.handoffNotice(personName, tenantName),
    ...(history.doing === undefined ? [] : [SAY.handoffDoing(history.doing)]),
    ...(words.length === 0 ? [] : [[SAY.handoffWords, ...words.slice(-SHOWN_MAX).map(SAY.handoffWord)].join("\n")]),
  );
}

// A bill's number is no secret and helps.
const KEPT = /([A-Za-z][\w-]*-\d{6}-\d{5,})/;
/** Six digits and more, however they are set apart: codes, phones, accounts, identity and tax numbers. */
const LONG_NUMBER = /[\p{N}A-Za-z]*\p{N}(?:[\s-]?\p{N}){5,}[\p{N}A-Za-z]*/gu;
const WIDE = /[０-９Ａ-Ｚａ-ｚ]/g;
const ADDRESS = /[^\s@，。]+@[^\s@，。]+/g;

/** One line of at most WORDS_MAX characters without anything that identifies an account or a phone. */
function shortened(text: string): string {
  const line = text
    .slice(0, 4 * WORDS_MAX)
    .replace(WIDE, (wide) => wide.normalize("NFKC"))
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  const hidden = line
    .split(KEPT)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(ADDRESS, "……").replace(LONG_NUMBER, "……")))
    .join("");
  const characters = [...hidden];
  return characters.length > WORDS_MAX ? `${characters.slice(0, WORDS_MAX).join("")}…` : hidden;
}
