import { type Fen, formatYuan } from "../money/fen.ts";
import { type CivilDate, formatDate } from "../time/civil-date.ts";
import type { StatementGap } from "./file-proof.ts";

/**
 * The loose ends of a day's lines: balances from which a line starts and at which none ended (`starts`), and the other way
 * round (`ends`). Lines that follow each other have one of each, in whatever order and from however many files they came.
 */
export interface DayEnds {
  readonly date: CivilDate;
  readonly starts: readonly Fen[];
  readonly ends: readonly Fen[];
}

export interface DayBalance {
  readonly date: CivilDate;
  readonly openingFen: Fen;
  readonly closingFen: Fen;
}

/**
 * Follows the balance from day to day (I9). `before`: what the account held before the first day, undefined if nobody
 * knows. A day on which the balance went around in a circle has no loose ends: it begins and ends at what was there before.
 */
export function followDays(
  before: Fen | undefined,
  days: readonly DayEnds[],
): {
  readonly balances: readonly DayBalance[];
  readonly gaps: readonly (StatementGap & { readonly date: CivilDate })[];
} {
  const balances: DayBalance[] = [];
  const gaps: (StatementGap & { date: CivilDate })[] = [];
  let current = before;
  days.forEach((day, index) => {
    const known = current;
    const openingFen =
      known !== undefined && (day.starts.length === 0 || day.starts.includes(known)) ? known : (day.starts[0] ?? known);
    if (openingFen === undefined) return;
    const after = days[index + 1]?.starts ?? [];
    const closingFen = day.ends.find((end) => after.includes(end)) ?? day.ends.at(-1) ?? openingFen;
    if (known !== undefined && openingFen !== known) {
      const amountFen = openingFen - known;
      gaps.push({
        date: day.date,
        amountFen,
        what: `${formatDate(day.date)}的期初余额 ${formatYuan(openingFen)} 接不上此前的 ${formatYuan(known)}，差 ${formatYuan(amountFen)}，可能缺流水`,
      });
    }
    // Within the day: what jumps between the pieces that do not follow each other.
    if (day.starts.length > 1) {
      const amountFen = sum(day.starts) - openingFen - (sum(day.ends) - closingFen);
      gaps.push({
        date: day.date,
        amountFen,
        what: `${formatDate(day.date)}的流水断成 ${day.starts.length} 段，余额差 ${formatYuan(amountFen)}，可能少了、多了或改了一行`,
      });
    }
    balances.push({ date: day.date, openingFen, closingFen });
    current = closingFen;
  });
  return { balances, gaps };
}

const sum = (amounts: readonly Fen[]): Fen => amounts.reduce((total, one) => total + one, 0n);
