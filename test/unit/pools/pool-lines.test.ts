import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";
import type { JsonValue } from "../../../src/domain/charging/line.ts";
import { replayLine } from "../../../src/domain/charging/run-plan/replay.ts";
import { poolLineOf } from "../../../src/domain/pools/pool-line.ts";
import type { Reading, Tariff } from "../../../src/domain/world/property.ts";
import { flatTariff, meterOf, readingOf } from "../metering/meter-fixtures.ts";
import { compute, leased, type PoolCase, poolOf, unitOf } from "./pool-fixtures.ts";

/*
 * Lines of pools with their proofs and what is stored with them: they come out the same from what is stored, also where a
 * fen was left over, a unit changed its lease or its area, or the cost was measured.
 */

const UNITS = [unitOf("A-1", "100"), unitOf("A-2", "100"), unitOf("A-3", "100")];
const FLAT = flatTariff(["2026-01-01", "0.82"]);
const TOU: Tariff = {
  code: "TOU",
  kind: "tou",
  basis: "month",
  prices: [{ from: "2026-01-01" as Reading["date"], kind: "tou", prices: { peak: "1.0187", valley: "0.2456" } }],
};
const main = meterOf(["total"], { code: "MP", building: "A" });
const minus = meterOf(["total"], { code: "MM", building: "A", multiplier: "2" });
const split = meterOf(["peak", "valley"], { code: "MT", building: "A" });
const reading = (meter: string, date: string, values: Reading["values"], more: Partial<Reading> = {}) => ({
  ...readingOf(date, values, more),
  meter,
});
const READINGS = [
  reading("MP", "2026-07-31", { total: "1000" }),
  reading("MP", "2026-08-31", { total: "1500" }),
  reading("MM", "2026-07-31", { total: "10" }),
  reading("MM", "2026-08-31", { total: "35.5" }),
  reading("MT", "2026-07-31", { peak: "0", valley: "0" }),
  reading("MT", "2026-08-31", { peak: "300", valley: "700.5" }),
];

const CASES: readonly (readonly [string, PoolCase, Readonly<Record<string, bigint>>])[] = [
  [
    // 100.00 in three: 33.33 each, the fen left over goes to the first of equal rests.
    "a fen is left over",
    { pool: poolOf("100.00"), units: UNITS, leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")] },
    { L1: 3334n, L2: 3333n, L3: 3333n },
  ],
  [
    // L1 for 10 of 31 days, L4 for 21; A-2 whole; A-3 vacant, with the operator. 3.333… a unit-day:
    // 33.33…, 70.00, 103.33…, 103.33…; of the equal rests the first unit gets the fen.
    "a unit changes its lease in the month",
    {
      pool: poolOf("310.00"),
      units: UNITS,
      leased: [leased("A-1", "L1", 1, 10), leased("A-1", "L4", 11), leased("A-2", "L2")],
    },
    { L1: 3334n, L4: 7000n, L2: 10333n, "~operator": 10333n },
  ],
  [
    // One lease with two units: two shares in one line.
    "a lease has two units",
    { pool: poolOf("90.00"), units: UNITS, leased: [leased("A-1", "L1"), leased("A-3", "L1"), leased("A-2", "L2")] },
    { L1: 6000n, L2: 3000n },
  ],
  [
    // (500 − 25.5 × 2) × 0.82 = 449 × 0.82 = 368.18; each 122.72 with 2 fen left over.
    "the cost is measured, less a meter of its own",
    {
      pool: poolOf(undefined, { meters: ["MP"], minusMeters: ["MM"], tariff: "FLAT" }),
      units: UNITS,
      leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")],
      meters: [main, minus],
      readings: READINGS,
      tariffs: [FLAT],
    },
    { L1: 12273n, L2: 12273n, L3: 12272n },
  ],
  [
    // 300 × 1.0187 + 700.5 × 0.2456 = 305.61 + 172.0428 = 477.6528 → 477.65; thirds of it.
    "the cost is measured by time of use",
    {
      pool: poolOf(undefined, { meters: ["MT"], tariff: "TOU" }),
      units: UNITS,
      leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")],
      meters: [split],
      readings: READINGS,
      tariffs: [TOU],
    },
    { L1: 15922n, L2: 15922n, L3: 15921n },
  ],
  [
    "the weights are named",
    {
      pool: poolOf("10.01", { weight: "custom", customWeights: { "A-1": "2", "A-2": "0.5" }, vacant: "spread" }),
      units: UNITS,
      leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")],
    },
    // 10.01 × 2 ÷ 2.5 = 8.008, 10.01 × 0.5 ÷ 2.5 = 2.002: 8.01 and 2.00.
    { L1: 801n, L2: 200n, L3: 0n },
  ],
];

describe("a line of a pool", () => {
  it.each(CASES)("where %s", (_case, given, expected) => {
    const month = compute(given);
    const amounts: Record<string, bigint> = {};
    for (const lease of Object.keys(expected)) {
      const line = poolLineOf(month, lease);
      if (!line.ok) throw new Error(line.message);
      amounts[lease] = line.amountFen;
      expect(line.estimated).toBe(false);
      const again = replayLine(JSON.parse(JSON.stringify(line.inputs)) as JsonValue);
      expect(again?.ok && [again.amountFen, canonicalJson(again.derivation), canonicalJson(again.inputs)]).toEqual([
        line.amountFen,
        canonicalJson(line.derivation),
        canonicalJson(line.inputs),
      ]);
      // The words of the proof are part of what is stored: changed ones need a new engine.
      expect({ lease, inputs: line.inputs, derivation: line.derivation }).toMatchSnapshot();
    }
    expect(amounts).toEqual(expected);
  });

  it("of a lease whose units are no members is nothing", () => {
    const line = poolLineOf(compute({ pool: poolOf("100.00"), units: UNITS, leased: [leased("A-1", "L1")] }), "L9");
    expect(line).toMatchObject({ ok: true, amountFen: 0n });
    expect(line.ok && line.derivation).toMatchSnapshot();
  });
});

describe("a pool that can't be split says why", () => {
  const one = [leased("A-1", "L1")];
  it.each<readonly [string, PoolCase, RegExp]>([
    [
      "nothing to split",
      { pool: poolOf(undefined), units: UNITS, leased: one },
      /^公摊 P1 2026年8月既没有录入费用，也没有公摊表计，请补录其一$/,
    ],
    [
      "no price",
      { pool: poolOf(undefined, { meters: ["MP"] }), units: UNITS, leased: one, meters: [main], readings: READINGS },
      /^公摊 P1 在2026年8月1日没有单一价或分时价，请补录价格$/,
    ],
    [
      "no price of a register",
      {
        pool: poolOf(undefined, { meters: ["MP"], tariff: "TOU" }),
        units: UNITS,
        leased: one,
        meters: [main],
        readings: READINGS,
        tariffs: [TOU],
      },
      /^公摊 P1 的分时价缺少 total 的价格，请补录价格$/,
    ],
    [
      "no reading",
      {
        pool: poolOf(undefined, { meters: ["MP"], tariff: "FLAT" }),
        units: UNITS,
        leased: one,
        meters: [main],
        tariffs: [FLAT],
      },
      /^公摊 P1 无法计量：表计 MP 缺少/,
    ],
    [
      "a cost below zero",
      {
        pool: poolOf(undefined, { meters: ["MM"], minusMeters: ["MP"], tariff: "FLAT" }),
        units: UNITS,
        leased: one,
        meters: [main, minus],
        readings: READINGS,
        tariffs: [FLAT],
      },
      // (51 − 500) × 0.82 = −368.18
      /^公摊 P1 2026年8月的费用为 -¥368\.18，小于零，请核对读数或费用$/,
    ],
    [
      "no weight",
      { pool: poolOf("1.00", { weight: "custom" }), units: UNITS, leased: one },
      /^公摊 P1 2026年8月的权重合计为零，请核对成员与权重$/,
    ],
    [
      "no area",
      { pool: poolOf("1.00"), units: [unitOf("A-9", undefined)], leased: one },
      /^单元 A-9 没有登记面积，无法按面积分摊，请补录面积$/,
    ],
  ])("%s", (_case, given, sentence) => {
    const month = compute(given);
    expect(month.ok ? "" : month.message).toMatch(sentence);
  });
});
