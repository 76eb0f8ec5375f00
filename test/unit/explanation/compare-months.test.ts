import { describe, expect, it } from "vitest";
import type { BillingFacts } from "../../../src/domain/charging/run-plan/facts.ts";
import { type ComparedLine, compareMonths } from "../../../src/domain/explanation/compare-months.ts";
import { tellComparison } from "../../../src/domain/explanation/tell-comparison.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Pool } from "../../../src/domain/world/property.ts";
import { byArea, charge, day, facts, fixed, formula, issue, lease, run, unit } from "../charging/facts.ts";
import { flatTariff, meterOf, readingOf, tieredTariff } from "../metering/meter-fixtures.ts";

/** The two months of a world's only charge, the second billed after the first. */
function months(
  world: BillingFacts,
  first: string,
  second: string,
): readonly [readonly ComparedLine[], readonly ComparedLine[]] {
  const plan = run(world, first);
  const next = run({ ...world, issuedLines: issue(plan) }, second);
  const linesOf = (bills: typeof plan.bills) => bills.flatMap((bill) => bill.lines);
  return [linesOf(plan.bills), linesOf(next.bills)];
}

const told = (world: BillingFacts, first: string, second: string) => {
  const comparison = compareMonths(...months(world, first, second));
  return {
    effects: comparison.effects.map(({ kind, label, amountFen }) => [kind, label, Number(amountFen)]),
    differenceFen: Number(comparison.differenceFen),
  };
};

const elec = charge({ type: "metered", meter: "M1", tariff: "FLAT" }, { kind: "electricity" });
const READINGS = [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "200"), readingOf("2026-09-30", "350")];

describe("two months of a charge", () => {
  it("metered: more usage, then a higher price", () => {
    // August 100 × 0.80 = 80.00; September 150 × 0.90 = 135.00: 50 more at 0.80 is 40.00, 0.10 more on 150 is 15.00.
    const world = facts([lease([elec])], {
      meters: [meterOf(["total"])],
      readings: READINGS,
      tariffs: [flatTariff(["2026-01-01", "0.80"], ["2026-09-01", "0.90"])],
    });
    expect(told(world, "2026-09", "2026-10")).toEqual({
      effects: [
        ["usage", "用量由100度变为150度", 4000],
        ["price", "单价变化", 1500],
      ],
      differenceFen: 5500,
    });
  });

  it("metered by tiers: the dearer tier belongs to the usage", () => {
    // 100 × 0.5 = 50.00; 100 × 0.5 + 50 × 1.0 = 100.00.
    const world = facts([lease([{ ...elec, rule: { type: "metered", meter: "M1", tariff: "TIER" } }])], {
      meters: [meterOf(["total"])],
      readings: READINGS,
      tariffs: [tieredTariff("month", ["2026-01-01", "100:0.5", ":1.0"])],
    });
    expect(told(world, "2026-09", "2026-10").effects).toEqual([["usage", "用量由100度变为150度", 5000]]);
  });

  it("a formula of usage", () => {
    const world = facts([lease([formula("usage * 0.5 + headcount", {}, "M1")], { headcount: "10" })], {
      meters: [meterOf(["total"])],
      readings: READINGS,
    });
    expect(told(world, "2026-09", "2026-10").effects).toEqual([["usage", "用量由100度变为150度", 2500]]);
  });

  it("rent: a part month before, a higher price after", () => {
    // From 16 September: 10 × 100 × 15/30 = 500.00; October at 12: 1,200.00. A whole month at 10 is 1,000.00.
    const rent = byArea("10", { escalations: [{ from: day("2026-10-01"), price: "12" }] });
    const world = facts([lease([rent], { start: day("2026-09-16") })], { units: [unit("A-1", "100")] });
    expect(told(world, "2026-09", "2026-10")).toEqual({
      effects: [
        ["terms", "面积、数量或计费时间变化", 50_000],
        ["price", "单价由10.00元变为12.00元", 20_000],
      ],
      differenceFen: 70_000,
    });
  });

  it("rent whose discount ends", () => {
    const rent = fixed("1000", { discounts: [{ from: day("2026-09-01"), to: day("2026-09-30"), percent: "10" }] });
    expect(told(facts([lease([rent])]), "2026-09", "2026-10")).toEqual({
      effects: [["terms", "优惠变化", 10_000]],
      differenceFen: 10_000,
    });
  });

  it("a pool: a dearer month, and a larger share of it", () => {
    const pool: Pool = {
      code: "P1",
      name: "公摊",
      utility: "electricity",
      meters: [],
      minusMeters: [],
      costs: { [parseMonth("2026-08")]: 10_000n, [parseMonth("2026-09")]: 12_000n },
      members: { type: "building", building: "A" },
      weight: "area",
      customWeights: {},
      vacant: "spread",
    };
    const lift = charge({ type: "pool", pool: "P1" });
    const other = lease([lift], { code: "L2", units: ["A-2"], end: day("2026-09-15") });
    const world = facts([lease([lift]), other], { units: [unit("A-1", "100"), unit("A-2", "100")], pools: [pool] });
    const own = (lines: readonly ComparedLine[]) => lines.slice(0, 1);
    const [before, after] = months(world, "2026-09", "2026-10");
    // August half of 100.00; September 100 of 100 + 100 × 15/30 = two thirds of 120.00 = 80.00, half of it 60.00.
    expect(compareMonths(own(before), own(after)).effects).toEqual([
      { kind: "usage", label: "公摊总费用由¥100.00变为¥120.00", amountFen: 1000n },
      { kind: "share", label: "您的分摊比例由50%变为约66.6667%", amountFen: 2000n },
    ]);
  });

  it("a charge that is new", () => {
    const [, after] = months(facts([lease([fixed("1")])]), "2026-09", "2026-10");
    expect(compareMonths([], after).effects).toEqual([{ kind: "terms", label: "新增费用", amountFen: 100n }]);
  });
});

it("is told in a few lines that add up", () => {
  const comparison = {
    beforeFen: 8000n,
    afterFen: 13_500n,
    differenceFen: 5500n,
    effects: [
      { kind: "usage", label: "用量由100度变为150度", amountFen: 4000n },
      { kind: "price", label: "单价变化", amountFen: 1500n },
    ],
  } as const;
  expect(tellComparison("电费", { before: parseMonth("2026-09"), after: parseMonth("2026-10") }, comparison)).toEqual([
    "2026年9月账单的电费：¥80.00",
    "2026年10月账单的电费：¥135.00",
    "用量由100度变为150度：+¥40.00",
    "单价变化：+¥15.00",
    "合计多 ¥55.00",
  ]);
});
