import { describe, expect, it } from "vitest";
import { planAccrual } from "../../../src/domain/late-fee/accrual.ts";

describe("accrual of a late fee", () => {
  it.each([
    {
      name: "a day more posts the difference",
      facts: { postedFen: 500n, cumulativeFen: 1_000n, paidFen: 0n, waivedFen: 0n },
      plan: { differenceFen: 500n, waiverReversedFen: 0n, prepaymentFen: 0n, openFen: 1_000n },
    },
    {
      name: "nothing new posts nothing",
      facts: { postedFen: 1_000n, cumulativeFen: 1_000n, paidFen: 400n, waivedFen: 0n },
      plan: { differenceFen: 0n, waiverReversedFen: 0n, prepaymentFen: 0n, openFen: 600n },
    },
    {
      name: "a back-dated receipt takes fee back; what was paid of it becomes prepayment",
      facts: { postedFen: 2_500n, cumulativeFen: 1_000n, paidFen: 2_500n, waivedFen: 0n },
      plan: { differenceFen: -1_500n, waiverReversedFen: 0n, prepaymentFen: 1_500n, openFen: 0n },
    },
    {
      name: "taken back as far as it was never paid: nothing to hand over",
      facts: { postedFen: 2_500n, cumulativeFen: 1_000n, paidFen: 300n, waivedFen: 0n },
      plan: { differenceFen: -1_500n, waiverReversedFen: 0n, prepaymentFen: 0n, openFen: 700n },
    },
    {
      name: "the waiver shrinks first, then paid money comes free",
      facts: { postedFen: 2_500n, cumulativeFen: 1_000n, paidFen: 1_200n, waivedFen: 1_300n },
      plan: { differenceFen: -1_500n, waiverReversedFen: 1_300n, prepaymentFen: 200n, openFen: 0n },
    },
    {
      name: "the waiver shrinks to what is left unpaid",
      facts: { postedFen: 2_500n, cumulativeFen: 2_000n, paidFen: 1_200n, waivedFen: 1_300n },
      plan: { differenceFen: -500n, waiverReversedFen: 500n, prepaymentFen: 0n, openFen: 0n },
    },
  ])("$name", ({ facts, plan }) => {
    expect(planAccrual(facts)).toEqual(plan);
  });
});
