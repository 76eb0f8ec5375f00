import {
  type CivilDate,
  type DateRange,
  fromDayNumber,
  intersect,
  type Month,
  rangeOfMonth,
  toDayNumber,
} from "../time/civil-date.ts";

/** Days on which a lease runs a charge of the pool and holds the unit. May reach beyond the month. */
export interface LeasedUnit {
  readonly unit: string;
  readonly lease: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
}

/** The days of the month on which a lease has a unit of the pool; several ranges where the unit was given back between. */
export interface LeasedDays {
  readonly unit: string;
  readonly lease: string;
  /** Inside the month, ascending, apart from each other. */
  readonly ranges: readonly DateRange[];
}

/**
 * Brings the leased days of a month together, one row for each (unit, lease) pair with at least one day, by unit code.
 * Throws RangeError where two leases have a unit on the same day: no import lets that happen.
 */
export function leasedDaysByUnit(
  month: Month,
  leased: readonly LeasedUnit[],
): ReadonlyMap<string, readonly LeasedDays[]> {
  const whole = rangeOfMonth(month);
  const firstDay = toDayNumber(whole.from);
  const holders = new Map<string, (string | undefined)[]>();
  for (const { unit, lease, from, to } of leased) {
    const days = intersect(whole, { from, to });
    if (!days) continue;
    const holder = holders.get(unit) ?? [];
    holders.set(unit, holder);
    const last = toDayNumber(days.to) - firstDay;
    for (let day = toDayNumber(days.from) - firstDay; day <= last; day += 1) {
      const other = holder[day];
      if (other !== undefined && other !== lease) {
        throw new RangeError(`unit ${unit} is leased twice on ${fromDayNumber(firstDay + day)}: ${other} and ${lease}`);
      }
      holder[day] = lease;
    }
  }
  const result = new Map<string, readonly LeasedDays[]>();
  for (const [unit, holder] of holders) result.set(unit, rangesByLease(unit, holder, firstDay));
  return result;
}

function rangesByLease(unit: string, holder: readonly (string | undefined)[], firstDay: number): LeasedDays[] {
  const byLease = new Map<string, DateRange[]>();
  let begin = 0;
  for (let day = 1; day <= holder.length; day += 1) {
    if (day < holder.length && holder[day] === holder[begin]) continue;
    const lease = holder[begin];
    if (lease !== undefined) {
      const ranges = byLease.get(lease) ?? [];
      byLease.set(lease, ranges);
      ranges.push({ from: fromDayNumber(firstDay + begin), to: fromDayNumber(firstDay + day - 1) });
    }
    begin = day;
  }
  return [...byLease].map(([lease, ranges]) => ({ unit, lease, ranges }));
}
