import type { Month } from "../time/civil-date.ts";
import type { DaySpan } from "./days.ts";

/*
 * Months as integers (year × 12 + month, January = 0) and days as day numbers: a run counts months millions of times, and
 * text would cost more than all the money.
 */

const DAY_MS = 86_400_000;

export const monthIndexOf = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

export function monthIndexOfDay(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Day number of the month's first day. */
export const firstDayOfIndex = (index: number): number => Date.UTC(Math.floor(index / 12), index % 12, 1) / DAY_MS;

export const spanOfIndex = (index: number): DaySpan => ({
  from: firstDayOfIndex(index),
  to: firstDayOfIndex(index + 1) - 1,
});

/** Day number of the given day of the month, or of its last day where the month is shorter. */
export const dayOfIndex = (index: number, dayOfMonth: number): number =>
  Math.min(firstDayOfIndex(index) + dayOfMonth, firstDayOfIndex(index + 1)) - 1;

export const monthOfIndex = (index: number): Month =>
  `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}` as Month;
