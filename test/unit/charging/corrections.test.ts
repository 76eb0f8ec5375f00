import { describe, expect, it } from "vitest";
import type { BillingFacts } from "../../../src/domain/charging/run-plan/facts.ts";
import type { Amendment, LeaseTerms } from "../../../src/domain/world/lease.ts";
import { amendment, byArea, day, facts, fixed, issue, lease, linesOf, run, unit } from "./facts.ts";

/* Money-rules 2 "Corrections": what is right today − Σ issued, for the line whose period begins on the same day. */

const amended = (terms: LeaseTerms, ...amendments: Amendment[]): LeaseTerms => ({ ...terms, amendments });

/** Runs the months on the first world, issues everything, and goes on with the second. */
function issuedThen(world: BillingFacts, months: readonly string[], changed: BillingFacts): BillingFacts {
  let issuedLines = world.issuedLines;
  for (const month of months) issuedLines = [...issuedLines, ...issue(run({ ...world, issuedLines }, month))];
  return { ...changed, issuedLines };
}

describe("corrections", () => {
  const terms = lease([fixed("300")]);

  it("carry the difference with the next run", () => {
    const dearer = amended(terms, amendment("2026-04-16", { charges: [{ code: "rent", price: "400" }] }));
    const world = issuedThen(facts([terms]), ["2026-04"], facts([dearer]));
    // right today: 15/30 × 300 + 15/30 × 400 = 350
    expect(linesOf(world, "2026-05")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #1 50.00",
      "rent charge/0 2026-05-01..2026-05-31 #0 400.00",
    ]);
  });

  it("happen once, and again when it changes again", () => {
    const dearer = amended(terms, amendment("2026-04-01", { charges: [{ code: "rent", price: "400" }] }));
    const cheaper = amended(terms, amendment("2026-04-01", { charges: [{ code: "rent", price: "250" }] }));
    const first = issuedThen(facts([terms]), ["2026-04"], facts([dearer]));
    const second = issuedThen(first, ["2026-05"], facts([dearer]));
    expect(linesOf(second, "2026-06")).toEqual(["rent charge/0 2026-06-01..2026-06-30 #0 400.00"]);
    const third = { ...second, leases: [cheaper] };
    // 250 − (300 + 100) and 250 − 400
    expect(linesOf(third, "2026-06")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #2 -150.00",
      "rent charge/0 2026-05-01..2026-05-31 #1 -150.00",
      "rent charge/0 2026-06-01..2026-06-30 #0 250.00",
    ]);
  });

  it("keep the period as issued where the lease now ends inside it", () => {
    const ended = amended(terms, amendment("2026-04-01", { end: day("2026-04-10") }));
    const world = issuedThen(facts([terms]), ["2026-04"], facts([ended]));
    expect(linesOf(world, "2026-05")).toEqual(["rent charge/0 2026-04-01..2026-04-30 #1 -200.00"]);
  });

  it("take everything back where nothing remains", () => {
    const ended = amended(terms, amendment("2026-03-01", { end: day("2026-03-31") }));
    const world = issuedThen(facts([terms]), ["2026-04"], facts([ended]));
    expect(linesOf(world, "2026-05")).toEqual(["rent charge/0 2026-04-01..2026-04-30 #1 -300.00"]);
  });

  it("fall due on the day of their charge, also where nothing remains", () => {
    const rent = lease([fixed("300", { dueDay: 20 })]);
    const ended = amended(rent, amendment("2026-03-01", { end: day("2026-03-31") }));
    const plan = run(issuedThen(facts([rent]), ["2026-04"], facts([ended])), "2026-05");
    expect(plan.bills.map((bill) => `${bill.dueDate} ${bill.totalFen}`)).toEqual(["2026-05-20 -30000"]);
  });

  it("correct a discount in its own role", () => {
    const discounted = (percent: string) =>
      lease([fixed("300", { discounts: [{ from: day("2026-01-01"), to: day("2026-12-31"), percent }] })]);
    const world = issuedThen(facts([discounted("10")]), ["2026-04"], facts([discounted("20")]));
    expect(linesOf(world, "2026-05")).toEqual([
      "rent discount/0 2026-04-01..2026-04-30 #1 -30.00",
      "rent charge/0 2026-05-01..2026-05-31 #0 300.00",
      "rent discount/0 2026-05-01..2026-05-31 #0 -60.00",
    ]);
    const none = issuedThen(facts([discounted("10")]), ["2026-04"], facts([terms]));
    expect(linesOf(none, "2026-05")[0]).toBe("rent discount/0 2026-04-01..2026-04-30 #1 30.00");
    const late = issuedThen(facts([terms]), ["2026-04"], facts([discounted("10")]));
    expect(linesOf(late, "2026-05")[0]).toBe("rent discount/0 2026-04-01..2026-04-30 #0 -30.00");
  });

  it("follow an area that was measured anew", () => {
    const rent = facts([lease([byArea("10")])]);
    const world = issuedThen(rent, ["2026-04"], { ...rent, units: [unit("A-1", "101")] });
    expect(linesOf(world, "2026-05")[0]).toBe("rent charge/0 2026-04-01..2026-04-30 #1 10.00");
  });

  it("keep the tax rate of the original, whatever holds today", () => {
    const dearer = amended(terms, amendment("2026-04-01", { charges: [{ code: "rent", price: "409" }] }));
    const later = { entity: "E1", kind: "rent", from: day("2026-05-01"), rate: "0.05" } as const;
    const world = issuedThen(facts([terms]), ["2026-04"], facts([dearer], { taxRates: [later] }));
    const [correction, next] = run(world, "2026-05").bills[0]?.lines ?? [];
    // 109 ÷ 1.09 = 100
    expect(correction).toMatchObject({
      correction: 1,
      amountFen: 10900n,
      taxRate: "0.09",
      netFen: 10000n,
      taxFen: 900n,
    });
    expect(next).toMatchObject({ correction: 0, taxRate: "0.05" });
  });

  it("say nothing when today's figure is the same", () => {
    const renamed = { ...terms, charges: [fixed("150", {}, "2")] };
    expect(linesOf(issuedThen(facts([terms]), ["2026-04"], facts([renamed])), "2026-05")).toEqual([
      "rent charge/0 2026-05-01..2026-05-31 #0 300.00",
    ]);
  });

  it("bill anew what an amendment cut off the issued line", () => {
    // tax rate from 16 April, agreed after April was issued: 15/30 stay with the old line, 15/30 are a line of their own
    const change = amendment("2026-04-16", { charges: [{ code: "rent", taxRate: "0.06" }] });
    const world = issuedThen(facts([terms]), ["2026-04"], facts([amended(terms, change)]));
    expect(linesOf(world, "2026-05")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #1 -150.00",
      "rent charge/0 2026-04-16..2026-04-30 #0 150.00",
      "rent charge/0 2026-05-01..2026-05-31 #0 300.00",
    ]);
    const again = { ...world, issuedLines: [...world.issuedLines, ...issue(run(world, "2026-05"))] };
    expect(linesOf(again, "2026-06")).toEqual(["rent charge/0 2026-06-01..2026-06-30 #0 300.00"]);
  });

  it("bill anew every period that was cut off and is past", () => {
    // a year of 300 a month, by the month from 16 April on, agreed in June: January to 15 April stay, 3.5 months
    const year = lease([fixed("300", { cycleMonths: 12 })]);
    const change = amendment("2026-04-16", { charges: [{ code: "rent", cycleMonths: 1 }] });
    const world = issuedThen(facts([year]), ["2026-01"], facts([amended(year, change)]));
    expect(linesOf(world, "2026-06")).toEqual([
      "rent charge/0 2026-01-01..2026-12-31 #1 -2550.00",
      "rent charge/0 2026-04-16..2026-04-30 #0 150.00",
      "rent charge/0 2026-05-01..2026-05-31 #0 300.00",
      "rent charge/0 2026-06-01..2026-06-30 #0 300.00",
    ]);
  });

  it("leave what was cut off to its own run where that is still to come", () => {
    // in arrears by the quarter from 16 April on: 16 April..30 June is billed in July
    const monthly = lease([fixed("300", { mode: "arrears" })]);
    const change = amendment("2026-04-16", { charges: [{ code: "rent", cycleMonths: 3 }] });
    const world = issuedThen(facts([monthly]), ["2026-05"], facts([amended(monthly, change)]));
    expect(linesOf(world, "2026-06")).toEqual(["rent charge/0 2026-04-01..2026-04-30 #1 -150.00"]);
    expect(linesOf(world, "2026-07")[1]).toBe("rent charge/0 2026-04-16..2026-06-30 #0 750.00");
  });

  it("wait while the figure of today cannot be computed", () => {
    const rent = facts([lease([byArea("10")])]);
    const world = issuedThen(rent, ["2026-04"], { ...rent, units: [unit("A-1")] });
    const plan = run(world, "2026-05");
    expect(plan.bills).toEqual([]);
    expect(plan.parked.map((row) => `${row.period.from} ${row.code}`)).toEqual([
      "2026-04-01 UNIT_WITHOUT_AREA",
      "2026-05-01 UNIT_WITHOUT_AREA",
    ]);
  });
});
