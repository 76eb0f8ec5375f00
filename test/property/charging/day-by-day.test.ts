import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, type Month, monthOf, shiftMonth } from "../../../src/domain/time/civil-date.ts";
import type { CycleMonths, PeriodAnchor, Proration } from "../../../src/domain/world/lease.ts";
import { amendment, byArea, day, facts, fixed, lease, run } from "../../unit/charging/facts.ts";
import { chargeFen } from "./day-by-day.ts";

const START = day("2025-11-15");
const AREAS = new Map([
  ["A-1", "100"],
  ["A-2", "50"],
]);
const dates = fc.integer({ min: -20, max: 420 }).map((days) => addDays(START, days));
const prices = fc
  .integer({ min: 1, max: 999_999 })
  .map((price) => `${Math.floor(price / 1000)}.${String(price % 1000).padStart(3, "0")}`);

const scenario = fc.record({
  start: fc.integer({ min: 0, max: 80 }).map((days) => addDays(START, days)),
  length: fc.integer({ min: 1, max: 400 }),
  late: fc.integer({ min: 0, max: 60 }),
  price: prices,
  rule: fc.constantFrom("fixed" as const, "sqm-month" as const, "sqm-day" as const),
  changes: fc.record({
    cycleMonths: fc.constantFrom<CycleMonths>(1, 3, 6, 12),
    periodAnchor: fc.constantFrom<PeriodAnchor>("calendar", "lease"),
    proration: fc.constantFrom<Proration>("actual", "thirty", "year365", "whole"),
    priceScale: fc.constantFrom(2, 4),
    escalations: fc.array(
      fc.oneof(
        fc.record({
          everyMonths: fc.integer({ min: 1, max: 6 }),
          percent: fc.constantFrom("5", "-3", "2.5"),
          firstAfterMonths: fc.integer({ min: 1, max: 6 }),
        }),
        fc.record({ from: dates, price: prices }),
      ),
      { maxLength: 3 },
    ),
    rentFree: fc.array(
      fc
        .record({ from: dates, days: fc.integer({ min: 0, max: 40 }) })
        .map(({ from, days }) => ({ from, to: addDays(from, days) })),
      { maxLength: 2 },
    ),
  }),
  amendedPrice: fc.option(fc.record({ on: dates, price: prices })),
  amendedUnits: fc.option(fc.record({ on: dates, units: fc.constantFrom(["A-2"], ["A-1", "A-2"]) })),
});

describe("charging, against a reading of the rules day by day", () => {
  it("bills the same fen for every period of a life", () => {
    fc.assert(
      fc.property(scenario, ({ start, length, late, price, rule, changes, amendedPrice, amendedUnits }) => {
        const from = addDays(start, late);
        const terms =
          rule === "fixed" ? fixed(price, { ...changes, from }, "1.5") : byArea(price, { ...changes, from }, rule);
        const amendments = [
          ...(amendedPrice
            ? [amendment(amendedPrice.on, { charges: [{ code: "rent", price: amendedPrice.price }] })]
            : []),
          ...(amendedUnits ? [amendment(amendedUnits.on, { units: amendedUnits.units })] : []),
        ].sort((a, b) => (a.effective < b.effective ? -1 : 1));
        const agreed = lease([terms], { start, end: addDays(start, length - 1), amendments });
        for (let month: Month = monthOf(start); month <= monthOf(agreed.end); month = shiftMonth(month, 1)) {
          for (const line of run(facts([agreed]), month).bills.flatMap((bill) => bill.lines)) {
            expect(`${line.period.from} ${line.amountFen}`).toBe(
              `${line.period.from} ${chargeFen(agreed, terms, AREAS, line.period)}`,
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
