import { describe, expect, it } from "vitest";
import { formatRatio } from "../../../src/domain/money/ratio.ts";
import type { Meter } from "../../../src/domain/world/property.ts";
import { day, meterOf, readingOf } from "../metering/meter-fixtures.ts";
import { compute, leased, type PoolCase, poolOf, sharesOf, unitOf } from "./pool-fixtures.ts";

const A1 = unitOf("A-1", "100");
const A2 = unitOf("A-2", "50");
const BOTH = [leased("A-1", "L1"), leased("A-2", "L2")];

describe("weights by equal parts, custom and area", () => {
  const cases: readonly [string, PoolCase, readonly string[] | string][] = [
    ["equal", { pool: poolOf("1.00", { weight: "equal" }), units: [A1, A2], leased: BOTH }, ["A-1 L1 50", "A-2 L2 50"]],
    [
      "equal needs no area",
      { pool: poolOf("1.00", { weight: "equal" }), units: [unitOf("A-1", undefined), A2], leased: BOTH },
      ["A-1 L1 50", "A-2 L2 50"],
    ],
    [
      "custom",
      {
        pool: poolOf("1.00", { weight: "custom", customWeights: { "A-1": "0.5", "A-2": "1.5" } }),
        units: [A1, A2],
        leased: BOTH,
      },
      ["A-1 L1 25", "A-2 L2 75"],
    ],
    [
      "a unit that custom weights do not name weighs 0",
      { pool: poolOf("1.00", { weight: "custom", customWeights: { "A-2": "3" } }), units: [A1, A2], leased: BOTH },
      ["A-2 L2 100"],
    ],
    [
      "custom weights of units that are no members do not count",
      {
        pool: poolOf("1.00", { weight: "custom", customWeights: { "A-1": "1", "B-1": "9" } }),
        units: [A1, A2],
        leased: BOTH,
      },
      ["A-1 L1 100"],
    ],
    [
      "no custom weight at all",
      { pool: poolOf("1.00", { weight: "custom" }), units: [A1, A2], leased: BOTH },
      "POOL_INCOMPLETE",
    ],
    [
      "also where vacant days are spread",
      { pool: poolOf("1.00", { weight: "custom", vacant: "spread" }), units: [A1, A2] },
      "POOL_INCOMPLETE",
    ],
    [
      "a member without area, leased or not",
      { pool: poolOf("1.00"), units: [A1, unitOf("A-2", undefined)], leased: [leased("A-1", "L1")] },
      "UNIT_WITHOUT_AREA",
    ],
    [
      "an entry of another name is not areaSqm",
      { pool: poolOf("1.00"), units: [A1, unitOf("A-2", undefined, { areas: [{ kind: "rent", areaSqm: "50" }] })] },
      "UNIT_WITHOUT_AREA",
    ],
    [
      "a unit that is no member needs no area",
      { pool: poolOf("1.00"), units: [A1, unitOf("B-2", undefined, { building: "B" })], leased: [leased("A-1", "L1")] },
      ["A-1 L1 100"],
    ],
    [
      "a missing area comes before a missing cost",
      { pool: poolOf(undefined), units: [A1, unitOf("A-2", undefined)] },
      "UNIT_WITHOUT_AREA",
    ],
    [
      "no members",
      { pool: poolOf("1.00", { members: { type: "building", building: "Z" } }), units: [A1] },
      "POOL_INCOMPLETE",
    ],
  ];
  it.each(cases)("%s", (_name, given, shares) => {
    expect(sharesOf(given)).toEqual(shares);
  });

  // A-1 has 100 ㎡ to 10 August and 200 ㎡ after: (100 × 10 + 200 × 21) ÷ 31 = 5200/31. A-2 50 = 1550/31. Total 6750/31.
  const GROWN = unitOf("A-1", undefined, {
    areas: [
      { kind: "", areaSqm: "100", to: day("2026-08-10") },
      { kind: "", areaSqm: "200", from: day("2026-08-11") },
    ],
  });

  it("counts each day with the area it has", () => {
    expect(sharesOf({ pool: poolOf("67.50"), units: [GROWN, A2], leased: BOTH })).toEqual([
      "A-1 L1 5200",
      "A-2 L2 1550",
    ]);
    // Leased to the 10th only: 100 × 10 of it; the operator has 200 × 21.
    expect(
      sharesOf({
        pool: poolOf("67.50"),
        units: [GROWN, A2],
        leased: [leased("A-1", "L1", 1, 10), leased("A-2", "L2")],
      }),
    ).toEqual(["A-1 L1 1000", "A-2 L2 1550", "~operator ~operator 4200"]);
  });

  it("does not guess an area for the days before there was one", () => {
    const LATE = unitOf("A-1", undefined, { areas: [{ kind: "", areaSqm: "200", from: day("2026-08-11") }] });
    expect(sharesOf({ pool: poolOf("67.50"), units: [LATE, A2], leased: BOTH })).toBe("UNIT_WITHOUT_AREA");
  });
});

describe("weights by consumption", () => {
  const meter = (code: string, unit: string, more: Partial<Meter> = {}): Meter =>
    meterOf(["total"], { code, unit, ...more });
  const used = (code: string, start: string, end: string) => [
    readingOf("2026-07-31", start, { meter: code }),
    readingOf("2026-08-31", end, { meter: code }),
  ];
  const pool = poolOf("1.00", { weight: "consumption" });
  const base = { pool, units: [A1, A2], leased: BOTH };

  it("is that of the unit's meters of the pool's utility, after the multiplier", () => {
    // 10 × 2 + 5 = 25 (its water meter does not count); A-2: 75.
    const meters = [
      meter("M1", "A-1", { multiplier: "2" }),
      meter("M2", "A-1"),
      meter("W1", "A-1", { utility: "water" }),
      meter("M3", "A-2"),
    ];
    const readings = [...used("M1", "0", "10"), ...used("M2", "3", "8"), ...used("M3", "0", "75")];
    expect(sharesOf({ ...base, meters, readings })).toEqual(["A-1 L1 25", "A-2 L2 75"]);
  });

  it("is 0 without a meter or without consumption", () => {
    const meters = [meter("M1", "A-1"), meter("M3", "A-2")];
    const readings = [...used("M1", "5", "5"), ...used("M3", "0", "75")];
    expect(sharesOf({ ...base, meters, readings })).toEqual(["A-2 L2 100"]);
    expect(sharesOf({ ...base, meters: meters.slice(1), readings })).toEqual(["A-2 L2 100"]);
  });

  it("is 0 where a meter counts back after an estimate", () => {
    const meters = [meter("M1", "A-1"), meter("M3", "A-2")];
    const readings = [
      readingOf("2026-07-31", "50", { meter: "M1", kind: "estimated" }),
      readingOf("2026-08-31", "40", { meter: "M1" }),
      ...used("M3", "0", "75"),
    ];
    expect(sharesOf({ ...base, meters, readings })).toEqual(["A-2 L2 100"]);
  });

  it("parks the pool when the consumption of any member cannot be determined, leased or not", () => {
    const meters = [meter("M1", "A-1"), meter("M3", "A-2")];
    const wentBack = [...used("M1", "9", "5"), ...used("M3", "0", "75")];
    expect(sharesOf({ ...base, leased: [leased("A-2", "L2")], meters, readings: used("M3", "0", "75") })).toBe(
      "POOL_INCOMPLETE",
    );
    expect(sharesOf({ ...base, meters, readings: wentBack })).toBe("POOL_INCOMPLETE");
  });

  it("says first that there is no price: without one no reading would help", () => {
    const meters = [meter("M1", "A-1"), meterOf(["total"], { code: "MP" })];
    const pool = { ...base.pool, costs: {}, meters: ["MP"] };
    // Neither a price of the pool's meter nor a reading of the member's.
    expect(sharesOf({ ...base, pool, meters, readings: [] })).toBe("TARIFF_MISSING");
  });

  it("parks the pool when nothing was consumed", () => {
    const meters = [meter("M1", "A-1"), meter("M3", "A-2")];
    const readings = [...used("M1", "5", "5"), ...used("M3", "7", "7")];
    expect(sharesOf({ ...base, meters, readings })).toBe("POOL_INCOMPLETE");
  });

  it("marks a pool in whose weights an estimate is", () => {
    const meters = [meter("M3", "A-2")];
    const readings = [
      readingOf("2026-07-31", "0", { meter: "M3" }),
      readingOf("2026-08-31", "9", { meter: "M3", kind: "estimated" }),
    ];
    expect(compute({ ...base, meters, readings })).toMatchObject({ ok: true, estimated: true });
  });
});

it("a share lists only the areas that its lease had days of", () => {
  const unit = unitOf("A-1", undefined, {
    areas: [
      { kind: "", areaSqm: "100", to: day("2026-08-15") },
      { kind: "", areaSqm: "120", from: day("2026-08-16") },
    ],
  });
  const result = compute({ pool: poolOf("31.00"), units: [unit], leased: [leased("A-1", "L1", 1, 10)] });
  const share = result.ok ? result.shares.find(({ lease }) => lease === "L1") : undefined;
  // Ten days of 100 ㎡; the 120 ㎡ begin on the 16th, when the lease is over.
  expect(share?.parts.map(({ weight, days }) => [formatRatio(weight), days])).toEqual([["100", 10]]);
  // 1000 of 100 × 15 + 120 × 16 = 3420 ㎡-days: 31.00 × 1000 ÷ 3420 = 9.0643…
  expect(share?.amountFen).toBe(906n);
});
