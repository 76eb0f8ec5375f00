import { describe, expect, it } from "vitest";
import { lateFeeThrough } from "../../../src/domain/late-fee/late-fee.ts";
import { climbLadder } from "../../../src/domain/metering/tier-ladder.ts";
import {
  formatYuan,
  parseYuan,
  smallerFen,
  splitByLargestRemainder,
  toJsonInteger,
} from "../../../src/domain/money/fen.ts";
import { formatRatio, integer, parseRatio, ratio, roundToDecimals } from "../../../src/domain/money/ratio.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

/* Where one case ends and the next begins: what mutation testing found nobody looking at (docs/mutation.md). */

describe("amounts", () => {
  it("the smaller of two, whichever comes first", () => {
    expect([smallerFen(1n, 2n), smallerFen(2n, 1n), smallerFen(2n, 2n)]).toEqual([1n, 1n, 2n]);
  });
  it("zero has no sign", () => expect([formatYuan(0n), formatRatio(integer(0))]).toEqual(["¥0.00", "0"]));
  it.each([
    ["a third decimal", () => parseYuan("1.005"), "more than two decimals in an amount: 1.005"],
    [
      "more than JSON holds",
      () => toJsonInteger(9_007_199_254_740_992n),
      "amount beyond the JSON integers: 9007199254740992",
    ],
    ["a weight below zero", () => splitByLargestRemainder(1n, [integer(-1)]), "a weight is negative"],
    ["weights of nothing", () => splitByLargestRemainder(1n, [integer(0)]), "the weights sum to zero"],
    ["no number", () => parseRatio("1,000"), "1,000"],
    ["a part of nothing", () => ratio(1n, 0n), "zero"],
  ])("%s is refused, and the refusal says which", (_case, work, words) => expect(work).toThrow(words));
  it("equal rests go to the earlier entry", () => {
    expect(splitByLargestRemainder(2n, [integer(1), integer(1), integer(1)])).toEqual([1n, 1n, 0n]);
    expect(splitByLargestRemainder(-1n, [integer(1), integer(1)])).toEqual([0n, -1n]);
  });
  it("halves go away from zero on both sides", () => {
    expect(
      [roundToDecimals(parseRatio("0.125"), 2), roundToDecimals(parseRatio("-0.125"), 2)].map(formatRatio),
    ).toEqual(["0.13", "-0.13"]);
  });
});

describe("a ladder", () => {
  const tiers = [
    { upTo: "200", price: "0.60" },
    { upTo: "400", price: "0.65" },
  ];
  it("is climbed to its very end, and no step further", () => {
    expect(climbLadder(tiers, integer(0), integer(400))?.map(({ tier }) => tier)).toEqual([1, 2]);
    expect(climbLadder(tiers, integer(0), parseRatio("400.01"))).toBeUndefined();
  });
  it("begun on a line goes on above it", () => {
    expect(climbLadder(tiers, integer(200), integer(1))?.map(({ tier }) => tier)).toEqual([2]);
  });
  it("climbed down is paid back from the top", () => {
    const slices = climbLadder(tiers, integer(250), integer(-100));
    expect(slices?.map(({ tier, from, to }) => [tier, formatRatio(from), formatRatio(to)])).toEqual([
      [2, "250", "200"],
      [1, "200", "150"],
    ]);
  });
});

describe("a late fee", () => {
  const date = parseCivilDate;
  const facts = {
    principalFen: 100_000n,
    dueDate: date("2026-08-10"),
    terms: { dailyRate: "0.001", graceDays: 0, graceMode: "free" as const, capPercent: "30" },
    payments: [] as { valueDate: ReturnType<typeof date>; amountFen: bigint }[],
    disputes: [] as { from: ReturnType<typeof date>; to?: ReturnType<typeof date> }[],
    throughDate: date("2026-08-20"),
  };
  it("of nothing is nothing", () => {
    expect(lateFeeThrough({ ...facts, principalFen: 0n })).toMatchObject({ days: 0, totalFen: 0n });
    // A credit: its cap would be negative too, and a fee of less than nothing.
    expect(lateFeeThrough({ ...facts, principalFen: -1_000_000n })).toMatchObject({
      days: 0,
      capFen: 0n,
      totalFen: 0n,
    });
  });
  it("does not count the days of disputes that overlap, whichever is told first", () => {
    const disputes = [
      { from: date("2026-08-13"), to: date("2026-08-15") },
      { from: date("2026-08-12"), to: date("2026-08-14") },
    ];
    // 11 to 20 August are 10 days; 12 to 15 are disputed: 6 × 1.00.
    expect(lateFeeThrough({ ...facts, disputes })).toMatchObject({ days: 6, totalFen: 600n });
    expect(lateFeeThrough({ ...facts, disputes: disputes.toReversed() })).toMatchObject({ days: 6, totalFen: 600n });
  });
  it("counts a dispute of one day as that day, and one that ends before it begins as none", () => {
    const one = [{ from: date("2026-08-13"), to: date("2026-08-13") }];
    expect(lateFeeThrough({ ...facts, disputes: one })).toMatchObject({ days: 9 });
    const none = [{ from: date("2026-08-13"), to: date("2026-08-12") }];
    expect(lateFeeThrough({ ...facts, disputes: none })).toMatchObject({ days: 10 });
  });
  it("stops on the day of the money, and money above what is owed earns nothing back", () => {
    const payments = [{ valueDate: date("2026-08-13"), amountFen: 150_000n }];
    // The ends of 11 and 12 August.
    expect(lateFeeThrough({ ...facts, payments })).toMatchObject({ days: 2, totalFen: 200n });
  });
});
