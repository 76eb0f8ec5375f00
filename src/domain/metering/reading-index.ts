import type { CivilDate, DateRange } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Meter, Reading } from "../world/property.ts";

/** A reading that stands (no row corrects it), with what the counter looks like from it on (money-rules 4). */
export interface StandingReading {
  readonly reading: Reading;
  /** Factor from counter to quantity for the step that begins here. */
  readonly multiplier: DecimalText;
  /** Digits before the decimal point of the counter that runs from here on. */
  readonly digits: number;
}

/** The readings of one meter that stand, one a day at most, ascending by the day on which they stand. */
export type MeterReadings = readonly StandingReading[];
/** By code of the meter. */
export type ReadingIndex = ReadonlyMap<string, MeterReadings>;

/**
 * Sorts all readings once by meter and day. Of the rows of a meter and day the highest revision stands (money-rules 4:
 * a wrong value is corrected by a row, the first value is kept). A replacement's multiplier and digits hold until the
 * next replacement that names others. Meters without a reading are in the index with an empty list; readings of a meter
 * that is not in `meters` are left out.
 */
export function indexReadings(meters: Iterable<Meter>, readings: Iterable<Reading>): ReadingIndex {
  const byMeter = new Map<string, Reading[]>();
  for (const reading of readings) {
    const rows = byMeter.get(reading.meter);
    if (rows) rows.push(reading);
    else byMeter.set(reading.meter, [reading]);
  }
  const index = new Map<string, MeterReadings>();
  for (const meter of meters) index.set(meter.code, standingReadings(meter, byMeter.get(meter.code) ?? []));
  return index;
}

function standingReadings(meter: Meter, rows: readonly Reading[]): MeterReadings {
  const byDay = new Map<CivilDate, Reading>();
  for (const row of rows) {
    const other = byDay.get(row.standsOn);
    if (!other || row.revision >= other.revision) byDay.set(row.standsOn, row);
  }
  const ascending = [...byDay.values()].sort((a, b) => (a.standsOn < b.standsOn ? -1 : 1));
  let { multiplier, digits } = meter;
  return ascending.map((reading) => {
    if (reading.kind === "replacement") {
      multiplier = reading.multiplier ?? multiplier;
      digits = reading.digits ?? digits;
    }
    return { reading, multiplier, digits };
  });
}

/** The last reading that stands in the range, or undefined. */
export function latestReadingIn(readings: MeterReadings, range: DateRange): StandingReading | undefined {
  const latest = readings[positionAfter(readings, range.to) - 1];
  return latest && latest.reading.standsOn >= range.from ? latest : undefined;
}

/** The reading that stands on the day, or undefined. */
export const readingOn = (readings: MeterReadings, day: CivilDate): StandingReading | undefined =>
  latestReadingIn(readings, { from: day, to: day });

/** The readings from one to another, both included, ascending. */
export function readingsBetween(readings: MeterReadings, opening: Reading, closing: Reading): MeterReadings {
  return readings.slice(positionAfter(readings, opening.standsOn) - 1, positionAfter(readings, closing.standsOn));
}

/** How many readings stand on the day or before it. */
function positionAfter(readings: MeterReadings, day: CivilDate): number {
  let low = 0;
  let high = readings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = readings[middle];
    if (at && at.reading.standsOn <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}
