import { formatMonth, type Month, monthOf, parseCivilDate, parseMonth } from "../src/domain/time/civil-date.ts";

export interface MonthRange {
  readonly from: Month;
  readonly to: Month;
}

/** The `period` slot ("2026-10", "2026-10-05" or "from..to") as months: bills belong to whole ones. Throws RangeError. */
export function monthsOf(period: string): MonthRange {
  const [from = "", to = from] = period.split("..");
  const month = (text: string) => (text.length === 10 ? monthOf(parseCivilDate(text)) : parseMonth(text));
  return { from: month(from), to: month(to) };
}

export const periodName = ({ from, to }: MonthRange): string =>
  from === to ? formatMonth(from) : `${formatMonth(from)}至${formatMonth(to)}`;
