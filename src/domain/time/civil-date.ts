import { Temporal } from "temporal-polyfill";

/**
 * A civil date in Asia/Shanghai, "2026-08-15" (money-rules 1). Text, so that it compares, sorts, serialises and reaches
 * PostgreSQL as it is; never a JavaScript Date, whose midnight is UTC and lands on the wrong day.
 */
export type CivilDate = string & { readonly __brand: "CivilDate" };
/** "2026-08" */
export type Month = string & { readonly __brand: "Month" };
/** Both ends included. */
export interface DateRange {
  readonly from: CivilDate;
  readonly to: CivilDate;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY_MS = 86_400_000;
export const SHANGHAI = "Asia/Shanghai";

/** Throws RangeError unless the text is an existing date in the form YYYY-MM-DD. */
export function parseCivilDate(text: string): CivilDate {
  if (!DATE.test(text) || fromDayNumber(toDayNumber(text as CivilDate)) !== text) {
    throw new RangeError(`not a date (YYYY-MM-DD): ${JSON.stringify(text)}`);
  }
  return text as CivilDate;
}

export const isCivilDate = (text: string): text is CivilDate =>
  DATE.test(text) && fromDayNumber(toDayNumber(text as CivilDate)) === text;

/** Throws RangeError unless the text is a month in the form YYYY-MM. */
export function parseMonth(text: string): Month {
  if (!MONTH.test(text)) throw new RangeError(`not a month (YYYY-MM): ${JSON.stringify(text)}`);
  return text as Month;
}

/** Days since 1970-01-01; the cheap form for loops over days. */
export const toDayNumber = (date: CivilDate): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
export const fromDayNumber = (day: number): CivilDate => new Date(day * DAY_MS).toISOString().slice(0, 10) as CivilDate;

export const addDays = (date: CivilDate, days: number): CivilDate => fromDayNumber(toDayNumber(date) + days);
/** to − from in days; 0 for the same day. */
export const daysBetween = (from: CivilDate, to: CivilDate): number => toDayNumber(to) - toDayNumber(from);
/** Days of the range, both ends included. */
export const daysInRange = (range: DateRange): number => daysBetween(range.from, range.to) + 1;

/** The same day of the month n months later, clipped to the month's end. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  return Temporal.PlainDate.from(date).add({ months }, { overflow: "constrain" }).toString() as CivilDate;
}

export const monthOf = (date: CivilDate): Month => date.slice(0, 7) as Month;
export const shiftMonth = (month: Month, months: number): Month => {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}` as Month;
};
export const firstDayOf = (month: Month): CivilDate => `${month}-01` as CivilDate;
export const lastDayOf = (month: Month): CivilDate => addDays(firstDayOf(shiftMonth(month, 1)), -1);
export const daysInMonth = (month: Month): number => Number(lastDayOf(month).slice(8, 10));
export const rangeOfMonth = (month: Month): DateRange => ({ from: firstDayOf(month), to: lastDayOf(month) });
/** The given day of the month, or its last day where the month is shorter. */
export const dayOfMonth = (month: Month, day: number): CivilDate =>
  `${month}-${String(Math.min(day, daysInMonth(month))).padStart(2, "0")}` as CivilDate;

export const earlier = (a: CivilDate, b: CivilDate): CivilDate => (a <= b ? a : b);
export const later = (a: CivilDate, b: CivilDate): CivilDate => (a >= b ? a : b);
export const contains = (range: DateRange, date: CivilDate): boolean => range.from <= date && date <= range.to;
/** The common days of two ranges, or undefined when there are none. */
export function intersect(a: DateRange, b: DateRange): DateRange | undefined {
  const from = later(a.from, b.from);
  const to = earlier(a.to, b.to);
  return from <= to ? { from, to } : undefined;
}

/** The civil date in Shanghai at an instant given as milliseconds since 1970. */
export const civilDateAt = (epochMs: number): CivilDate =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(SHANGHAI).toPlainDate().toString() as CivilDate;

/** "2026年8月15日": the one form in which people see a date. */
export const formatDate = (date: CivilDate): string =>
  `${Number(date.slice(0, 4))}年${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;
/** "2026年8月" */
export const formatMonth = (month: Month): string => `${Number(month.slice(0, 4))}年${Number(month.slice(5, 7))}月`;
/** "2026年8月15日 18:30" in Shanghai, of milliseconds since 1970: the one form in which people see a time of day. */
export const formatInstant = (epochMs: number): string => {
  const time = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(SHANGHAI).toPlainTime();
  return `${formatDate(civilDateAt(epochMs))} ${time.toString({ smallestUnit: "minute" })}`;
};
