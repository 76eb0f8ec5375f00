import { type CivilDate, formatMonth, fromDayNumber, type Month, monthOf } from "../time/civil-date.ts";
import type { CycleMonths, PeriodAnchor } from "../world/lease.ts";
import { clip, type DaySpan, hull } from "./days.ts";
import { dayOfIndex, firstDayOfIndex, monthIndexOf, monthIndexOfDay, monthOfIndex } from "./month-index.ts";

/** Where the billing periods of a charge lie; the grid never moves (money-rules 2 "Periods"). */
export interface PeriodGrid {
  readonly anchor: PeriodAnchor;
  readonly cycleMonths: CycleMonths;
  readonly leaseStart: CivilDate;
}

/** A month whose fraction is counted: a calendar month, or a rent month under anchor `lease`. */
export interface MonthCell extends DaySpan {
  /** "2026-09", or "2026-09-15" for the rent month that begins on that day. */
  readonly key: string;
}

/** Day number of the first day of the month cell `index` of the grid; 0 is the month of the lease start. */
function cellStart(grid: PeriodGrid, index: number): number {
  const month = startIndex(grid) + index;
  return grid.anchor === "calendar" ? firstDayOfIndex(month) : dayOfIndex(month, Number(grid.leaseStart.slice(8, 10)));
}

const startIndex = (grid: PeriodGrid): number => monthIndexOf(monthOf(grid.leaseStart));

/** Index of the month cell that holds the day. */
function cellIndexOf(grid: PeriodGrid, day: number): number {
  const index = monthIndexOfDay(day) - startIndex(grid);
  return cellStart(grid, index) <= day ? index : index - 1;
}

/** The uncut period of the grid that holds the day (on or after the lease start). */
export function periodHolding(grid: PeriodGrid, day: number): DaySpan {
  const first = Math.floor(cellIndexOf(grid, day) / grid.cycleMonths) * grid.cycleMonths;
  return { from: cellStart(grid, first), to: cellStart(grid, first + grid.cycleMonths) - 1 };
}

/** The uncut periods that share a day with the given days. */
export function periodsTouching(grid: PeriodGrid, days: DaySpan): readonly DaySpan[] {
  const periods: DaySpan[] = [];
  for (let day = days.from; day <= days.to; ) {
    const period = periodHolding(grid, day);
    periods.push(period);
    day = period.to + 1;
  }
  return periods;
}

/** The period cut to the days on which the charge runs: from the first of them to the last; undefined without any. */
export const cutPeriod = (period: DaySpan, runDays: readonly DaySpan[]): DaySpan | undefined =>
  hull(clip(runDays, period));

/** The whole months of the grid that a (cut) period touches, ascending. */
export function monthCells(grid: PeriodGrid, period: DaySpan): readonly MonthCell[] {
  const cells: MonthCell[] = [];
  let index = cellIndexOf(grid, period.from);
  for (let from = cellStart(grid, index); from <= period.to; index += 1) {
    const next = cellStart(grid, index + 1);
    const key = grid.anchor === "calendar" ? monthOfIndex(startIndex(grid) + index) : fromDayNumber(from);
    cells.push({ from, to: next - 1, key });
    from = next;
  }
  return cells;
}

/** How many calendar months a period touches: `months` of formulas (money-rules 3.5). */
export const calendarMonthsTouched = (period: DaySpan): number =>
  monthIndexOfDay(period.to) - monthIndexOfDay(period.from) + 1;

/** "2026年9月", or "2026-09-15起租月" for a rent month: how a cell is named in a derivation. */
export const cellLabel = (key: string): string => (key.length === 7 ? formatMonth(key as Month) : `${key}起租月`);
