import { BLANK } from "../normalise.ts";

/** Something found in the text: where it stands in `plain`, and what it means. */
export interface Mention<T> {
  readonly from: number;
  readonly to: number;
  readonly value: T;
}

export interface MentionRule<T> {
  /** Must have the flag "g". */
  readonly pattern: RegExp;
  readonly read: (match: RegExpMatchArray) => T | undefined;
}

/**
 * Every mention in the text, from left to right. Earlier rules take their characters first, so the more exact form of a
 * saying ("9月8号") stands before the shorter one it contains ("9月").
 */
export function findMentions<T>(plain: string, rules: readonly MentionRule<T>[]): Mention<T>[] {
  let rest = plain;
  const found: Mention<T>[] = [];
  for (const { pattern, read } of rules) {
    for (const match of rest.matchAll(pattern)) {
      const value = read(match);
      if (value === undefined) continue;
      const from = match.index;
      const to = from + match[0].length;
      found.push({ from, to, value });
      rest = rest.slice(0, from) + BLANK.repeat(to - from) + rest.slice(to);
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
