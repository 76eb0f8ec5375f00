import { describe, expect, it } from "vitest";
import { poolLineOf, poolMonthInputs } from "../../../src/domain/pools/pool-line.ts";
import { OPERATOR } from "../../../src/domain/pools/pool-month.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { provenFen } from "../metering/derivation-check.ts";
import { day } from "../metering/meter-fixtures.ts";
import { compute, leased, type PoolCase, poolOf, sharesOf, unitOf } from "./pool-fixtures.ts";

const A1 = unitOf("A-1", "100");
const A2 = unitOf("A-2", "50");
const A3 = unitOf("A-3", "50");
const THREE = [A1, A2, A3];

describe("who takes part", () => {
  const OTHER_FLOOR = unitOf("A-9", "100", { floor: "2" });
  const OTHER_BUILDING = unitOf("B-1", "100", { building: "B" });
  const OTHER_PROJECT = unitOf("C-1", "100", { building: "C", project: "SZ" });
  const everywhere = [A1, OTHER_FLOOR, OTHER_BUILDING, OTHER_PROJECT];
  const rows = everywhere.map((unit) => leased(unit.code, `L-${unit.code}`));
  const cases: readonly [string, PoolCase["pool"]["members"], readonly string[]][] = [
    ["a building", { type: "building", building: "A" }, ["A-1 L-A-1 500", "A-9 L-A-9 500"]],
    ["a floor of a building", { type: "building", building: "A", floor: "2" }, ["A-9 L-A-9 1000"]],
    // 1000 fen by three: 333 each, the fen left over to the first unit code.
    ["a project", { type: "project", project: "DG" }, ["A-1 L-A-1 334", "A-9 L-A-9 333", "B-1 L-B-1 333"]],
    ["named units, each once", { type: "units", units: ["C-1", "A-1", "C-1"] }, ["A-1 L-A-1 500", "C-1 L-C-1 500"]],
  ];
  it.each(cases)("%s", (_name, members, shares) => {
    expect(sharesOf({ pool: poolOf("10.00", { members }), units: everywhere, leased: rows })).toEqual(shares);
  });
});

describe("days and vacancy", () => {
  const cases: readonly [name: string, given: PoolCase, shares: readonly string[]][] = [
    // 100 : 50 : 50 of 100.00.
    [
      "all leased all month",
      { pool: poolOf("100.00"), units: THREE, leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")] },
      ["A-1 L1 5000", "A-2 L2 2500", "A-3 L3 2500"],
    ],
    [
      "vacant units are the operator's",
      { pool: poolOf("100.00"), units: THREE, leased: [leased("A-1", "L1")] },
      ["A-1 L1 5000", `${OPERATOR} ${OPERATOR} 5000`],
    ],
    // A-2 leased on 10 of 31 days: 10000 × 50 × 10/31 ÷ 200 = 806.45; the operator: 10000 − 5000 − 806.45 = 4193.55 (A-3 and
    // 21 days of A-2). Floors 5000 + 806 + 4193 = 9999; the fen left over to .55, the operator.
    [
      "unit-days",
      { pool: poolOf("100.00"), units: THREE, leased: [leased("A-1", "L1"), leased("A-2", "L2", 22, 31)] },
      ["A-1 L1 5000", "A-2 L2 806", `${OPERATOR} ${OPERATOR} 4194`],
    ],
    // spread: weights 100 × 31 = 3100 and 50 × 10 = 500: 10000 × 3100/3600 = 8611.11, 1388.89.
    [
      "spread: only leased unit-days take part",
      {
        pool: poolOf("100.00", { vacant: "spread" }),
        units: THREE,
        leased: [leased("A-1", "L1"), leased("A-2", "L2", 22, 31)],
      },
      ["A-1 L1 8611", "A-2 L2 1389"],
    ],
    [
      "spread without a leased day: the operator",
      { pool: poolOf("100.00", { vacant: "spread" }), units: THREE },
      [`${OPERATOR} ${OPERATOR} 10000`],
    ],
    [
      "spread where all that is leased weighs 0: the operator",
      {
        pool: poolOf("100.00", { vacant: "spread", weight: "custom", customWeights: { "A-1": "2" } }),
        units: THREE,
        leased: [leased("A-2", "L2")],
      },
      [`${OPERATOR} ${OPERATOR} 10000`],
    ],
    ["nobody leases: the operator", { pool: poolOf("100.00"), units: THREE }, [`${OPERATOR} ${OPERATOR} 10000`]],
    // One unit, two leases: 10/31 and 20/31 of 31.00, one day vacant.
    [
      "two leases of one unit one after the other",
      {
        pool: poolOf("31.00", { members: { type: "units", units: ["A-1"] } }),
        units: THREE,
        leased: [leased("A-1", "L2", 12, 31), leased("A-1", "L1", 1, 10)],
      },
      ["A-1 L1 1000", "A-1 L2 2000", `${OPERATOR} ${OPERATOR} 100`],
    ],
    [
      "one lease that had its unit twice is one pair",
      {
        pool: poolOf("31.00", { members: { type: "units", units: ["A-1"] } }),
        units: THREE,
        leased: [leased("A-1", "L1", 1, 10), leased("A-1", "L1", 22, 31)],
      },
      ["A-1 L1 2000", `${OPERATOR} ${OPERATOR} 1100`],
    ],
    [
      "days outside the month do not count",
      {
        pool: poolOf("31.00", { members: { type: "units", units: ["A-1"] } }),
        units: THREE,
        leased: [
          { unit: "A-1", lease: "L1", from: day("2025-01-01"), to: day("2026-08-10") },
          { unit: "A-1", lease: "L2", from: day("2026-09-01"), to: day("2027-01-01") },
        ],
      },
      ["A-1 L1 1000", `${OPERATOR} ${OPERATOR} 2100`],
    ],
    [
      "a leased unit that is no member has no part",
      {
        pool: poolOf("10.00", { members: { type: "units", units: ["A-1"] } }),
        units: THREE,
        leased: [leased("A-1", "L1"), leased("A-2", "L1")],
      },
      ["A-1 L1 1000"],
    ],
    ["a cost of 0 fen is shared too", { pool: poolOf("0.00"), units: THREE, leased: [leased("A-1", "L1")] }, []],
  ];
  it.each(cases)("%s", (_name, given, shares) => {
    expect(sharesOf(given)).toEqual(shares);
  });

  it("keeps the operator's share and those of 0 fen", () => {
    const result = compute({
      pool: poolOf("0.01"),
      units: THREE,
      leased: [leased("A-1", "L1"), leased("A-2", "L2"), leased("A-3", "L3")],
    });
    if (!result.ok) throw new Error(result.message);
    expect(result.shares.map((share) => [share.lease, share.days, share.amountFen])).toEqual([
      ["L1", 31, 1n],
      ["L2", 31, 0n],
      ["L3", 31, 0n],
      [OPERATOR, 0, 0n],
    ]);
    expect(result.operatorFen).toBe(0n);
  });

  it("refuses two leases in a unit on one day", () => {
    expect(() =>
      compute({
        pool: poolOf("1.00"),
        units: THREE,
        leased: [leased("A-1", "L1", 1, 10), leased("A-1", "L2", 10, 31)],
      }),
    ).toThrow(/A-1.*2026-08-10/);
  });
});

describe("largest remainder", () => {
  const even = (codes: readonly string[]) => codes.map((code) => unitOf(code, "1"));
  const cases: readonly [string, PoolCase, readonly string[]][] = [
    // 1.00 by three: 33.33 fen each; one left over.
    [
      "a tie goes to the first unit code",
      {
        pool: poolOf("1.00"),
        units: even(["A-c", "A-b", "A-a"]),
        leased: [leased("A-c", "L1"), leased("A-b", "L2"), leased("A-a", "L3")],
      },
      ["A-a L3 34", "A-b L2 33", "A-c L1 33"],
    ],
    // Unit on two leases, 10 days each of 30 in September, and 10 vacant: 0.01 by three equal parts.
    [
      "then to the first lease code, the operator last",
      {
        pool: poolOf(undefined, { costs: { [parseMonth("2026-09")]: 1n } }),
        month: parseMonth("2026-09"),
        units: even(["A-1"]),
        leased: [
          { unit: "A-1", lease: "LB", from: day("2026-09-01"), to: day("2026-09-10") },
          { unit: "A-1", lease: "LA", from: day("2026-09-11"), to: day("2026-09-20") },
        ],
      },
      ["A-1 LA 1"],
    ],
    // Two equal parts of one fen: the pair first, though "~operator" (7E) sorts before 园 (E5 9B AD).
    [
      "the operator is last, also after codes that sort behind it",
      { pool: poolOf("0.01"), units: even(["园1", "园2"]), leased: [leased("园1", "园区")] },
      ["园1 园区 1"],
    ],
    // U+FF21 (EF BC A1) is before U+1F600 (F0 9F 98 80) in UTF-8, after it in UTF-16.
    [
      "codes compare as UTF-8 bytes",
      { pool: poolOf("0.01"), units: even(["😀", "Ａ"]), leased: [leased("😀", "L1"), leased("Ａ", "L2")] },
      ["Ａ L2 1"],
    ],
    // 2 : 1 of 1.00: 66.67 and 33.33; the larger fraction first.
    [
      "the larger fraction first, whatever the code",
      {
        pool: poolOf("1.00"),
        units: [unitOf("A-1", "1"), unitOf("A-2", "2")],
        leased: [leased("A-1", "L1"), leased("A-2", "L2")],
      },
      ["A-1 L1 33", "A-2 L2 67"],
    ],
  ];
  it.each(cases)("%s", (_name, given, shares) => {
    expect(sharesOf(given)).toEqual(shares);
  });
});

describe("a lease's line", () => {
  const given: PoolCase = {
    pool: poolOf("100.00"),
    units: THREE,
    leased: [leased("A-1", "L1"), leased("A-2", "L1", 22, 31), leased("A-3", "L2", 1, 5)],
  };
  const month = compute(given);
  const line = (lease: string) => {
    const found = poolLineOf(month, lease);
    if (!found.ok) throw new Error(found.message);
    expect(provenFen(found.derivation)).toBe(found.amountFen);
    return found;
  };

  it("is the sum of its pairs, with its proof", () => {
    // A-1 5000, A-2 806.45, A-3 2500 × 5/31 = 403.23, operator 3790.32: floors 5000 + 806 + 403 + 3790 = 9999; the fen left
    // over to .45.
    expect(line("L1").amountFen).toBe(5807n);
    expect(line("L2").amountFen).toBe(403n);
    expect(line(OPERATOR).amountFen).toBe(3790n);
  });

  it("is 0 fen for a lease none of whose units is a member", () => expect(line("L9").amountFen).toBe(0n));
  it("is parked with its pool", () => {
    expect(poolLineOf(compute({ ...given, pool: poolOf(undefined) }), "L1")).toMatchObject({
      ok: false,
      code: "POOL_INCOMPLETE",
    });
  });
  it("keeps what it was computed from as JSON", () => {
    if (!month.ok) throw new Error(month.message);
    expect(JSON.parse(JSON.stringify(poolMonthInputs(month)))).toMatchObject({
      costFen: 10000,
      takenWeightSum: "200",
      shares: [
        { unit: "A-1", lease: "L1", parts: [{ weight: "100", days: 31 }], amountFen: 5000 },
        { unit: "A-2", lease: "L1", parts: [{ weight: "50", days: 10 }], takenWeight: "500/31", amountFen: 807 },
        { unit: "A-3", lease: "L2", days: 5, amountFen: 403 },
        { unit: OPERATOR, lease: OPERATOR, days: 47, amountFen: 3790 },
      ],
    });
  });
});
