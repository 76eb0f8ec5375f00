import { describe, expect, it } from "vitest";
import { type LateFeeFacts, lateFeeTermsOf, lateFeeThrough, owedOn } from "../../../src/domain/late-fee/late-fee.ts";
import { formatRatio } from "../../../src/domain/money/ratio.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";
import type { LateFeeTerms } from "../../../src/domain/world/lease.ts";

const terms = (change: Partial<LateFeeTerms> = {}): LateFeeTerms => ({
  dailyRate: "0.0005",
  graceDays: 0,
  graceMode: "free",
  capPercent: "30",
  ...change,
});
const line = (change: Partial<LateFeeFacts> = {}): LateFeeFacts => ({
  principalFen: 1_000_000n,
  dueDate: date("2026-03-10"),
  terms: terms(),
  payments: [],
  disputes: [],
  ...change,
});
const paid = (valueDate: string, amountFen: bigint) => ({ valueDate: date(valueDate), amountFen });

describe("late fee of a line", () => {
  it("virtual-accounts.md: utilities of 3,120.40 due 01-25 cost 39.01 on 02-20", () => {
    const utilities = line({ principalFen: 312_040n, dueDate: date("2026-01-25") });
    const fee = lateFeeThrough({ ...utilities, throughDate: date("2026-02-19") });
    // 01-26 … 02-19 are 6 + 19 = 25 days × 1.5602 = 39.005 yuan, HALF_UP 39.01
    expect({ ...fee, exactFen: formatRatio(fee.exactFen) }).toEqual({
      days: 25,
      exactFen: "3900.5",
      capFen: 93_612n,
      totalFen: 3_901n,
    });
    expect(owedOn(utilities, date("2026-02-20"))).toEqual({ principalFen: 312_040n, lateFeeFen: 3_901n });
  });

  // 10,000.00 due 03-10 at 0.0005: 5.00 a day
  it.each<{ name: string; facts: Partial<LateFeeFacts>; through: string; days: number; totalFen: bigint }>([
    { name: "nothing on the due date", facts: {}, through: "2026-03-10", days: 0, totalFen: 0n },
    { name: "one day on the day after", facts: {}, through: "2026-03-11", days: 1, totalFen: 500n },
    {
      name: "free grace days stay free: 03-14 and 03-15 count",
      facts: { terms: terms({ graceDays: 3 }) },
      through: "2026-03-15",
      days: 2,
      totalFen: 1_000n,
    },
    {
      name: "retroactive grace: nothing while it lasts",
      facts: { terms: terms({ graceDays: 3, graceMode: "retroactive" }) },
      through: "2026-03-13",
      days: 0,
      totalFen: 0n,
    },
    {
      name: "retroactive grace: the first day after it brings in all three",
      facts: { terms: terms({ graceDays: 3, graceMode: "retroactive" }) },
      through: "2026-03-14",
      days: 4,
      totalFen: 2_000n,
    },
    {
      name: "retroactive grace: paid on the first day after it, no day counts, so no grace day either",
      facts: { terms: terms({ graceDays: 3, graceMode: "retroactive" }), payments: [paid("2026-03-14", 1_000_000n)] },
      through: "2026-04-30",
      days: 0,
      totalFen: 0n,
    },
    {
      name: "retroactive grace: a grace day counts what was open on its own end (03-11 5.00, 03-12 … 03-14 2.00 each)",
      facts: { terms: terms({ graceDays: 3, graceMode: "retroactive" }), payments: [paid("2026-03-12", 600_000n)] },
      through: "2026-03-14",
      days: 4,
      totalFen: 1_100n,
    },
    {
      name: "retroactive grace: a disputed grace day does not come back",
      facts: {
        terms: terms({ graceDays: 3, graceMode: "retroactive" }),
        disputes: [{ from: date("2026-03-12"), to: date("2026-03-12") }],
      },
      through: "2026-03-14",
      days: 3,
      totalFen: 1_500n,
    },
    {
      name: "a part payment lowers its own value date already: 4 × 5.00 + 2 × 2.00",
      facts: { payments: [paid("2026-03-15", 600_000n)] },
      through: "2026-03-16",
      days: 6,
      totalFen: 2_400n,
    },
    {
      name: "paid in full on 03-15: four days",
      facts: { payments: [paid("2026-03-15", 1_000_000n)] },
      through: "2026-12-31",
      days: 4,
      totalFen: 2_000n,
    },
    {
      name: "paid before the due date: none",
      facts: { payments: [paid("2026-03-01", 1_000_000n)] },
      through: "2026-12-31",
      days: 0,
      totalFen: 0n,
    },
    {
      name: "a bounced transfer never counted",
      facts: { payments: [paid("2026-03-12", 1_000_000n), paid("2026-03-12", -1_000_000n)] },
      through: "2026-03-15",
      days: 5,
      totalFen: 2_500n,
    },
    {
      name: "a refund restores from its own date: 03-11, then 03-20 and 03-21",
      facts: { payments: [paid("2026-03-12", 1_000_000n), paid("2026-03-20", -1_000_000n)] },
      through: "2026-03-21",
      days: 3,
      totalFen: 1_500n,
    },
    {
      name: "disputed days do not count, both ends included: 03-11, 03-15, 03-16",
      facts: { disputes: [{ from: date("2026-03-12"), to: date("2026-03-14") }] },
      through: "2026-03-16",
      days: 3,
      totalFen: 1_500n,
    },
    {
      name: "overlapping disputes and one that still lasts: only 03-11",
      facts: {
        disputes: [
          { from: date("2026-03-12"), to: date("2026-03-14") },
          { from: date("2026-03-14") },
          { from: date("2026-03-13"), to: date("2026-03-13") },
        ],
      },
      through: "2026-06-30",
      days: 1,
      totalFen: 500n,
    },
    {
      // 1 % of 10,000.00 = 100.00 = 20 days; 25 days would be 125.00
      name: "the cap holds the amount, the days go on",
      facts: { terms: terms({ capPercent: "1" }) },
      through: "2026-04-04",
      days: 25,
      totalFen: 10_000n,
    },
    {
      name: "no terms, no fee",
      facts: { terms: null },
      through: "2026-12-31",
      days: 0,
      totalFen: 0n,
    },
    {
      name: "a line set off to nothing earns none",
      facts: { principalFen: 0n },
      through: "2026-12-31",
      days: 0,
      totalFen: 0n,
    },
    {
      // 0.01 × 1 % = 0.01 fen a day; 0.5 fen after 50 days: HALF_UP to 1 fen only then (cap 30 % of 1 fen = 0.3 → 0)
      name: "the cap is rounded too: 30 % of one fen is none",
      facts: { principalFen: 1n, terms: terms({ dailyRate: "0.01" }) },
      through: "2026-12-31",
      days: 296,
      totalFen: 0n,
    },
    {
      // cap 50 % of 1 fen = 0.5 → 1; 50 days × 0.01 fen = 0.5 → 1; 03-11 + 49 = 04-29
      name: "half a fen rounds up, of the sum and of the cap",
      facts: { principalFen: 1n, terms: terms({ dailyRate: "0.01", capPercent: "50" }) },
      through: "2026-04-29",
      days: 50,
      totalFen: 1n,
    },
  ])("$name", ({ facts, through, days, totalFen }) => {
    const fee = lateFeeThrough({ ...line(facts), throughDate: date(through) });
    expect({ days: fee.days, totalFen: fee.totalFen }).toEqual({ days, totalFen });
  });

  it("is off for deposits, the lease's for others, else the project's; null switches it off", () => {
    const ofProject = terms();
    const ofLease = terms({ dailyRate: "0.001" });
    expect(lateFeeTermsOf("deposit", ofLease, ofProject)).toBeNull();
    expect(lateFeeTermsOf("rent", ofLease, ofProject)).toBe(ofLease);
    expect(lateFeeTermsOf("rent", undefined, ofProject)).toBe(ofProject);
    expect(lateFeeTermsOf("rent", null, ofProject)).toBeNull();
  });
});
