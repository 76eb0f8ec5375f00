import { describe, expect, it } from "vitest";
import type { ChargeTerms, LeaseTerms } from "../../../src/domain/world/lease.ts";
import { amountsOf, byArea, day, facts, fixed, lease } from "./facts.ts";

/* Money-rules 3.1: price × quantity × Σ fraction(month). */

interface Case {
  readonly name: string;
  readonly charge: ChargeTerms;
  readonly lease?: Partial<LeaseTerms>;
  readonly month: string;
  readonly yuan: string;
}

const from = (start: string): Partial<LeaseTerms> => ({ start: day(start) });

const CASES: readonly Case[] = [
  { name: "a whole month is the price", charge: fixed("300"), month: "2026-02", yuan: "300.00" },
  // 16..31 March = 16 of 31 days: 310 × 16/31 = 160
  {
    name: "actual: covered ÷ days of that month",
    charge: fixed("310"),
    lease: from("2026-03-16"),
    month: "2026-03",
    yuan: "160.00",
  },
  // 3.015 × 10 ÷ 30 = 1.005 → 1.01 (10 days of April; the value before rounding is exact)
  {
    name: "exact until rounded once",
    charge: fixed("3.015"),
    lease: from("2026-04-21"),
    month: "2026-04",
    yuan: "1.01",
  },
  // 16 covered of 31: 16/30 × 300 = 160
  {
    name: "thirty: covered ÷ 30",
    charge: fixed("300", { proration: "thirty" }),
    lease: from("2026-03-16"),
    month: "2026-03",
    yuan: "160.00",
  },
  // 30 covered of 31 → 30/30 = 1
  {
    name: "thirty: 30 of 31 days are a month",
    charge: fixed("300", { proration: "thirty" }),
    lease: from("2026-03-02"),
    month: "2026-03",
    yuan: "300.00",
  },
  // All 28 days of February: 1, not 28/30
  {
    name: "thirty: a whole February is a month",
    charge: fixed("300", { proration: "thirty" }),
    month: "2026-02",
    yuan: "300.00",
  },
  // 27 of 28 days: 27/30 × 300 = 270
  {
    name: "thirty: a February less a day is not",
    charge: fixed("300", { proration: "thirty" }),
    lease: from("2026-02-02"),
    month: "2026-02",
    yuan: "270.00",
  },
  // 365 × 10 × 12 ÷ 365 = 120
  {
    name: "year365: covered × 12 ÷ 365",
    charge: fixed("365", { proration: "year365" }),
    lease: from("2026-03-22"),
    month: "2026-03",
    yuan: "120.00",
  },
  { name: "year365: every day is 1", charge: fixed("365", { proration: "year365" }), month: "2026-03", yuan: "365.00" },
  {
    name: "whole: any day is 1",
    charge: fixed("300", { proration: "whole" }),
    lease: from("2026-03-31"),
    month: "2026-03",
    yuan: "300.00",
  },
  // 0.5 × 100 ㎡ × 28 days = 1400
  {
    name: "sqm-day: price × area × covered days",
    charge: byArea("0.5", {}, "sqm-day"),
    month: "2026-02",
    yuan: "1400.00",
  },
  { name: "area: price × area", charge: byArea("58.00"), month: "2026-02", yuan: "5800.00" },
  { name: "quantity of a fixed charge", charge: fixed("300", {}, "2.5"), month: "2026-02", yuan: "750.00" },
  // 300 × 20/30: rent-free are 1..10 April
  {
    name: "rent-free days are not covered",
    charge: fixed("300", { rentFree: [{ from: day("2026-03-20"), to: day("2026-04-10") }] }),
    month: "2026-04",
    yuan: "200.00",
  },
  {
    name: "a month all rent-free has a line of 0",
    charge: fixed("300", { rentFree: [{ from: day("2026-04-01"), to: day("2026-04-30") }] }),
    month: "2026-04",
    yuan: "0.00",
  },
  // whole: one covered day is enough
  {
    name: "whole with rent-free",
    charge: fixed("300", { proration: "whole", rentFree: [{ from: day("2026-04-01"), to: day("2026-04-29") }] }),
    month: "2026-04",
    yuan: "300.00",
  },
  // 100.04 → jiao 100.0; 100.05 → 100.1; yuan: 100.50 → 101
  { name: "roundTo jiao, down", charge: fixed("100.04", { roundTo: "0.1" }), month: "2026-04", yuan: "100.00" },
  { name: "roundTo jiao, half up", charge: fixed("100.05", { roundTo: "0.1" }), month: "2026-04", yuan: "100.10" },
  { name: "roundTo yuan", charge: fixed("100.50", { roundTo: "1" }), month: "2026-04", yuan: "101.00" },
  // Q1 from 16 Jan: 16/31 + 1 + 1 = 78/31 months × 310 = 780
  {
    name: "quarter: Σ over its months",
    charge: fixed("310", { cycleMonths: 3 }),
    lease: from("2026-01-16"),
    month: "2026-01",
    yuan: "780.00",
  },
  // rent month 15 Jan..14 Feb, every day covered: 1
  {
    name: "anchor lease: a rent month is a month",
    charge: fixed("300", { periodAnchor: "lease" }),
    lease: from("2026-01-15"),
    month: "2026-01",
    yuan: "300.00",
  },
  // last rent month 15 Mar..14 Apr (31 days) cut at 31 Mar: 17/31 × 310 = 170
  {
    name: "anchor lease: cut at the end, of the rent month's days",
    charge: fixed("310", { periodAnchor: "lease" }),
    lease: { start: day("2026-01-15"), end: day("2026-03-31") },
    month: "2026-03",
    yuan: "170.00",
  },
];

describe("time-based amounts", () => {
  it.each(CASES)("$name", ({ charge, lease: changes, month, yuan }) => {
    expect(amountsOf(facts([lease([charge], changes)]), month)).toEqual([yuan]);
  });
});
