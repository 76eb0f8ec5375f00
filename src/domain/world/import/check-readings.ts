import { groupBy } from "../../group-by.ts";
import type { Meter, Reading, RegisterValues } from "../property.ts";
import type { WrittenReading } from "./metering.ts";
import type { Place } from "./place.ts";
import type { Rows, WrittenWorld } from "./rows.ts";

/**
 * Checks the readings and numbers their revisions: 0 for the first value of a meter and day, then 1, 2 … for rows that
 * correct it, in the order of the file. A row that is already stored as it is keeps its number, so that importing the same
 * file again changes nothing (interfaces.md section 2).
 */
export function checkReadings(written: WrittenWorld, rows: Rows, root: Place): readonly Reading[] {
  const stored = groupBy(rows.storedReadings, dayOfReading);
  const revisions = new Map<string, number>();
  const digitsOf = mostDigits(written.readings, rows);
  return written.readings.map((reading, index) => {
    const at = root.child("readings").child(index);
    const meter = rows.meters.get(reading.meter);
    if (meter !== undefined && at.isSound("meter"))
      checkRegisters(reading, meter, digitsOf.get(meter.code) ?? meter.digits, at);
    if (!at.isSound("meter", "date", "at")) return { ...reading, revision: 0 };
    const { today } = at.scope;
    if (today !== undefined && reading.standsOn > today) {
      at.child("date").report("READING_IN_FUTURE", { date: reading.date, today });
    }
    const day = dayOfReading(reading);
    const revision = revisionOf(reading, revisions.get(day), stored.get(day) ?? [], at);
    revisions.set(day, Math.max(revision, revisions.get(day) ?? 0));
    return { ...reading, revision };
  });
}

const dayOfReading = ({ meter, standsOn }: WrittenReading): string => `${standsOn} ${meter}`;

function revisionOf(
  reading: WrittenReading,
  latestInFile: number | undefined,
  stored: readonly Reading[],
  at: Place,
): number {
  const words = { meter: reading.meter, date: reading.standsOn };
  const same = stored.find((row) => isSameReading(row, reading));
  if (reading.corrects === undefined) {
    if (latestInFile !== undefined) at.report("READING_TWICE", words);
    else if (stored.length > 0 && same === undefined) at.report("READING_CHANGED", words);
    return 0;
  }
  const latest = Math.max(latestInFile ?? -1, ...stored.map((row) => row.revision));
  if (latest < 0) at.child("corrects").report("CORRECTS_NOTHING", words);
  return same?.revision ?? latest + 1;
}

const isSameReading = (a: WrittenReading, b: WrittenReading): boolean =>
  a.kind === b.kind &&
  a.corrects === b.corrects &&
  a.rollover === b.rollover &&
  isSameValues(a.values, b.values) &&
  isSameValues(a.final ?? {}, b.final ?? {});

const isSameValues = (a: RegisterValues, b: RegisterValues): boolean =>
  valuesOf(a).length === valuesOf(b).length && valuesOf(a).every(([name, value]) => isSameNumber(b[name], value));

const isSameNumber = (a: string | undefined, b: string): boolean => a !== undefined && plain(a) === plain(b);
/** "0120.50" and "120.5" are one number; the database gives back its own notation. */
const plain = (value: string): string => {
  const [whole = "", decimals = ""] = value.split(".");
  return `${whole.replace(/^0+(?=\d)/, "")}.${decimals.replace(/0+$/, "")}`;
};

/** The widest counter that each meter ever had: its own or a replacement's. */
function mostDigits(readings: readonly WrittenReading[], rows: Rows): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { meter, digits = 0 } of readings) {
    most.set(meter, Math.max(digits, most.get(meter) ?? rows.meters.get(meter)?.digits ?? 0));
  }
  return most;
}

/** Every register of the meter must be given, and no other (money-rules 4). */
function checkRegisters(reading: WrittenReading, meter: Meter, digits: number, at: Place): void {
  for (const [key, values] of [["values", reading.values] as const, ["final", reading.final] as const]) {
    const place = at.child(key);
    if (values === undefined || place.failed || !at.has(key)) continue;
    for (const register of meter.registers) {
      if (!place.has(register)) place.child(register).report("REGISTER_MISSING", { meter: meter.code, register });
    }
    for (const [register, value] of valuesOf(values)) {
      if (!meter.registers.includes(register)) {
        place.child(register).report("REGISTER_NOT_ON_METER", { meter: meter.code, register });
      } else if ((value.split(".")[0] ?? "").replace(/^0+/, "").length > digits) {
        place.child(register).report("READING_BEYOND_DIGITS", { value, meter: meter.code, digits });
      }
    }
  }
}

const valuesOf = (values: RegisterValues): readonly [keyof RegisterValues, string][] =>
  Object.entries(values) as [keyof RegisterValues, string][];
