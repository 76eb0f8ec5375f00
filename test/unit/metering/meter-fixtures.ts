import { indexReadings, type MeterReadings } from "../../../src/domain/metering/reading-index.ts";
import type { CivilDate, DateRange } from "../../../src/domain/time/civil-date.ts";
import type { Meter, Reading, Register, RegisterValues, Tariff } from "../../../src/domain/world/property.ts";

/* Short forms in which the tables of this folder state meters, readings and tariffs. */

export const day = (text: string): CivilDate => text as CivilDate;
export const days = (from: string, to: string): DateRange => ({ from: day(from), to: day(to) });

export const meterOf = (registers: readonly Register[], more: Partial<Meter> = {}): Meter => ({
  code: "M1",
  utility: "electricity",
  registers,
  multiplier: "1",
  digits: 4,
  ...more,
});

/** A periodic reading at the end of its day; `more` overrides. A text stands for the value of register `total`. */
export const readingOf = (date: string, values: string | RegisterValues, more: Partial<Reading> = {}): Reading => ({
  meter: "M1",
  date: day(date),
  at: "end",
  standsOn: day(date),
  kind: "periodic",
  values: typeof values === "string" ? { total: values } : values,
  rollover: false,
  revision: 0,
  ...more,
});

export const indexed = (meter: Meter, readings: readonly Reading[]): MeterReadings =>
  indexReadings([meter], readings).get(meter.code) ?? [];

export const flatTariff = (...rows: readonly (readonly [from: string, price: string])[]): Tariff => ({
  code: "FLAT",
  kind: "flat",
  basis: "month",
  prices: rows.map(([from, price]) => ({ from: day(from), kind: "flat", price })),
});

/** Tiers as "upTo:price", the last as ":price". */
export const tieredTariff = (
  basis: Tariff["basis"],
  ...rows: readonly (readonly [from: string, ...tiers: readonly string[]])[]
): Tariff => ({
  code: "TIER",
  kind: "tiered",
  basis,
  prices: rows.map(([from, ...tiers]) => ({
    from: day(from),
    kind: "tiered",
    tiers: tiers.map((tier) => {
      const [upTo = "", price = ""] = tier.split(":");
      return upTo === "" ? { price } : { upTo, price };
    }),
  })),
});
