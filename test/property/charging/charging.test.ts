import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexFacts } from "../../../src/domain/charging/run-plan/billing-index.ts";
import type { BillingFacts } from "../../../src/domain/charging/run-plan/facts.ts";

import { planLease } from "../../../src/domain/charging/run-plan/plan-lease.ts";
import { computePoolMonths } from "../../../src/domain/charging/run-plan/pool-months.ts";
import {
  addDays,
  type CivilDate,
  later,
  type Month,
  monthOf,
  parseMonth,
  shiftMonth,
} from "../../../src/domain/time/civil-date.ts";
import type { ChargeTerms, CycleMonths, LeaseTerms, PeriodAnchor, Proration } from "../../../src/domain/world/lease.ts";
import { amendment, byArea, day, facts, fixed, issue, lease, run, sha256 } from "../../unit/charging/facts.ts";

/* Laws of charging that hold for every lease, checked on random ones. `run` proves I1, I2 and every derivation itself. */

const RUNS = { numRuns: 60 };
const START = day("2025-11-01");
const dates = (from: number, to: number) => fc.integer({ min: from, max: to }).map((days) => addDays(START, days));
const cycles = fc.constantFrom<CycleMonths>(1, 3, 6, 12);
const anchors = fc.constantFrom<PeriodAnchor>("calendar", "lease");
const prorations = fc.constantFrom<Proration>("actual", "thirty", "year365", "whole");
const prices = fc
  .integer({ min: 0, max: 10_000_000 })
  .map((price) => `${Math.floor(price / 1000)}.${String(price % 1000).padStart(3, "0")}`);

const charges: fc.Arbitrary<ChargeTerms> = fc
  .record({
    price: prices,
    area: fc.boolean(),
    cycleMonths: cycles,
    periodAnchor: anchors,
    proration: prorations,
    mode: fc.constantFrom("advance" as const, "arrears" as const),
    roundTo: fc.constantFrom("0.01" as const, "0.1" as const, "1" as const),
    escalations: fc.array(
      fc.oneof(
        fc.record({
          everyMonths: fc.integer({ min: 1, max: 12 }),
          percent: fc.constantFrom("5", "-3", "2.5"),
          firstAfterMonths: fc.integer({ min: 0, max: 12 }),
        }),
        fc.record({ from: dates(-30, 500), price: prices }),
      ),
      { maxLength: 3 },
    ),
    rentFree: fc.array(
      dates(0, 400).map((from) => ({ from, to: addDays(from, 20) })),
      { maxLength: 2 },
    ),
    discounts: fc.array(
      fc
        .record({ from: dates(0, 300), percent: fc.constantFrom("10", "60", "100") })
        .map(({ from, percent }) => ({ from, to: addDays(from, 75), percent })),
      { maxLength: 3 },
    ),
  })
  .map(({ price, area, ...changes }) => (area ? byArea(price, changes) : fixed(price, changes)));

const leases: fc.Arbitrary<LeaseTerms> = fc
  .record({
    start: dates(0, 90),
    length: fc.integer({ min: 1, max: 420 }),
    charges: fc.array(charges, { minLength: 1, maxLength: 3 }),
  })
  .map(({ start, length, charges: list }) =>
    lease(
      list.map((terms, index) => ({ ...terms, code: `c${index}` })),
      { start, end: addDays(start, length - 1) },
    ),
  );

/** Every run from the lease's first month to the one after its last, each seeing what the earlier ones issued. */
function billLife(world: BillingFacts, start: CivilDate, end: CivilDate): BillingFacts {
  let issuedLines = world.issuedLines;
  for (let month: Month = monthOf(start); month <= shiftMonth(monthOf(end), 1); month = shiftMonth(month, 1)) {
    issuedLines = [...issuedLines, ...issue(run({ ...world, issuedLines }, month))];
  }
  return { ...world, issuedLines };
}
const totalFen = (world: BillingFacts, charge?: string): bigint =>
  world.issuedLines
    .filter((line) => charge === undefined || line.charge === charge)
    .reduce((total, line) => total + line.amountFen, 0n);

describe("charging", () => {
  it("bills the same for every cycle and mode where a day is whole fen", () => {
    // 377580 fen is a multiple of 28, 29, 30 and 31, so no line of a calendar charge under `actual` is ever rounded.
    const price = "3775.80";
    fc.assert(
      fc.property(
        dates(0, 90),
        fc.integer({ min: 1, max: 420 }),
        cycles,
        fc.boolean(),
        (start, length, cycleMonths, arrears) => {
          const end = addDays(start, length - 1);
          const life = (changes: Partial<ChargeTerms>) =>
            totalFen(billLife(facts([lease([fixed(price, changes)], { start, end })]), start, end));
          expect(life({ cycleMonths, mode: arrears ? "arrears" : "advance" })).toBe(life({}));
        },
      ),
      RUNS,
    );
  });

  it("bills every day of a charge exactly once, never two lines of one identity", () => {
    fc.assert(
      fc.property(leases, (terms) => {
        const { issuedLines } = billLife(facts([terms]), terms.start, terms.end);
        for (const { code } of terms.charges) {
          const periods = issuedLines
            .filter((line) => line.charge === code && line.role === "charge")
            .map((line) => line.period);
          let next = terms.start;
          for (const { from, to } of periods.sort((a, b) => (a.from < b.from ? -1 : 1))) {
            expect(from).toBe(next);
            next = addDays(to, 1);
          }
          expect(next).toBe(addDays(terms.end, 1));
        }
        const identities = issuedLines.map((line) =>
          JSON.stringify([line.charge, line.role, line.ordinal, line.period, line.correction]),
        );
        expect(new Set(identities).size).toBe(identities.length); // I7
        expect(issuedLines.every((line) => line.correction === 0)).toBe(true); // nothing changed, nothing is corrected
      }),
      RUNS,
    );
  });

  it("never discounts more than the charge", () => {
    fc.assert(
      fc.property(leases, (terms) => {
        const { issuedLines } = billLife(facts([terms]), terms.start, terms.end);
        const net = new Map<string, bigint>();
        for (const line of issuedLines) {
          const key = `${line.charge}|${line.period.from}`;
          net.set(key, (net.get(key) ?? 0n) + line.amountFen);
        }
        expect([...net.values()].every((fen) => fen >= 0n)).toBe(true);
      }),
      RUNS,
    );
  });

  it("after a change owes for every period what it would have owed from the beginning", () => {
    fc.assert(
      fc.property(leases, prices, dates(0, 400), dates(0, 400), (terms, price, effective, end) => {
        const change = amendment(effective, {
          end: end < terms.start ? terms.end : end,
          charges: [{ code: "c0", price }],
        });
        const changed = facts([{ ...terms, amendments: [change] }]);
        const before = billLife(facts([terms]), terms.start, terms.end);
        const last = later(terms.end, end);
        const owed = billLife({ ...changed, issuedLines: before.issuedLines }, terms.start, last);
        const again = billLife(changed, terms.start, last);
        expect(totalFen(owed)).toBe(totalFen(again));
      }),
      RUNS,
    );
  });

  it("does not care about order or chunks, and says the same twice", () => {
    fc.assert(
      fc.property(
        fc.array(leases, { minLength: 1, maxLength: 4 }),
        fc.constantFrom("2025-12", "2026-03"),
        (list, month) => {
          const named = list.map((terms, index) => ({ ...terms, code: `L${index}` }));
          const options = { hash: sha256 };
          const plan = run(facts(named), month);
          expect(run(facts([...named].reverse()), month)).toEqual(plan);
          const index = indexFacts(facts(named));
          const pools = computePoolMonths(index, parseMonth(month));
          const chunks = named.map((terms) => planLease(index, terms, parseMonth(month), pools, options));
          const { bills, parked, anomalies } = plan;
          expect(chunks.flatMap((chunk) => chunk.bills)).toEqual(bills);
          expect(chunks.flatMap((chunk) => chunk.parked)).toEqual(parked);
          expect(chunks.flatMap((chunk) => chunk.anomalies)).toEqual(anomalies);
        },
      ),
      RUNS,
    );
  });

  it("is not moved by a split that changes nothing", () => {
    fc.assert(
      fc.property(leases, dates(0, 300), prices, prorations, (terms, on, price, proration) => {
        const plain = { ...terms, charges: [fixed(price, { code: "c0", proration })] };
        const split = {
          ...plain,
          charges: [fixed(price, { code: "c0", proration, escalations: [{ from: on, price }] })],
        };
        const amounts = (world: BillingFacts) =>
          billLife(world, terms.start, terms.end).issuedLines.map((line) => line.amountFen);
        expect(amounts(facts([split]))).toEqual(amounts(facts([plain])));
      }),
      RUNS,
    );
  });
});
