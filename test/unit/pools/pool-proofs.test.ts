import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/charging/line.ts";
import { replayLine } from "../../../src/domain/charging/run-plan/replay.ts";
import { leasedDaysByUnit } from "../../../src/domain/pools/leased-days.ts";
import { type PoolInputs, restorePoolCost } from "../../../src/domain/pools/pool-inputs.ts";
import { poolLineOf } from "../../../src/domain/pools/pool-line.ts";
import type { Tariff } from "../../../src/domain/world/property.ts";
import { day, flatTariff, meterOf, readingOf } from "../metering/meter-fixtures.ts";
import { AUGUST, compute, leased, type PoolCase, poolOf, sharesOf, unitOf } from "./pool-fixtures.ts";

/* What the proof of a share says, what it is replayed from, and where a pool refuses to be split at all. */

const A1 = unitOf("A-1", "100");
const WHOLE: Pick<PoolCase, "units" | "leased"> = { units: [A1], leased: [leased("A-1", "L1")] };

/** The line of L1, which its stored inputs must give again to the letter; its proof as text. */
function proofOf(given: PoolCase): { readonly amountFen: bigint; readonly proof: string } {
  const line = poolLineOf(compute(given), "L1");
  if (!line.ok) throw new Error(line.message);
  const proof = JSON.stringify(line.derivation);
  const again = replayLine(JSON.parse(JSON.stringify(line.inputs)) as JsonValue);
  expect(again?.ok && [again.amountFen, JSON.stringify(again.derivation)]).toEqual([line.amountFen, proof]);
  return { amountFen: line.amountFen, proof };
}

describe("the proof of a share", () => {
  it("of a meter that was replaced is replayed from the first reading to the last", () => {
    // 1000 → 1200 on the old meter, 0 → 300 on the new one: 500 × 0.82.
    const { amountFen } = proofOf({
      ...WHOLE,
      pool: poolOf(undefined, { meters: ["M1"], tariff: "FLAT" }),
      meters: [meterOf(["total"])],
      readings: [
        readingOf("2026-07-31", "1000"),
        readingOf("2026-08-15", "0", { kind: "replacement", final: { total: "1200" } }),
        readingOf("2026-08-31", "300"),
      ],
      tariffs: [flatTariff(["2026-01-01", "0.82"])],
    });
    expect(amountFen).toBe(41_000n);
  });

  it("counts in each register only the meters that have it", () => {
    const tariff: Tariff = {
      code: "TOU",
      kind: "tou",
      basis: "month",
      prices: [{ from: day("2026-01-01"), kind: "tou", prices: { peak: "1.00", valley: "0.20" } }],
    };
    const { amountFen, proof } = proofOf({
      ...WHOLE,
      pool: poolOf(undefined, { meters: ["M1", "M2"], tariff: "TOU" }),
      meters: [meterOf(["peak", "valley"]), meterOf(["peak"], { code: "M2" })],
      readings: [
        readingOf("2026-07-31", { peak: "0", valley: "0" }),
        readingOf("2026-08-31", { peak: "300", valley: "500" }),
        readingOf("2026-07-31", { peak: "0" }, { meter: "M2" }),
        readingOf("2026-08-31", { peak: "10" }, { meter: "M2" }),
      ],
      tariffs: [tariff],
    });
    // (300 + 10) × 1.00 + 500 × 0.20.
    expect(amountFen).toBe(41_000n);
    expect(proof).toContain("峰净用量");
    // One meter alone has a valley: there is nothing to add up.
    expect(proof).not.toContain("谷净用量");
  });

  it("adds up the days of both areas where the area changed", () => {
    const areas = [
      { kind: "", areaSqm: "100", to: day("2026-08-15") },
      { kind: "", areaSqm: "120", from: day("2026-08-16") },
    ];
    const { amountFen, proof } = proofOf({
      pool: poolOf("34.20"),
      units: [unitOf("A-1", undefined, { areas })],
      leased: [leased("A-1", "L1")],
    });
    expect(amountFen).toBe(3420n);
    // 100 × 15 + 120 × 16.
    expect(proof).toContain('"op":"sum","label":"权重×在租天数","value":"3420"');
  });
});

describe("weights by consumption", () => {
  const given: PoolCase = { ...WHOLE, pool: poolOf("1.00", { weight: "consumption" }) };
  const meters = [meterOf(["total"], { unit: "A-1" })];

  it("of real readings are no estimate", () => {
    const readings = [readingOf("2026-07-31", "0"), readingOf("2026-08-31", "9")];
    expect(compute({ ...given, meters, readings })).toMatchObject({ ok: true, estimated: false });
  });
  it("that can't be determined name the unit", () => {
    const month = compute({ ...given, meters, readings: [] });
    expect(month.ok ? "" : month.message).toMatch(/^单元 A-1 的用量无法确定：./);
  });
});

describe("what no import lets happen is refused", () => {
  const twice = [
    { kind: "", areaSqm: "100" },
    { kind: "", areaSqm: "120" },
  ];
  it.each<readonly [string, PoolCase, string]>([
    ["a meter that does not exist", { ...WHOLE, pool: poolOf(undefined, { meters: ["MX"] }) }, "names meter MX"],
    [
      "a unit that does not exist",
      { ...WHOLE, pool: poolOf("1.00", { members: { type: "units", units: ["A-7"] } }) },
      "names unit A-7",
    ],
    [
      "two areas on one day",
      { ...WHOLE, pool: poolOf("1.00"), units: [unitOf("A-1", undefined, { areas: twice })] },
      "A-1 has two areas on one day of 2026-08",
    ],
  ])("%s", (_case, given, words) => expect(() => compute(given)).toThrow(words));

  const stored = (cost: object): Pick<PoolInputs, "cost" | "costFen"> =>
    ({ costFen: 100, cost: { source: "measured", ...cost } }) as unknown as Pick<PoolInputs, "cost" | "costFen">;
  it("a stored price by tiers", () => {
    const price = { from: "2026-01-01", kind: "tiered", tiers: [{ price: "1" }] };
    expect(() => restorePoolCost(stored({ price, meters: [] }))).toThrow("never priced by tiers");
  });
  it("a stored meter without readings", () => {
    const price = { from: "2026-01-01", kind: "flat", price: "1" };
    const meter = { ...meterOf(["total"]), sign: 1, readings: [] };
    expect(() => restorePoolCost(stored({ price, meters: [meter] }))).toThrow(
      "readings of meter M1 give no consumption",
    );
  });
});

describe("leased days", () => {
  it("of one lease that names a day twice count it once", () => {
    const rows = [leased("A-1", "L1", 1, 20), leased("A-1", "L1", 10, 25)];
    const whole = { from: "2026-08-01", to: "2026-08-25" };
    expect(leasedDaysByUnit(AUGUST, rows).get("A-1")).toEqual([{ unit: "A-1", lease: "L1", ranges: [whole] }]);
    // 25 of 31 days.
    expect(sharesOf({ pool: poolOf("31.00"), units: [A1], leased: rows })).toEqual([
      "A-1 L1 2500",
      "~operator ~operator 600",
    ]);
  });
  it("come as ranges, apart where the unit was given back between", () => {
    const rows = [leased("A-1", "L1", 3, 5), leased("A-1", "L2", 6, 9), leased("A-1", "L1", 10, 31)];
    expect(leasedDaysByUnit(AUGUST, rows).get("A-1")).toEqual([
      {
        unit: "A-1",
        lease: "L1",
        ranges: [
          { from: "2026-08-03", to: "2026-08-05" },
          { from: "2026-08-10", to: "2026-08-31" },
        ],
      },
      { unit: "A-1", lease: "L2", ranges: [{ from: "2026-08-06", to: "2026-08-09" }] },
    ]);
  });
});
