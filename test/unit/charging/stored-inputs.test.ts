import { expect, it } from "vitest";
import type { ChargeTerms, LeaseTerms } from "../../../src/domain/world/lease.ts";
import { amendment, byArea, day, facts, fixed, formula, lease, linesOf, run } from "./facts.ts";

/*
 * What a time-based line is stored with: everything that it is computed from and nothing else, so that it can be computed
 * again years later (I14). January 2026, wholly covered.
 */

const inputsOf = (terms: ChargeTerms, changes: Partial<LeaseTerms> = {}) =>
  run(facts([lease([terms], changes)]), "2026-01").bills.flatMap(({ lines }) => lines.map(({ inputs }) => inputs));

const JANUARY = { from: "2026-01-01", to: "2026-01-31" };
const WHOLE_JANUARY = [
  { cell: "2026-01", cellDays: 31, proration: "actual", coveredDays: 31, parts: [{ days: 31, rate: 0 }] },
];
const charge = { type: "time-based", charge: "rent", period: JANUARY, roundTo: "0.01", cells: WHOLE_JANUARY };

it("a fixed charge: one rate, its price and its count", () => {
  const base = { price: "310", since: "2026-01-01" };
  expect(inputsOf(fixed("310"))).toStrictEqual([
    { ...charge, rates: [{ per: "month", base, steps: [], quantity: { count: "1" } }] },
  ]);
});

it("a charge by the day and area: the areas that it counts", () => {
  const base = { price: "2", since: "2026-01-01" };
  const quantity = { units: [{ unit: "A-1", areaSqm: "100" }] };
  expect(inputsOf(byArea("2", {}, "sqm-day"))).toStrictEqual([
    { ...charge, rates: [{ per: "sqm-day", base, steps: [], quantity }] },
  ]);
});

it("a formula: the names that it uses, and areas only if it names them", () => {
  const plain = { formula: "headcount * 2", variables: { headcount: "5" } };
  expect(inputsOf(formula("headcount * 2"), { headcount: "5" })).toStrictEqual([
    { ...charge, rates: [{ per: "month", base: plain, steps: [], quantity: null }] },
  ]);
  const withArea = { formula: "area * 2", variables: {}, units: [{ unit: "A-1", areaSqm: "100" }] };
  expect(inputsOf(formula("area * 2"), { headcount: "5" })).toStrictEqual([
    { ...charge, rates: [{ per: "month", base: withArea, steps: [], quantity: null }] },
  ]);
});

it("a discount: its percent or its amount, and what the ones before it left over", () => {
  const year = { from: day("2026-01-01"), to: day("2026-12-31") };
  const discounts = [
    { ...year, percent: "10" },
    { ...year, amountPerMonth: "31" },
  ];
  const [, first, second] = inputsOf(fixed("310", { discounts }));
  expect(first).toMatchObject({ ordinal: 0, left: "310.00" });
  // 10 % of 310.00 are 31.00.
  expect(second).toMatchObject({ ordinal: 1, left: "279.00" });
  const piecesOf = (inputs: unknown) => Reflect.get(Object(inputs), "pieces");
  expect(piecesOf(first)).toStrictEqual([{ ...year, percent: "10", cells: WHOLE_JANUARY }]);
  expect(piecesOf(second)).toStrictEqual([{ ...year, amountPerMonth: "31", cells: WHOLE_JANUARY }]);
});

it("a unit without area is named", () => {
  const { bills, parked } = run(facts([lease([byArea("2")], { units: ["A-3"] })]), "2026-01");
  expect(bills).toEqual([]);
  expect(parked).toMatchObject([
    { code: "UNIT_WITHOUT_AREA", message: "单元 A-3 没有登记面积，费用 rent 无法计算，请补录面积" },
  ]);
});

it("discounts come in the order of the list, also where the first of it begins after the second", () => {
  // Until March 15 only the second discount has days; from March 16 both, the first with another range.
  const second = { from: day("2026-01-01"), to: day("2026-12-31") };
  const terms = fixed("310", {
    discounts: [
      { from: day("2026-01-01"), to: day("2026-02-28"), percent: "10" },
      { ...second, percent: "50" },
    ],
  });
  const change = {
    code: "rent",
    discounts: [
      { from: day("2026-03-16"), to: day("2026-12-31"), percent: "90" },
      { ...second, percent: "60" },
    ],
  };
  const world = facts([lease([terms], { amendments: [amendment("2026-03-16", { charges: [change] })] })]);
  expect(linesOf(world, "2026-03")).toEqual([
    "rent charge/0 2026-03-01..2026-03-31 #0 310.00",
    // 90 % of 160.00.
    "rent discount/0 2026-03-01..2026-03-31 #0 -144.00",
    // 50 % of 150.00 and 60 % of 160.00 are 171.00, but only 310.00 − 144.00 are left.
    "rent discount/1 2026-03-01..2026-03-31 #0 -166.00",
  ]);
});
