import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { exactDayRules, lastDayRules, passingDayRules, relativeDayRules } from "./dates.ts";
import { findMentions, keepLast, type Mention } from "./mention.ts";

const rulesOf = keepLast((today, direction) => [
  ...exactDayRules(today, direction),
  ...lastDayRules(today, direction),
  ...passingDayRules(today),
  ...relativeDayRules(today, direction),
]);

/** The days a payment is promised for, as the speaker looks ahead from `today`: only exact days. */
export const findPromiseDates = (plain: string, today: CivilDate): Mention<CivilDate>[] =>
  findMentions(plain, rulesOf(today, "future")).filter(({ value }) => value >= today);
