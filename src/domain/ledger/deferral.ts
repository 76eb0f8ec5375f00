import { type Fen, splitByLargestRemainder } from "../money/fen.ts";
import { integer, type Ratio } from "../money/ratio.ts";
import {
  type DateRange,
  daysInRange,
  intersect,
  type Month,
  monthOf,
  rangeOfMonth,
  shiftMonth,
} from "../time/civil-date.ts";

export interface MonthWeight {
  readonly month: Month;
  readonly weight: Ratio;
}

export interface Deferral {
  /** Income of the posting month and of months before it. */
  readonly nowFen: Fen;
  /** Income of later months, ascending; each is released in its month. */
  readonly later: readonly { readonly month: Month; readonly amountFen: Fen }[];
}

/** The days of a service period by calendar month: the weights where a line's derivation names none. */
export function daysByMonth(period: DateRange): MonthWeight[] {
  const weights: MonthWeight[] = [];
  for (let month = monthOf(period.from); month <= monthOf(period.to); month = shiftMonth(month, 1)) {
    const days = intersect(period, rangeOfMonth(month));
    if (days) weights.push({ month, weight: integer(daysInRange(days)) });
  }
  return weights;
}

/**
 * Splits the net income of a line over its months and keeps back those after the posting month, for entities with
 * `deferAdvance` (money-rules 9). Largest remainder, ties to the earlier month; a negative line splits like its opposite.
 */
export function planDeferral(netFen: Fen, postingMonth: Month, weights: readonly MonthWeight[]): Deferral {
  const ascending = [...weights].sort((a, b) => (a.month < b.month ? -1 : 1));
  const sign = netFen < 0n ? -1n : 1n;
  const shares = splitByLargestRemainder(
    netFen * sign,
    ascending.map((one) => one.weight),
  );
  const months = ascending.map(({ month }, index) => ({ month, amountFen: (shares[index] ?? 0n) * sign }));
  const later = months.filter((one) => one.month > postingMonth);
  return { nowFen: later.reduce((rest, one) => rest - one.amountFen, netFen), later };
}
