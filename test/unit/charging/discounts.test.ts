import { describe, expect, it } from "vitest";
import type { ChargeTerms, Discount, LeaseTerms } from "../../../src/domain/world/lease.ts";
import { amendment, amountsOf, byArea, day, facts, fixed, lease, linesOf } from "./facts.ts";

/* Money-rules 3.4. */

const percent = (from: string, to: string, value: string): Discount => ({
  from: day(from),
  to: day(to),
  percent: value,
});
const monthly = (from: string, to: string, value: string): Discount => ({
  from: day(from),
  to: day(to),
  amountPerMonth: value,
});

interface Case {
  readonly name: string;
  readonly charge: ChargeTerms;
  readonly lease?: Partial<LeaseTerms>;
  readonly month: string;
  readonly yuan: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "percent of the charge",
    charge: fixed("1000", { discounts: [percent("2026-04-01", "2026-04-30", "10")] }),
    month: "2026-04",
    yuan: ["1000.00", "-100.00"],
  },
  // 15 of 30 days: 1000 × 15/30 × 10 %
  {
    name: "percent of the covered days in its range",
    charge: fixed("1000", { discounts: [percent("2026-04-16", "2026-06-30", "10")] }),
    month: "2026-04",
    yuan: ["1000.00", "-50.00"],
  },
  // rent-free 1..20 April: charge 10/30 × 900 = 300; range holds 5 covered days: 5/30 × 900 × 10 % = 15
  {
    name: "only covered days count",
    charge: fixed("900", {
      rentFree: [{ from: day("2026-04-01"), to: day("2026-04-20") }],
      discounts: [percent("2026-04-10", "2026-04-25", "10")],
    }),
    month: "2026-04",
    yuan: ["300.00", "-15.00"],
  },
  {
    name: "no covered day in range, no line",
    charge: fixed("900", {
      rentFree: [{ from: day("2026-04-01"), to: day("2026-04-20") }],
      discounts: [percent("2026-04-10", "2026-04-20", "10")],
    }),
    month: "2026-04",
    yuan: ["300.00"],
  },
  {
    name: "amountPerMonth of a whole month",
    charge: fixed("1000", { discounts: [monthly("2026-04-01", "2026-04-30", "200")] }),
    month: "2026-04",
    yuan: ["1000.00", "-200.00"],
  },
  // 300 × 10/30
  {
    name: "amountPerMonth × fraction",
    charge: fixed("1000", { discounts: [monthly("2026-04-21", "2026-05-31", "300")] }),
    month: "2026-04",
    yuan: ["1000.00", "-100.00"],
  },
  // all of March covered and in range, price split on 11 March: still one month of 200
  {
    name: "amountPerMonth does not split months",
    charge: fixed("310", {
      proration: "thirty",
      escalations: [{ from: day("2026-03-11"), price: "620" }],
      discounts: [monthly("2026-03-01", "2026-03-31", "200")],
    }),
    month: "2026-03",
    yuan: ["520.00", "-200.00"],
  },
  // thirty: 20 of 31 days: 20/30 × 300
  {
    name: "amountPerMonth by the table",
    charge: fixed("1000", { proration: "thirty", discounts: [monthly("2026-03-01", "2026-03-20", "300")] }),
    month: "2026-03",
    yuan: ["1000.00", "-200.00"],
  },
  // year365: 73 × … 10 days × 12/365 × 365
  {
    name: "amountPerMonth, year365",
    charge: fixed("1000", { proration: "year365", discounts: [monthly("2026-03-01", "2026-03-10", "365")] }),
    month: "2026-03",
    yuan: ["1000.00", "-120.00"],
  },
  {
    name: "whole: any day in range is the month",
    charge: fixed("1000", {
      proration: "whole",
      discounts: [percent("2026-03-31", "2026-03-31", "10"), monthly("2026-03-31", "2026-04-05", "50")],
    }),
    month: "2026-03",
    yuan: ["1000.00", "-100.00", "-50.00"],
  },
  // the range holds only days of the new price, but the first covered day's price holds for the month's discounts
  {
    name: "whole: price of the first covered day",
    charge: fixed("1000", {
      proration: "whole",
      escalations: [{ from: day("2026-03-16"), price: "2000" }],
      discounts: [percent("2026-03-20", "2026-03-31", "10")],
    }),
    month: "2026-03",
    yuan: ["1000.00", "-100.00"],
  },
  // each of the undiscounted charge: 10 % of 1000, 20 % of 1000
  {
    name: "each of the undiscounted charge",
    charge: fixed("1000", {
      discounts: [percent("2026-01-01", "2026-12-31", "10"), percent("2026-01-01", "2026-12-31", "20")],
    }),
    month: "2026-04",
    yuan: ["1000.00", "-100.00", "-200.00"],
  },
  {
    name: "together never more than the charge: the last is cut",
    charge: fixed("1000", {
      discounts: [
        percent("2026-01-01", "2026-12-31", "70"),
        monthly("2026-01-01", "2026-12-31", "500"),
        percent("2026-01-01", "2026-12-31", "10"),
      ],
    }),
    month: "2026-04",
    yuan: ["1000.00", "-700.00", "-300.00", "0.00"],
  },
  // 2 × 50 % of 100.01 = 50.005 → 50.01 each; the second is cut to 50.00
  {
    name: "rounding never makes them more than the charge",
    charge: fixed("100.01", {
      discounts: [percent("2026-01-01", "2026-12-31", "50"), percent("2026-01-01", "2026-12-31", "50")],
    }),
    month: "2026-04",
    yuan: ["100.01", "-50.01", "-50.00"],
  },
  // unrounded charge 100.005 → line 100.01; 10 % of 100.005 = 10.0005 → 10.00; 50 % = 50.0025 → 50.00
  {
    name: "of the unrounded charge",
    charge: fixed("100.005", {
      discounts: [percent("2026-01-01", "2026-12-31", "10"), percent("2026-01-01", "2026-12-31", "50")],
    }),
    month: "2026-04",
    yuan: ["100.01", "-10.00", "-50.00"],
  },
  // −0.5 fen rounds away from zero: 1 % of 0.5 yuan = 0.005 → 0.01
  {
    name: "half a fen rounds away from zero",
    charge: fixed("0.50", { discounts: [percent("2026-01-01", "2026-12-31", "1")] }),
    month: "2026-04",
    yuan: ["0.50", "-0.01"],
  },
  // sqm-day: 0.5 × 100 ㎡ × 10 days × 20 % = 100
  {
    name: "percent of a charge by day",
    charge: byArea("0.5", { discounts: [percent("2026-02-01", "2026-02-10", "20")] }, "sqm-day"),
    month: "2026-02",
    yuan: ["1400.00", "-100.00"],
  },
  // roundTo yuan rounds its lines: 10 % of 105 = 10.5 → 11
  {
    name: "roundTo rounds discount lines too",
    charge: fixed("105", { roundTo: "1", discounts: [percent("2026-01-01", "2026-12-31", "10")] }),
    month: "2026-04",
    yuan: ["105.00", "-11.00"],
  },
  // thirty, 31 days, two halves: 15/30 + 16/30 of 310 → 155 + 165.33; the second is cut to 155
  {
    name: "thirty: parts of a full month are counted by the table and cut",
    charge: fixed("310", {
      proration: "thirty",
      discounts: [percent("2026-03-01", "2026-03-15", "100"), percent("2026-03-16", "2026-03-31", "100")],
    }),
    month: "2026-03",
    yuan: ["310.00", "-155.00", "-155.00"],
  },
];

describe("discounts", () => {
  it.each(CASES)("$name", ({ charge, lease: changes, month, yuan }) => {
    expect(amountsOf(facts([lease([charge], changes)]), month)).toEqual(yuan);
  });

  it("keeps the index in the list as ordinal", () => {
    const charge = fixed("1000", {
      discounts: [percent("2026-05-01", "2026-05-31", "10"), percent("2026-04-01", "2026-04-30", "20")],
    });
    expect(linesOf(facts([lease([charge])]), "2026-04")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #0 1000.00",
      "rent discount/1 2026-04-01..2026-04-30 #0 -200.00",
    ]);
  });

  it("uses each list on its own days where an amendment replaces it inside a period", () => {
    const terms = lease([fixed("300", { discounts: [percent("2026-01-01", "2026-12-31", "10")] })], {
      amendments: [
        amendment("2026-04-11", {
          charges: [{ code: "rent", discounts: [percent("2026-01-01", "2026-12-31", "50")] }],
        }),
      ],
    });
    // 10 days × 10 a day × 10 % + 20 days × 10 a day × 50 % = 10 + 100
    expect(amountsOf(facts([terms]), "2026-04")).toEqual(["300.00", "-110.00"]);
  });
});
