import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planAccrual } from "../../../src/domain/late-fee/accrual.ts";
import { type LateFeeFacts, lateFeeThrough, outstandingOn } from "../../../src/domain/late-fee/late-fee.ts";
import {
  add,
  compare,
  integer,
  multiply,
  parseRatio,
  type Ratio,
  ratio,
  roundHalfUp,
  ZERO,
} from "../../../src/domain/money/ratio.ts";
import { addDays, type CivilDate, parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const DUE_DATE = parseCivilDate("2026-02-20");
const day = (offset: number): CivilDate => addDays(DUE_DATE, offset);
const anyDay = fc.integer({ min: -10, max: 60 }).map(day);

const anyFacts: fc.Arbitrary<LateFeeFacts> = fc
  .record({
    principalFen: fc.bigInt({ min: 0n, max: 2_000_000n }),
    rateBasisPoints: fc.integer({ min: 0, max: 300 }),
    graceDays: fc.integer({ min: 0, max: 12 }),
    graceMode: fc.constantFrom("free" as const, "retroactive" as const),
    capPercent: fc.constantFrom("0", "1", "12.5", "30", "100"),
    payments: fc.array(fc.record({ valueDate: anyDay, amountFen: fc.bigInt({ min: -500_000n, max: 1_500_000n }) }), {
      maxLength: 5,
    }),
    disputes: fc.array(
      fc.record({ from: anyDay, length: fc.option(fc.integer({ min: -2, max: 15 }), { nil: undefined }) }),
      { maxLength: 3 },
    ),
  })
  .map((drawn) => ({
    principalFen: drawn.principalFen,
    dueDate: DUE_DATE,
    terms: {
      dailyRate: `0.${String(drawn.rateBasisPoints).padStart(4, "0")}`,
      graceDays: drawn.graceDays,
      graceMode: drawn.graceMode,
      capPercent: drawn.capPercent,
    },
    payments: drawn.payments,
    disputes: drawn.disputes.map(({ from, length }) =>
      length === undefined ? { from } : { from, to: addDays(from, length) },
    ),
  }));

/** Rule 7 read aloud, a day at a time. */
function feeDayByDay(facts: LateFeeFacts, throughDate: CivilDate): { days: number; exactFen: Ratio; totalFen: bigint } {
  const { terms } = facts;
  if (terms === null) return { days: 0, exactFen: ZERO, totalFen: 0n };
  const counted: CivilDate[] = [];
  const grace: CivilDate[] = [];
  for (let offset = 1; day(offset) <= throughDate; offset += 1) {
    const date = day(offset);
    const disputed = facts.disputes.some(
      (dispute) => dispute.from <= date && (dispute.to === undefined || date <= dispute.to),
    );
    if (disputed || outstandingOn(facts, date) === 0n) continue;
    (offset > terms.graceDays ? counted : grace).push(date);
  }
  if (terms.graceMode === "retroactive" && counted.length > 0) counted.push(...grace);
  let exactFen = ZERO;
  for (const date of counted) {
    exactFen = add(exactFen, multiply(integer(outstandingOn(facts, date)), parseRatio(terms.dailyRate)));
  }
  const capFen = roundHalfUp(
    multiply(multiply(integer(facts.principalFen), parseRatio(terms.capPercent)), ratio(1n, 100n)),
  );
  const rounded = roundHalfUp(exactFen);
  if (rounded > capFen) return { days: counted.length, exactFen, totalFen: capFen };
  return { days: counted.length, exactFen, totalFen: rounded };
}

describe("late fee, for all facts", () => {
  it("equals the naive loop over days", () => {
    fc.assert(
      fc.property(anyFacts, anyDay, (facts, throughDate) => {
        const fee = lateFeeThrough({ ...facts, throughDate });
        const naive = feeDayByDay(facts, throughDate);
        expect({ days: fee.days, totalFen: fee.totalFen }).toEqual({ days: naive.days, totalFen: naive.totalFen });
        expect(compare(fee.exactFen, naive.exactFen)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("I13: never falls from one day to the next, and stays at its cap", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        let previous = lateFeeThrough({ ...facts, throughDate: day(-1) });
        for (let offset = 0; offset <= 70; offset += 1) {
          const fee = lateFeeThrough({ ...facts, throughDate: day(offset) });
          expect(fee.totalFen).toBeGreaterThanOrEqual(previous.totalFen);
          expect(fee.days).toBeGreaterThanOrEqual(previous.days);
          if (previous.totalFen === fee.capFen) expect(fee.totalFen).toBe(previous.totalFen);
          previous = fee;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("I13: the accrued sum does not depend on how often it is evaluated", () => {
    const evaluations = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 10 });
    fc.assert(
      fc.property(anyFacts, evaluations, (facts, offsets) => {
        let postedFen = 0n;
        for (const offset of [...offsets, 60]) {
          const cumulativeFen = lateFeeThrough({ ...facts, throughDate: day(offset) }).totalFen;
          postedFen += planAccrual({ postedFen, cumulativeFen, paidFen: 0n, waivedFen: 0n }).differenceFen;
        }
        expect(postedFen).toBe(lateFeeThrough({ ...facts, throughDate: day(60) }).totalFen);
      }),
    );
  });

  it("an accrual leaves paid + waived + open = owed, and hands back only what was paid", () => {
    const amount = fc.bigInt({ min: 0n, max: 10_000n });
    fc.assert(
      fc.property(amount, amount, amount, amount, (postedFen, cumulativeFen, paidFen, waivedFen) => {
        const plan = planAccrual({ postedFen, cumulativeFen, paidFen, waivedFen });
        expect(postedFen + plan.differenceFen).toBe(cumulativeFen);
        expect(paidFen - plan.prepaymentFen + waivedFen - plan.waiverReversedFen + plan.openFen).toBe(cumulativeFen);
        expect(plan.openFen).toBeGreaterThanOrEqual(0n);
        expect(plan.prepaymentFen).toBeLessThanOrEqual(paidFen);
      }),
    );
  });
});
