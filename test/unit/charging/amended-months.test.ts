import { describe, expect, it } from "vitest";
import type { ChargeAmendment, ChargeTerms, Discount } from "../../../src/domain/world/lease.ts";
import { amendment, day, facts, fixed, lease, linesOf } from "./facts.ts";

/*
 * A month that an amendment cuts in two lines is still one month (money-rules 3.1 and 3.3): its lines together are what
 * one line would have been. March 2026 has 31 days: 1..15 are 15 of them, 16..31 are 16.
 */

const linesIn = (month: string, terms: ChargeTerms, on: string, change: Omit<ChargeAmendment, "code">): string[] =>
  linesOf(
    facts([lease([terms], { amendments: [amendment(on, { charges: [{ code: "rent", ...change }] })] })]),
    month,
  ).map((line) => line.replaceAll("2026-", "").replace(" #0", ""));

const YEAR = { from: day("2026-01-01"), to: day("2026-12-31") };

describe("a tax rate amended inside a month", () => {
  const newRate = { taxRate: "0.06" };

  it.each([
    // every day of March is covered: 15/31 and 16/31 of 310, whatever the table says of part months
    ["actual", ["150.00", "160.00"]],
    ["thirty", ["150.00", "160.00"]],
    ["year365", ["150.00", "160.00"]],
    // one covered day is a month, and it is one month: the line that holds its first covered day has it
    ["whole", ["310.00", "0.00"]],
  ] as const)("splits a month under %s", (proration, [first, second]) => {
    expect(linesIn("2026-03", fixed("310", { proration }), "2026-03-16", newRate)).toEqual([
      `rent charge/0 03-01..03-15 ${first}`,
      `rent charge/0 03-16..03-31 ${second}`,
    ]);
  });

  it("counts each part by the table where not every day is covered", () => {
    // 3..15 are 13 days, 16..31 are 16: 13/30 and 16/30 of 300
    const terms = fixed("300", { proration: "thirty", from: day("2026-03-03") });
    expect(linesIn("2026-03", terms, "2026-03-16", newRate)).toEqual([
      "rent charge/0 03-03..03-15 130.00",
      "rent charge/0 03-16..03-31 160.00",
    ]);
  });

  it("splits the month inside a quarter", () => {
    // January and February whole, March 15/31 + 16/31, of 310
    const terms = fixed("310", { proration: "thirty", cycleMonths: 3 });
    expect(linesIn("2026-01", terms, "2026-03-16", newRate)).toEqual(["rent charge/0 01-01..03-15 770.00"]);
    expect(linesIn("2026-03", terms, "2026-03-16", newRate)).toEqual(["rent charge/0 03-16..03-31 160.00"]);
  });

  it("leaves a whole month in the line before it, and goes on with the next month", () => {
    // January, February and all of March with the first line; April to June with the next period
    const terms = fixed("310", { proration: "whole", cycleMonths: 3 });
    expect(linesIn("2026-01", terms, "2026-02-16", newRate)).toEqual(["rent charge/0 01-01..02-15 620.00"]);
    expect(linesIn("2026-02", terms, "2026-02-16", newRate)).toEqual(["rent charge/0 02-16..03-31 310.00"]);
  });

  it("gives the discounts of the month once", () => {
    const percent = { ...YEAR, percent: "10" };
    const amount = { ...YEAR, amountPerMonth: "31" };
    // 10 % of 150 and of 160; 31 × 15/31 and 31 × 16/31
    for (const discount of [percent, amount]) {
      const terms = fixed("310", { proration: "thirty", discounts: [discount] });
      expect(linesIn("2026-03", terms, "2026-03-16", newRate)).toEqual([
        "rent charge/0 03-01..03-15 150.00",
        "rent discount/0 03-01..03-15 -15.00",
        "rent charge/0 03-16..03-31 160.00",
        "rent discount/0 03-16..03-31 -16.00",
      ]);
    }
    const whole = fixed("310", { proration: "whole", discounts: [percent] });
    expect(linesIn("2026-03", whole, "2026-03-16", newRate)).toEqual([
      "rent charge/0 03-01..03-15 310.00",
      "rent discount/0 03-01..03-15 -31.00",
      "rent charge/0 03-16..03-31 0.00",
    ]);
  });

  it("keeps a month whole that an opening position took the beginning of", () => {
    const terms = lease([fixed("310", { proration: "whole" })], {
      amendments: [amendment("2026-03-16", { charges: [{ code: "rent", ...newRate }] })],
    });
    const world = facts([terms], { billedThrough: [{ lease: "L1", charge: "rent", to: day("2026-03-05") }] });
    expect(linesOf(world, "2026-03")).toEqual([
      "rent charge/0 2026-03-06..2026-03-15 #0 310.00",
      "rent charge/0 2026-03-16..2026-03-31 #0 0.00",
    ]);
  });
});

describe("a list of discounts amended inside a month", () => {
  const ten = { ...YEAR, percent: "10" };

  it.each(["actual", "thirty", "year365", "whole"] as const)(
    "leaves a discount that it repeats alone: %s",
    (proration) => {
      // 10 % of the 310 of the month, once; the new one is 0
      const lines = linesIn("2026-03", fixed("310", { proration, discounts: [ten] }), "2026-03-16", {
        discounts: [ten, { ...YEAR, percent: "0" }],
      });
      expect(lines.slice(0, 2)).toEqual(["rent charge/0 03-01..03-31 310.00", "rent discount/0 03-01..03-31 -31.00"]);
    },
  );

  it("holds from the next month under whole, as prices do", () => {
    const terms = fixed("310", { proration: "whole", discounts: [ten] });
    const change = { discounts: [{ ...YEAR, percent: "50" }] };
    expect(linesIn("2026-03", terms, "2026-03-16", change)[1]).toBe("rent discount/0 03-01..03-31 -31.00");
    expect(linesIn("2026-04", terms, "2026-03-16", change)[1]).toBe("rent discount/0 04-01..04-30 -155.00");
  });

  // 310 a month are 10 a day. Each of the two lists counts on its own days, whatever it is in which they differ.
  it.each<readonly [string, Discount, Discount, string]>([
    // 15 days at 10 % and 16 at 20 %: 15.00 + 32.00
    ["the percentage", { ...YEAR, percent: "10" }, { ...YEAR, percent: "20" }, "-47.00"],
    // 300 × 15/31 + 150 × 16/31 = 145.161… + 77.419… = 222.58
    ["the amount", { ...YEAR, amountPerMonth: "300" }, { ...YEAR, amountPerMonth: "150" }, "-222.58"],
    // 1..15 by the old list, 20..31 by the new: 27 days at 10 %
    ["the first day", { ...YEAR, percent: "10" }, { ...YEAR, from: day("2026-03-20"), percent: "10" }, "-27.00"],
    // 1..10 by the old list, 16..31 by the new: 26 days at 10 %
    ["the last day", { ...YEAR, to: day("2026-03-10"), percent: "10" }, { ...YEAR, percent: "10" }, "-26.00"],
  ])("counts each list on its own days where they differ in %s", (_what, before, after, amount) => {
    const lines = linesIn("2026-03", fixed("310", { discounts: [before] }), "2026-03-16", { discounts: [after] });
    expect(lines.filter((line) => line.includes("discount"))).toEqual([`rent discount/0 03-01..03-31 ${amount}`]);
  });

  it("keeps the order of the list, also where only a later one holds in the first days", () => {
    const first = { ...YEAR, from: day("2026-03-20"), amountPerMonth: "31" };
    const second = { ...YEAR, percent: "10" };
    const lines = linesIn("2026-03", fixed("310", { discounts: [first, second] }), "2026-03-16", {
      discounts: [first, second],
    });
    // 31 × 12/31, and 10 % of 310
    expect(lines.slice(1)).toEqual(["rent discount/0 03-01..03-31 -12.00", "rent discount/1 03-01..03-31 -31.00"]);
  });
});
