import { describe, expect, it } from "vitest";
import { planRelease, planUndo, type StandingAllocation } from "../../../src/domain/allocation/undo.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";

/** Two allocations on arrival, one made a month later when a bill was issued and the prepayment paid it. */
const ALLOCATIONS: readonly StandingAllocation[] = [
  { allocationId: "first", sequence: 1, valueDate: date("2026-02-20"), remainingFen: 300n },
  { allocationId: "by prepayment", sequence: 9, valueDate: date("2026-03-01"), remainingFen: 200n },
  { allocationId: "second", sequence: 2, valueDate: date("2026-02-20"), remainingFen: 400n },
];
const request = { amountFen: 1_000n, unusedPrepaymentFen: 100n, allocations: ALLOCATIONS };

describe("undoing a receipt", () => {
  it("a bounce unwinds everything, also what its prepayment paid later, each from the day on which it counted", () => {
    expect(planUndo({ ...request, reason: { type: "bounce" } })).toEqual({
      prepaymentTakenFen: 100n,
      counterAllocations: [
        { allocationId: "by prepayment", amountFen: 200n, restoredFrom: "2026-03-01" },
        { allocationId: "second", amountFen: 400n, restoredFrom: "2026-02-20" },
        { allocationId: "first", amountFen: 300n, restoredFrom: "2026-02-20" },
      ],
      shortfallFen: 0n,
    });
  });

  it("a refund of a part takes prepayment first and restores from its own date", () => {
    const reason = { type: "refund", refundDate: date("2026-04-10") } as const;
    expect(planUndo({ ...request, amountFen: 350n, reason })).toEqual({
      prepaymentTakenFen: 100n,
      counterAllocations: [
        { allocationId: "by prepayment", amountFen: 200n, restoredFrom: "2026-04-10" },
        { allocationId: "second", amountFen: 50n, restoredFrom: "2026-04-10" },
      ],
      shortfallFen: 0n,
    });
    expect(planUndo({ ...request, amountFen: 60n, reason })).toEqual({
      prepaymentTakenFen: 60n,
      counterAllocations: [],
      shortfallFen: 0n,
    });
  });

  it("says what is missing when part of the money has gone out already", () => {
    const plan = planUndo({ ...request, amountFen: 1_050n, reason: { type: "bounce" } });
    expect(plan.shortfallFen).toBe(50n);
    expect(plan.counterAllocations.reduce((sum, counter) => sum + counter.amountFen, 0n)).toBe(900n);
  });
});

describe("freeing what a line does not need", () => {
  it("goes latest first and passes over what is used up", () => {
    const allocations = [
      ...ALLOCATIONS,
      { allocationId: "empty", sequence: 99, valueDate: date("2026-03-01"), remainingFen: 0n },
    ];
    expect(planRelease(250n, allocations, date("2026-05-01"))).toEqual([
      { allocationId: "by prepayment", amountFen: 200n, restoredFrom: "2026-05-01" },
      { allocationId: "second", amountFen: 50n, restoredFrom: "2026-05-01" },
    ]);
  });

  it("throws when there is less than that", () => {
    expect(() => planRelease(901n, ALLOCATIONS, date("2026-05-01"))).toThrow(RangeError);
  });
});
