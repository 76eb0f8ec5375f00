import { addDays, type CivilDate } from "../../../src/domain/time/civil-date.ts";
import { exactDayRules, lastDayRules, passingDayRules, relativeDayRules } from "./dates.ts";
import { findMentions, keepLast, type Mention } from "./mention.ts";

const rulesOf = keepLast((today, direction) => [
  ...exactDayRules(today, direction),
  ...lastDayRules(today, direction),
  ...passingDayRules(today),
  ...relativeDayRules(today, direction),
]);

/** 11月3日 said on 5 November is the day before yesterday and no promise for next year. */
const FARTHEST_DAYS = 300;

/** The days a payment is promised for, as the speaker looks ahead from `today`: only exact days. */
export const findPromiseDates = (plain: string, today: CivilDate): Mention<CivilDate>[] =>
  findMentions(plain, rulesOf(today, "future")).filter(
    ({ from, to, value }) =>
      value >= today && (value <= addDays(today, FARTHEST_DAYS) || plain.slice(from, to).includes("年")),
  );
