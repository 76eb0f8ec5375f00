import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { exactDayRules, lastDayRules, passingDayRules, relativeDayRules } from "./dates.ts";
import { findMentions, type Mention } from "./mention.ts";

/** The days a payment is promised for, as the speaker looks ahead from `today`: only exact days. */
export const findPromiseDates = (plain: string, today: CivilDate): Mention<CivilDate>[] =>
  findMentions(plain, [
    ...exactDayRules(today, "future"),
    ...lastDayRules(today, "future"),
    ...passingDayRules(today),
    ...relativeDayRules(today, "future"),
  ]).filter(({ value }) => value >= today);
