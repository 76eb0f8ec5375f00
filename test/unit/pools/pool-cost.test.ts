import { describe, expect, it } from "vitest";
import { poolLineOf } from "../../../src/domain/pools/pool-line.ts";
import type { Meter, Reading, Register, RegisterValues, Tariff } from "../../../src/domain/world/property.ts";
import { provenFen } from "../metering/derivation-check.ts";
import { day, flatTariff, meterOf, readingOf, tieredTariff } from "../metering/meter-fixtures.ts";
import { compute, leased, type PoolCase, poolOf, unitOf } from "./pool-fixtures.ts";

const UNITS = [unitOf("A-1", "100")];
const meter = (code: string, registers: readonly Register[] = ["total"], more: Partial<Meter> = {}): Meter =>
  meterOf(registers, { code, ...more });
const used = (
  code: string,
  start: string | RegisterValues,
  end: string | RegisterValues,
  more: Partial<Reading> = {},
) => [readingOf("2026-07-31", start, { meter: code, ...more }), readingOf("2026-08-31", end, { meter: code })];
const TOU: Tariff = {
  code: "TOU",
  kind: "tou",
  basis: "month",
  prices: [{ from: day("2026-01-01"), kind: "tou", prices: { peak: "1.20", valley: "0.30" } }],
};

/** The cost in fen, or the code; the only unit is leased all month, so its line is the whole cost, proven from its leaves. */
function costOf(given: Omit<PoolCase, "units">): bigint | string {
  const month = compute({ units: UNITS, leased: [leased("A-1", "L1")], ...given });
  const line = poolLineOf(month, "L1");
  if (!month.ok || !line.ok) return month.ok ? "" : month.code;
  expect(provenFen(line.derivation)).toBe(month.costFen);
  return month.costFen;
}

describe("the cost of a pool's month", () => {
  const pool = (more: Partial<PoolCase["pool"]>) => poolOf(undefined, { meters: ["MP"], tariff: "FLAT", ...more });
  const FLAT = [flatTariff(["2026-01-01", "0.85"])];
  const TWO = [meter("MP"), meter("MQ")];
  const cases: readonly [name: string, given: Omit<PoolCase, "units">, cost: bigint | string][] = [
    ["given", { pool: poolOf("1234.56") }, 123456n],
    [
      "given wins over meters, and needs no reading of them",
      { pool: poolOf("12.00", { meters: ["MP"], tariff: "FLAT" }), meters: TWO },
      1200n,
    ],
    ["given for another month only", { pool: poolOf(undefined, { costs: {} }) }, "POOL_INCOMPLETE"],
    // 100.3 × 0.85 = 85.255 → 85.26.
    [
      "measured, rounded to the fen",
      { pool: pool({}), meters: TWO, tariffs: FLAT, readings: used("MP", "0", "100.3") },
      8526n,
    ],
    // (100.3 + 40 − 30) × 0.85 = 93.755.
    [
      "Σ meters − Σ minusMeters, rounded once",
      {
        pool: pool({ meters: ["MP", "MQ"], minusMeters: ["MX"] }),
        meters: [...TWO, meter("MX")],
        tariffs: FLAT,
        readings: [...used("MP", "0", "100.3"), ...used("MQ", "0", "40"), ...used("MX", "0", "30")],
      },
      9376n,
    ],
    [
      "with multipliers",
      {
        pool: pool({}),
        meters: [meter("MP", ["total"], { multiplier: "40" })],
        tariffs: FLAT,
        readings: used("MP", "0", "10"),
      },
      34000n,
    ],
    // peak (100 − 10) × 1.20 + valley (50 − 60) × 0.30 = 108 − 3: a register may be below zero, the cost is not.
    [
      "register by register",
      {
        pool: pool({ tariff: "TOU", minusMeters: ["MX"] }),
        meters: [meter("MP", ["peak", "valley"]), meter("MX", ["peak", "valley"])],
        tariffs: [TOU],
        readings: [
          ...used("MP", { peak: "0", valley: "0" }, { peak: "100", valley: "50" }),
          ...used("MX", { peak: "0", valley: "0" }, { peak: "10", valley: "60" }),
        ],
      },
      10500n,
    ],
    // Flat price, registers of different meters: peak 10 + valley 20 − total 5.
    [
      "meters of different registers at a flat price",
      {
        pool: pool({ minusMeters: ["MX"] }),
        meters: [meter("MP", ["total", "peak", "valley"]), meter("MX")],
        tariffs: FLAT,
        readings: [
          ...used("MP", { total: "0", peak: "0", valley: "0" }, { total: "30", peak: "10", valley: "20" }),
          ...used("MX", "0", "5"),
        ],
      },
      2125n,
    ],
    // Row of the month's first day, though a reading stands on the eve of the change of 11 August.
    [
      "row in force on the month's first day, never split",
      {
        pool: pool({}),
        meters: TWO,
        tariffs: [flatTariff(["2026-01-01", "0.85"], ["2026-08-11", "2"])],
        readings: [...used("MP", "0", "100"), readingOf("2026-08-10", "50", { meter: "MP" })],
      },
      8500n,
    ],
    [
      "a row from the month's first day",
      {
        pool: pool({}),
        meters: TWO,
        tariffs: [flatTariff(["2026-01-01", "0.85"], ["2026-08-01", "2"])],
        readings: used("MP", "0", "100"),
      },
      20000n,
    ],
    ["no usage costs nothing", { pool: pool({}), meters: TWO, tariffs: FLAT, readings: used("MP", "7", "7") }, 0n],
    [
      "neither given nor metered",
      { pool: pool({ meters: [], minusMeters: ["MX"] }), meters: [meter("MX")], tariffs: FLAT },
      "POOL_INCOMPLETE",
    ],
    [
      "a pool meter without a closing reading",
      { pool: pool({}), meters: TWO, tariffs: FLAT, readings: [readingOf("2026-07-31", "0", { meter: "MP" })] },
      "POOL_INCOMPLETE",
    ],
    [
      "a minus meter without readings",
      { pool: pool({ minusMeters: ["MQ"] }), meters: TWO, tariffs: FLAT, readings: used("MP", "0", "9") },
      "POOL_INCOMPLETE",
    ],
    [
      "a pool meter that went back",
      { pool: pool({}), meters: TWO, tariffs: FLAT, readings: used("MP", "9", "0") },
      "POOL_INCOMPLETE",
    ],
    [
      "a pool meter whose registers miss its total",
      {
        pool: pool({}),
        meters: [meter("MP", ["total", "peak", "valley"])],
        tariffs: FLAT,
        readings: used("MP", { total: "0", peak: "0", valley: "0" }, { total: "31", peak: "10", valley: "20" }),
      },
      "POOL_INCOMPLETE",
    ],
    [
      "no tariff",
      { pool: poolOf(undefined, { meters: ["MP"] }), meters: TWO, readings: used("MP", "0", "9") },
      "TARIFF_MISSING",
    ],
    [
      "no row on the month's first day",
      { pool: pool({}), meters: TWO, tariffs: [flatTariff(["2026-08-02", "1"])], readings: used("MP", "0", "9") },
      "TARIFF_MISSING",
    ],
    [
      "a register without a price",
      { pool: pool({ tariff: "TOU" }), meters: TWO, tariffs: [TOU], readings: used("MP", "0", "9") },
      "TARIFF_MISSING",
    ],
    [
      "a register of a minus meter without a price",
      {
        pool: pool({ tariff: "TOU", minusMeters: ["MQ"] }),
        meters: [meter("MP", ["peak", "valley"]), meter("MQ")],
        tariffs: [TOU],
        readings: [],
      },
      "TARIFF_MISSING",
    ],
    [
      "tiers are no price of a pool",
      {
        pool: pool({ tariff: "TIER" }),
        meters: TWO,
        tariffs: [tieredTariff("month", ["2026-01-01", ":1"])],
        readings: used("MP", "0", "9"),
      },
      "TARIFF_MISSING",
    ],
    ["a missing price comes before a missing reading", { pool: pool({}), meters: TWO, tariffs: [] }, "TARIFF_MISSING"],
    [
      "below zero",
      {
        pool: pool({ minusMeters: ["MQ"] }),
        meters: TWO,
        tariffs: FLAT,
        readings: [...used("MP", "0", "9"), ...used("MQ", "0", "10")],
      },
      "NEGATIVE_RESULT",
    ],
    ["given below zero", { pool: poolOf("-0.01") }, "NEGATIVE_RESULT"],
    // −0.004 × 0.85 = −0.0034 yuan rounds to 0 fen, which is not below zero.
    [
      "what rounds to zero is not below it",
      {
        pool: pool({ minusMeters: ["MQ"] }),
        meters: TWO,
        tariffs: FLAT,
        readings: [...used("MP", "0", "9"), ...used("MQ", "0", "9.004")],
      },
      0n,
    ],
  ];
  it.each(cases)("%s", (_name, given, cost) => {
    expect(costOf(given)).toBe(cost);
  });

  it("opens with the latest reading of the month before", () => {
    const readings = [
      readingOf("2026-07-12", "0", { meter: "MP" }),
      readingOf("2026-07-29", "10", { meter: "MP" }),
      readingOf("2026-08-30", "30", { meter: "MP" }),
    ];
    expect(costOf({ pool: pool({}), meters: TWO, tariffs: FLAT, readings })).toBe(1700n);
  });

  it("is estimated where a closing reading of its meters is", () => {
    const readings = [
      readingOf("2026-07-31", "0", { meter: "MP" }),
      readingOf("2026-08-31", "10", { meter: "MP", kind: "estimated" }),
    ];
    expect(compute({ units: UNITS, pool: pool({}), meters: TWO, tariffs: FLAT, readings })).toMatchObject({
      ok: true,
      estimated: true,
    });
  });

  it("does not know pools that name what does not exist", () => {
    expect(() => costOf({ pool: pool({ meters: ["M?"] }), tariffs: FLAT })).toThrow(RangeError);
    expect(() => costOf({ pool: poolOf("1.00", { members: { type: "units", units: ["A-?"] } }) })).toThrow(RangeError);
  });
});
