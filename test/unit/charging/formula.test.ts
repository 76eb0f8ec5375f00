import { describe, expect, it } from "vitest";
import { parseFormula } from "../../../src/domain/formula/formula.ts";
import type { LeaseTerms } from "../../../src/domain/world/lease.ts";
import type { Meter, Reading } from "../../../src/domain/world/property.ts";
import { amendment, amountsOf, day, facts, formula, lease, linesOf, run } from "./facts.ts";

/* Money-rules 3.5. */

const one = (expression: string, changes: Partial<LeaseTerms> = {}) =>
  amountsOf(facts([lease([formula(expression)], changes)]), "2026-04");

describe("formulas", () => {
  it.each([
    ["area * 0.5 + 10", "60.00"], // 100 ㎡
    ["1 + 2 * 3 - 4 / 8", "6.50"],
    ["(1 + 2) * 3", "9.00"],
    ["10 - 4 - 3", "3.00"],
    ["1 / 3 * 3", "1.00"], // exact, not 0.99…
    ["0.1 + 0.2 == 0.3 ? 5 : 6", "5.00"],
    ["2 >= 2 ? 1 < 2 ? 7 : 8 : 9", "7.00"],
    ["1 != 1 ? 3 : 4 <= 3 ? 1 : 2", "2.00"],
    ["max(1, min(5, 3), 2)", "3.00"],
    ["abs(-4.5)", "4.50"],
    ["-(-2) + +1", "3.00"],
    ["round(2.5)", "3.00"],
    ["abs(round(-2.5))", "3.00"], // away from zero
    ["round(1.005, 2)", "1.01"], // a float would say 1.00
    ["floor(2.9) + ceil(2.1)", "5.00"],
    ["abs(floor(-2.1)) + abs(ceil(-2.9))", "5.00"],
    ["headcount * 2", "50.00"],
    ["desks * 3 + 工位", "94.00"],
    ["months", "1.00"],
    [".5 * 3", "1.50"],
    ["1 > 2 ? 1 / 0 : 8", "8.00"], // only the branch taken is evaluated
  ])("%s = %s", (expression, yuan) => {
    expect(one(expression, { headcount: "25", inputs: { desks: "30", 工位: "4" } })).toEqual([yuan]);
  });

  it("is the price of one month × Σ fraction(month)", () => {
    // 16 of 31 days × 310
    expect(amountsOf(facts([lease([formula("area * 3.1")], { start: day("2026-03-16") })]), "2026-03")).toEqual([
      "160.00",
    ]);
  });

  it("counts the calendar months that the period touches", () => {
    // rent quarter 15 Jan..14 Apr touches 4 calendar months and is 3 rent months: 4 × 3
    const terms = lease([formula("months", { periodAnchor: "lease", cycleMonths: 3 })], { start: day("2026-01-15") });
    expect(amountsOf(facts([terms]), "2026-01")).toEqual(["12.00"]);
  });

  it("is evaluated for each part of a month in which the area changes", () => {
    const terms = lease([formula("area > 120 ? 600 : 300")], {
      amendments: [amendment("2026-04-11", { units: ["A-1", "A-2"] })],
    });
    // 10/30 × 300 + 20/30 × 600
    expect(amountsOf(facts([terms]), "2026-04")).toEqual(["500.00"]);
  });

  it("escalates its value like any price", () => {
    const terms = lease([
      formula("area / 3", { escalations: [{ everyMonths: 1, percent: "10", firstAfterMonths: 1 }] }),
    ]);
    // 33.333… × 1.1 = 36.6666… → 36.6667 (4 decimals) → 36.67
    expect(amountsOf(facts([terms]), "2026-02")).toEqual(["36.67"]);
  });

  it.each([
    ["1 / (months - 1)", "FORMULA_ERROR"],
    ["desks * 2", "FORMULA_ERROR"], // no such input
    ["headcount", "FORMULA_ERROR"], // the lease does not say
    ["1 > 0 ? 5 : desks", "FORMULA_ERROR"], // names are checked in the whole text
    ["sqrt(4)", "FORMULA_ERROR"],
    ["round(1, 0.5)", "FORMULA_ERROR"],
    ["3 - 5", "NEGATIVE_RESULT"],
    ["usage * 2", "FORMULA_ERROR"], // no meter
  ])("%s is parked with %s", (expression, code) => {
    // usage is in arrears: the run of May has April; for the others the run of April
    const month = expression.includes("usage") ? "2026-05" : "2026-04";
    const plan = run(facts([lease([formula(expression)])]), month);
    expect(plan.bills).toEqual([]);
    expect(plan.parked).toMatchObject([{ lease: "L1", charge: "rent", code }]);
  });

  it("parks UNIT_WITHOUT_AREA before anything else is asked", () => {
    const plan = run(facts([lease([formula("area / 0")], { units: ["A-3"] })]), "2026-04");
    expect(plan.parked).toMatchObject([{ code: "UNIT_WITHOUT_AREA" }]);
  });

  it.each([
    "",
    "1 +",
    "a b",
    "1e5",
    "'text'",
    "true",
    "a && b",
    "a ** 2",
    "a % 2",
    "!a",
    "a[0]",
    "desks.b",
    "usage['peak']",
    "usage.peak.x",
    "this",
    "[1]",
    "abs(1, 2)",
    "min()",
    "a, b",
    "a = 1",
    "constructor()()",
  ])("refuses to read %s", (text) => {
    expect(parseFormula(text).ok).toBe(false);
  });
});

describe("formulas on usage", () => {
  const meter: Meter = {
    code: "M1",
    utility: "electricity",
    unit: "A-1",
    registers: ["peak", "valley"],
    multiplier: "10",
    digits: 6,
  };
  const reading = (date: string, peak: string, valley: string): Reading => ({
    meter: "M1",
    date: day(date),
    at: "end",
    standsOn: day(date),
    kind: "periodic",
    values: { peak, valley },
    rollover: false,
    revision: 0,
  });
  const world = (expression: string, changes: Partial<LeaseTerms> = {}) =>
    facts([lease([formula(expression, {}, "M1")], changes)], {
      meters: [meter],
      readings: [reading("2026-03-31", "0", "0"), reading("2026-04-30", "3", "1")],
    });

  it("bills the service month as it stands, in arrears", () => {
    // peak 3 × 10, valley 1 × 10: usage 40 × 0.35 = 14; max with 50
    expect(linesOf(world("max(usage * 0.35, 50)"), "2026-05")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #0 50.00",
    ]);
    expect(amountsOf(world("usage.peak * 1 + usage.valley * 0.5"), "2026-05")).toEqual(["35.00"]);
  });

  it("is not prorated", () => {
    expect(amountsOf(world("usage"), "2026-05")).toEqual(["40.00"]);
    const late = { start: day("2026-04-01") };
    expect(amountsOf(world("usage + headcount", { ...late, headcount: "2" }), "2026-05")).toEqual(["42.00"]);
  });

  it("parks a missing reading before a name that nothing stands for", () => {
    const missing = { ...world("usage + nothing"), readings: [] };
    expect(run(missing, "2026-05").parked).toMatchObject([{ code: "READING_MISSING" }]);
    expect(run(world("usage.sharp"), "2026-05").parked).toMatchObject([{ code: "FORMULA_ERROR" }]);
  });

  it("weighs the parts of a month in which the area changes by their days", () => {
    const terms = { amendments: [amendment("2026-04-16", { units: ["A-1", "A-2"] })] };
    // 15/30 × (40 + 100) + 15/30 × (40 + 150)
    expect(amountsOf(world("usage + area", terms), "2026-05")).toEqual(["165.00"]);
  });
});
