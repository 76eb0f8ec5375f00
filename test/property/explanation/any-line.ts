import fc from "fast-check";
import type { LineComputation } from "../../../src/domain/charging/line.ts";
import { type CellInputs, computeTimeBased, type TimeBasedInputs } from "../../../src/domain/charging/time-based.ts";
import { computeMeteredCharge } from "../../../src/domain/metering/metered-charge.ts";
import { indexReadings } from "../../../src/domain/metering/reading-index.ts";
import { poolLineOf } from "../../../src/domain/pools/pool-line.ts";
import { computePoolMonth } from "../../../src/domain/pools/pool-month.ts";
import { indexPoolWorld } from "../../../src/domain/pools/pool-world.ts";
import {
  addDays,
  type CivilDate,
  daysInMonth,
  firstDayOf,
  lastDayOf,
  type Month,
  parseMonth,
  shiftMonth,
} from "../../../src/domain/time/civil-date.ts";
import type { Register, Tariff } from "../../../src/domain/world/property.ts";
import { leased, poolOf, unitOf } from "../../unit/pools/pool-fixtures.ts";

/* Lines as the engine makes them, of every kind and with more in them than people would agree on. */

const price = fc.integer({ min: 0, max: 999_999 }).map((value) => (value / 10_000).toFixed(4));
const area = fc.integer({ min: 1, max: 99_999 }).map((value) => (value / 100).toFixed(2));
const day = (text: string) => text as CivilDate;

/** Up to 24 months at up to 14 prices, in any proration. */
export const anyTimeBased: fc.Arbitrary<TimeBasedInputs> = fc
  .record({
    prices: fc.array(
      fc.record({
        price,
        steps: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 3 }),
        units: fc.array(area, { minLength: 1, maxLength: 4 }),
        kind: fc.constantFrom("count", "units", "formula", "day"),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    months: fc.integer({ min: 1, max: 24 }),
    proration: fc.constantFrom("actual", "thirty", "year365", "whole"),
    covered: fc.integer({ min: 1, max: 31 }),
    roundTo: fc.constantFrom("0.01", "0.1", "1"),
  })
  .map(({ prices, months, proration, covered, roundTo }): TimeBasedInputs => {
    const first = parseMonth("2026-01");
    const rates = prices.map(({ price: text, steps, units, kind }, index): TimeBasedInputs["rates"][number] => {
      const named = units.map((areaSqm, unit) => ({ unit: `A-${unit}`, areaSqm }));
      return {
        per: kind === "day" ? "sqm-day" : "month",
        base:
          kind === "formula"
            ? { formula: "desks * 2 + area / 3", variables: { desks: text }, units: named }
            : { price: text, since: firstDayOf(shiftMonth(first, index)) },
        steps: steps.map((percent, step) => ({
          on: addDays(day("2026-01-10"), step),
          percent: String(percent),
          scale: 4,
        })),
        quantity: kind === "formula" ? null : kind === "count" ? { count: text } : { units: named },
      };
    });
    const cells = Array.from({ length: months }, (_, index): CellInputs => {
      const month = shiftMonth(first, index);
      const cellDays = daysInMonth(month);
      const coveredDays = Math.min(covered, cellDays);
      const split = Math.floor(coveredDays / 2);
      const parts = [
        { days: split, rate: index % rates.length },
        { days: coveredDays - split, rate: (index + 1) % rates.length },
      ].filter((part) => part.days > 0);
      return { cell: month, cellDays, proration, coveredDays, parts };
    });
    const period = { from: firstDayOf(first), to: lastDayOf(shiftMonth(first, months - 1)) };
    return { type: "time-based", charge: "rent", period, roundTo, rates, cells };
  });

const AUGUST: Month = parseMonth("2026-08");
const REGISTERS: readonly Register[] = ["sharp", "peak", "flat", "valley", "deep"];

/** A month with readings every few days, replaced counters, estimates and changing prices. */
const anyMetered: fc.Arbitrary<LineComputation> = fc
  .record({
    registers: fc.integer({ min: 0, max: 5 }),
    counts: fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 8 }),
    changes: fc.array(price, { minLength: 1, maxLength: 4 }),
    kind: fc.constantFrom("flat", "tou", "tiered"),
    basis: fc.constantFrom("month", "year"),
    estimated: fc.boolean(),
    replaced: fc.boolean(),
    multiplier: fc.constantFrom("1", "40", "0.5"),
  })
  .map(({ registers: count, counts, changes, kind, basis, estimated, replaced, multiplier }) => {
    const registers = count === 0 ? (["total"] as const) : REGISTERS.slice(0, count);
    const values = (value: number) =>
      Object.fromEntries(registers.map((register) => [register, (value / 3).toFixed(2)]));
    let counter = 0;
    const readings = [0, ...counts].map((step, index, all) => {
      counter += step;
      const isLast = index === all.length - 1;
      const standsOn =
        index === 0 ? day("2026-07-31") : isLast ? day("2026-08-31") : addDays(day("2026-07-31"), index * 3);
      const isReplaced = replaced && index === 1 && !isLast;
      const final = isReplaced ? { final: values(counter) } : {};
      if (isReplaced) counter = 0;
      const kindOfReading = isReplaced ? "replacement" : estimated && isLast ? "estimated" : "periodic";
      return {
        meter: "M1",
        date: standsOn,
        at: "end",
        standsOn,
        kind: kindOfReading,
        values: values(counter),
        ...final,
        rollover: false,
        revision: 0,
      } as const;
    });
    const meter = { code: "M1", utility: "electricity", registers, multiplier, digits: 6 } as const;
    const prices = changes.map((text, index) => {
      const from = index === 0 ? day("2026-01-01") : addDays(day("2026-08-01"), index * 3);
      if (kind === "flat") return { from, kind, price: text };
      if (kind === "tou")
        return { from, kind, prices: Object.fromEntries(registers.map((register) => [register, text])) };
      return { from, kind, tiers: [{ upTo: "100", price: text }, { upTo: "500", price: "0.65" }, { price: "0.9" }] };
    });
    const tariff = { code: "T", kind, basis, prices } as Tariff;
    return computeMeteredCharge({
      month: AUGUST,
      run: { from: day("2026-08-01"), to: day("2027-12-31") },
      leaseEnd: day("2027-12-31"),
      meter,
      readings: indexReadings([meter], readings).get("M1") ?? [],
      tariffs: [{ tariff }],
      roundTo: "0.01",
    });
  });

/** One lease with up to 20 units of a pool, each leased on some days. */
const anyPool: fc.Arbitrary<LineComputation> = fc
  .record({
    areas: fc.array(area, { minLength: 1, maxLength: 20 }),
    cost: fc.integer({ min: 0, max: 9_999_999 }),
    weight: fc.constantFrom("area", "equal"),
    days: fc.integer({ min: 1, max: 31 }),
  })
  .map(({ areas, cost, weight, days }) => {
    const units = areas.map((areaSqm, index) => unitOf(`A-${index}`, areaSqm));
    const world = indexPoolWorld({ units, meters: [], tariffs: [], readings: new Map() });
    const rows = units.map(({ code }) => leased(code, "L1", 1, days));
    const pool = poolOf((cost / 100).toFixed(2), { weight });
    return poolLineOf(computePoolMonth(pool, AUGUST, { world, leased: rows }), "L1");
  });

export const anyLine: fc.Arbitrary<LineComputation> = fc.oneof(anyTimeBased.map(computeTimeBased), anyMetered, anyPool);

/** Two lines of the same kind, as two months of one charge are. */
export const anyOfOneKind: fc.Arbitrary<readonly [LineComputation, LineComputation]> = fc.oneof(
  fc.tuple(anyTimeBased.map(computeTimeBased), anyTimeBased.map(computeTimeBased)),
  fc.tuple(anyMetered, anyMetered),
  fc.tuple(anyPool, anyPool),
);
