import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { BLANK } from "../normalise.ts";

/** Where a bare day or month lies that has no year: behind us (bills, payments) or ahead (promises, forecasts). */
export type Direction = "past" | "future";

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
    pattern.lastIndex = 0;
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      if (match[0] === "") pattern.lastIndex++;
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

/** Keeps the rules made for the last few keys: building patterns costs more than matching them. */
export function keepLast<T>(build: (today: CivilDate, direction: Direction) => T): typeof build {
  const kept = new Map<string, T>();
  return (today, direction) => {
    const key = `${today} ${direction}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= 8) kept.clear();
    const built = build(today, direction);
    kept.set(key, built);
    return built;
  };
}
