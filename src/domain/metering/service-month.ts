import {
  addDays,
  type CivilDate,
  type DateRange,
  firstDayOf,
  formatDate,
  formatMonth,
  intersect,
  later,
  type Month,
  monthOf,
  rangeOfMonth,
  shiftMonth,
} from "../time/civil-date.ts";
import { latestReadingIn, type MeterReadings, readingOn, type StandingReading } from "./reading-index.ts";

/** The days on which a charge runs on a meter, first to last, not cut to a month. */
export interface MeterRun {
  readonly run: DateRange;
  /** Last day of the lease. A charge that runs to it must close on it (money-rules 4). */
  readonly leaseEnd: CivilDate;
}

/** Between which readings a service month is measured. */
export type ServiceMonth =
  | {
      readonly ok: true;
      readonly covered: DateRange;
      readonly opening: StandingReading;
      readonly closing: StandingReading;
    }
  | { readonly ok: false; readonly code: "READING_MISSING"; readonly message: string };

/** The days of the month on which the charge runs, or undefined when there are none. */
export const coveredDays = (month: Month, run: DateRange): DateRange | undefined => intersect(rangeOfMonth(month), run);

/**
 * Closing of a month (money-rules 4): the latest reading inside its covered days; in the lease's last month, if the
 * charge runs to its end, the reading on the lease's last day and no other.
 */
export function closingOfMonth(readings: MeterReadings, month: Month, meterRun: MeterRun): StandingReading | undefined {
  const covered = coveredDays(month, meterRun.run);
  if (!covered) return undefined;
  return mustCloseOn(covered, meterRun) ? readingOn(readings, meterRun.leaseEnd) : latestReadingIn(readings, covered);
}

/**
 * Opening of a month (money-rules 4): the closing of the month before; in the month in which the charge begins the
 * reading that stands on the day before its first day.
 */
export function openingOfMonth(readings: MeterReadings, month: Month, meterRun: MeterRun): StandingReading | undefined {
  return isFirstMonth(month, meterRun.run)
    ? readingOn(readings, addDays(meterRun.run.from, -1))
    : closingOfMonth(readings, shiftMonth(month, -1), meterRun);
}

/**
 * Opening and closing reading of a service month. Throws RangeError when the charge runs on no day of the month: such a
 * month has no line and is never asked for.
 */
export function serviceMonthOf(
  meterCode: string,
  readings: MeterReadings,
  month: Month,
  meterRun: MeterRun,
): ServiceMonth {
  const covered = coveredDays(month, meterRun.run);
  if (!covered) throw new RangeError(`no covered day of meter ${meterCode} in ${month}`);
  const opening = openingOfMonth(readings, month, meterRun);
  if (!opening) {
    const wanted = isFirstMonth(month, meterRun.run)
      ? `${formatDate(addDays(meterRun.run.from, -1))}（计费起始日前一天）`
      : formatMonth(shiftMonth(month, -1));
    return missing(`表计 ${meterCode} 缺少${wanted}的起始读数，请补录读数或批准估读`);
  }
  const closing = closingOfMonth(readings, month, meterRun);
  if (!closing) {
    const wanted = mustCloseOn(covered, meterRun)
      ? `${formatDate(meterRun.leaseEnd)}（租约最后一天）`
      : `${formatDate(covered.from)}至${formatDate(covered.to)}`;
    return missing(`表计 ${meterCode} 缺少${wanted}的期末读数，请补录读数或批准估读`);
  }
  return { ok: true, covered, opening, closing };
}

/**
 * The reading at which a yearly ladder begins: the opening of January of the service month's year, or that of the
 * charge's first month if it began later (money-rules 4).
 */
export function openingOfLadderYear(
  readings: MeterReadings,
  month: Month,
  meterRun: MeterRun,
): StandingReading | undefined {
  const firstOfYear = firstDayOf(`${month.slice(0, 4)}-01` as Month);
  return openingOfMonth(readings, monthOf(later(firstOfYear, meterRun.run.from)), meterRun);
}

/**
 * A run for meters that no lease bounds (pools, statistics of a meter): it began before every reading and does not end,
 * so a month opens with the latest reading of the month before and closes with its own latest.
 */
export const UNBOUNDED_RUN: MeterRun = {
  run: { from: "0001-01-01" as CivilDate, to: "9999-12-31" as CivilDate },
  leaseEnd: "9999-12-31" as CivilDate,
};

const isFirstMonth = (month: Month, run: DateRange): boolean => month === monthOf(run.from);
const mustCloseOn = (covered: DateRange, { run, leaseEnd }: MeterRun): boolean =>
  run.to >= leaseEnd && covered.to === leaseEnd;
const missing = (message: string): ServiceMonth => ({ ok: false, code: "READING_MISSING", message });
