import { CHARGE_WORDS } from "../lexicon/charges.ts";
import { findMentions, type Mention, type MentionRule } from "./mention.ts";

const RULES: readonly MentionRule<readonly string[]>[] = CHARGE_WORDS.map(({ pattern, kinds }) => ({
  pattern: new RegExp(pattern, "g"),
  read: () => kinds,
}));

/** The charges spoken of, in their order. */
export const findCharges = (plain: string): Mention<readonly string[]>[] => findMentions(plain, RULES);

/** Their kinds, each once, in the order first said. */
export const chargeKinds = (mentions: readonly Mention<readonly string[]>[]): string[] => [
  ...new Set(mentions.flatMap(({ value }) => value)),
];
