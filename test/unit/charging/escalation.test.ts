import { describe, expect, it } from "vitest";
import type { ChargeTerms, LeaseTerms } from "../../../src/domain/world/lease.ts";
import { amendment, amountsOf, byArea, charge, day, facts, fixed, lease, unit } from "./facts.ts";

/* Money-rules 3.3: the price over the life of a charge, and months that a step or an area change splits. */

const yearly = (percent: string, firstAfterMonths = 12) => ({ everyMonths: 12, percent, firstAfterMonths });
const set = (from: string, price: string) => ({ from: day(from), price });

interface Case {
  readonly name: string;
  readonly charge: ChargeTerms;
  readonly lease?: Partial<LeaseTerms>;
  readonly month: string;
  readonly yuan: string;
}

const CASES: readonly Case[] = [
  {
    name: "the first step comes after everyMonths",
    charge: fixed("100", { escalations: [yearly("5")] }),
    month: "2027-01",
    yuan: "105.00",
  },
  { name: "not before", charge: fixed("100", { escalations: [yearly("5")] }), month: "2026-12", yuan: "100.00" },
  {
    name: "firstAfterMonths moves the first",
    charge: fixed("100", { escalations: [yearly("5", 6)] }),
    month: "2026-07",
    yuan: "105.00",
  },
  // 33.33 × 1.05 = 34.9965 (4 decimals); × 1.05 = 36.746325 → 36.7463; × 1000 ㎡-free quantity 1000 = 36746.30
  {
    name: "rounded to priceScale after each step",
    charge: fixed("33.33", { escalations: [yearly("5", 6), yearly("5")] }, "1000"),
    month: "2027-01",
    yuan: "36746.30",
  },
  // scale 2: 34.9965 → 35.00; × 1.05 = 36.75 → × 1000
  {
    name: "priceScale 2",
    charge: fixed("33.33", { priceScale: 2, escalations: [yearly("5", 6), yearly("5")] }, "1000"),
    month: "2027-01",
    yuan: "36750.00",
  },
  // the set price has 5 decimals and stays so: 33.33335 × 10000
  {
    name: "a set price is not rounded",
    charge: fixed("30", { escalations: [set("2026-06-01", "33.33335")] }, "10000"),
    month: "2026-06",
    yuan: "333333.50",
  },
  { name: "a first price is not rounded", charge: fixed("33.33335", {}, "10000"), month: "2026-06", yuan: "333333.50" },
  {
    name: "on one day the set price wins",
    charge: fixed("100", { escalations: [set("2027-01-01", "90"), yearly("5")] }),
    month: "2027-01",
    yuan: "90.00",
  },
  // 1 Jul 2026: 100 → 90; 1 Jan 2027: × 1.05 = 94.5
  {
    name: "later percent steps go on from a set price",
    charge: fixed("100", { escalations: [set("2026-07-01", "90"), yearly("5")] }),
    month: "2027-01",
    yuan: "94.50",
  },
  // two percent steps on one day, in list order: 33.33 × 1.05 = 34.9965, × 1.03 = 36.046395 → 36.0464
  {
    name: "percent steps of one day in list order",
    charge: fixed("33.33", { escalations: [yearly("5"), yearly("3")] }, "10000"),
    month: "2027-01",
    yuan: "360464.00",
  },
  {
    name: "a set price on the first day is the first price",
    charge: fixed("100", { escalations: [set("2026-01-01", "80")] }),
    month: "2026-01",
    yuan: "80.00",
  },
  {
    name: "the latest set price before the first day is the first price",
    charge: fixed("100", { escalations: [set("2025-06-01", "70"), set("2025-03-01", "60")] }),
    month: "2026-01",
    yuan: "70.00",
  },
  // the step of 1 Jan 2027 is dated on the charge's from: price stays 100; the next on 1 Jan 2028 would apply
  {
    name: "percent steps on or before the charge's from do not apply",
    charge: fixed("100", { from: day("2027-01-01"), escalations: [yearly("5")] }),
    month: "2027-01",
    yuan: "100.00",
  },
  {
    name: "steps after it count from the lease start",
    charge: fixed("100", { from: day("2026-10-01"), escalations: [yearly("5")] }),
    month: "2027-01",
    yuan: "105.00",
  },
  // lease start 31 Aug: + 6 months = 28 Feb 2027. Feb: 27 × 100/28 + 1 × 110/28 = 2810/28 = 100.357…
  {
    name: "the day is clipped to the month's end",
    charge: fixed("100", { escalations: [{ everyMonths: 6, percent: "10", firstAfterMonths: 6 }] }),
    lease: { start: day("2026-08-31") },
    month: "2027-02",
    yuan: "100.36",
  },
  // clipped from the start each time: second step 31 Aug 2027: Aug = 30/31 × 110 + 1/31 × 121 = 3421/31 = 110.354…
  {
    name: "and not from the clipped day before",
    charge: fixed("100", { escalations: [{ everyMonths: 6, percent: "10", firstAfterMonths: 6 }] }),
    lease: { start: day("2026-08-31") },
    month: "2027-08",
    yuan: "110.35",
  },
  // whole April covered, thirty: 10 days × 300/30 + 20 × 600/30 = 500
  {
    name: "split, thirty, all covered: days ÷ days in month",
    charge: fixed("300", { proration: "thirty", escalations: [set("2026-04-11", "600")] }),
    month: "2026-04",
    yuan: "500.00",
  },
  // March 31 days, all covered, thirty: 10/31 × 310 + 21/31 × 620 = 100 + 420
  {
    name: "split, thirty, 31 days all covered",
    charge: fixed("310", { proration: "thirty", escalations: [set("2026-03-11", "620")] }),
    month: "2026-03",
    yuan: "520.00",
  },
  {
    name: "split, year365, all covered",
    charge: fixed("310", { proration: "year365", escalations: [set("2026-03-11", "620")] }),
    month: "2026-03",
    yuan: "520.00",
  },
  // from 2 March: not every day: 9/30 × 300 + 21/30 × 600 = 90 + 420
  {
    name: "split, thirty, not all covered: by the table",
    charge: fixed("300", { proration: "thirty", escalations: [set("2026-03-11", "600")] }),
    lease: { start: day("2026-03-02") },
    month: "2026-03",
    yuan: "510.00",
  },
  // from 2 March: 9 × 12/365 × 365 + 21 × 12/365 × 730 = 108 + 504
  {
    name: "split, year365, not all covered: by the table",
    charge: fixed("365", { proration: "year365", escalations: [set("2026-03-11", "730")] }),
    lease: { start: day("2026-03-02") },
    month: "2026-03",
    yuan: "612.00",
  },
  {
    name: "whole: the price of the first covered day",
    charge: fixed("300", { proration: "whole", escalations: [set("2026-03-02", "600")] }),
    month: "2026-03",
    yuan: "300.00",
  },
  // first covered day is 5 March (rent-free before)
  {
    name: "whole: the first covered day, not the first of the month",
    charge: fixed("300", {
      proration: "whole",
      rentFree: [{ from: day("2026-03-01"), to: day("2026-03-04") }],
      escalations: [set("2026-03-02", "600")],
    }),
    month: "2026-03",
    yuan: "600.00",
  },
  // 10 days × 0.3 × 100 + 20 × 0.6 × 100
  {
    name: "sqm-day splits by days",
    charge: byArea("0.3", { escalations: [set("2026-04-11", "0.6")] }, "sqm-day"),
    month: "2026-04",
    yuan: "1500.00",
  },
  // A-1 from the beginning, A-2 joins on 11 April: 10/30 × 3000 + 20/30 × 4500 = 1000 + 3000
  {
    name: "an area change splits the month",
    charge: byArea("30"),
    lease: { amendments: [amendment("2026-04-11", { units: ["A-1", "A-2"] })] },
    month: "2026-04",
    yuan: "4000.00",
  },
  // rent area of A-1 is 130.5; A-2 has no rent entry: its areaSqm 50
  {
    name: "the named areas entry, else areaSqm",
    charge: charge({ type: "area", area: "rent", price: "10", per: "sqm-month" }),
    lease: { units: ["A-1", "A-2"] },
    month: "2026-04",
    yuan: "1805.00",
  },
];

describe("prices over time", () => {
  it.each(CASES)("$name", ({ charge: terms, lease: changes, month, yuan }) => {
    expect(amountsOf(facts([lease([terms], changes)]), month)).toEqual([yuan]);
  });

  it("follows the area of a unit that is measured anew", () => {
    const measured = {
      ...unit("A-1"),
      areas: [
        { kind: "", areaSqm: "100", to: day("2026-04-15") },
        { kind: "", areaSqm: "110", from: day("2026-04-16") },
      ],
    };
    // 15/30 × 1000 + 15/30 × 1100
    expect(amountsOf(facts([lease([byArea("10")])], { units: [measured] }), "2026-04")).toEqual(["1050.00"]);
  });
});
