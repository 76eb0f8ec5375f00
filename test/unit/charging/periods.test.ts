import { describe, expect, it } from "vitest";
import { amendment, day, facts, fixed, issue, lease, linesOf, run } from "./facts.ts";

/* Money-rules 2 "Periods", "Mode" and "A run for month P". */

/** Which periods the runs of a stretch of months bill, as "run month: from..to". */
function billed(world: Parameters<typeof linesOf>[0], months: readonly string[]): string[] {
  return months.flatMap((month) => linesOf(world, month).map((text) => `${month}: ${text.split(" ")[2]}`));
}
const ALL_2026 = Array.from({ length: 13 }, (_, index) =>
  index === 12 ? "2027-01" : `2026-${String(index + 1).padStart(2, "0")}`,
);

describe("calendar periods", () => {
  it("count from the month of the lease start; the first begins on it, the last ends with the lease", () => {
    const terms = lease([fixed("1", { cycleMonths: 3 })], { start: day("2026-02-10"), end: day("2026-09-20") });
    expect(billed(facts([terms]), ALL_2026)).toEqual([
      "2026-02: 2026-02-10..2026-04-30",
      "2026-05: 2026-05-01..2026-07-31",
      "2026-08: 2026-08-01..2026-09-20",
    ]);
  });

  it("in arrears are billed in the month after they end", () => {
    const terms = lease([fixed("1", { cycleMonths: 3, mode: "arrears" })], {
      start: day("2026-02-10"),
      end: day("2026-09-20"),
    });
    expect(billed(facts([terms]), ALL_2026)).toEqual([
      "2026-05: 2026-02-10..2026-04-30",
      "2026-08: 2026-05-01..2026-07-31",
      "2026-10: 2026-08-01..2026-09-20",
    ]);
  });

  it("are cut to the days on which the charge runs, while the grid stays", () => {
    const own = fixed("1", { cycleMonths: 3, from: day("2026-03-15"), to: day("2026-08-14") });
    const terms = lease([own], { start: day("2026-02-10"), end: day("2026-12-31") });
    expect(billed(facts([terms]), ALL_2026)).toEqual([
      "2026-03: 2026-03-15..2026-04-30",
      "2026-05: 2026-05-01..2026-07-31",
      "2026-08: 2026-08-01..2026-08-14",
    ]);
  });

  it("follow the lease's cycle unless the charge has its own", () => {
    const terms = lease([fixed("1", { code: "a" }), fixed("1", { code: "b", cycleMonths: 1 })], { cycleMonths: 6 });
    expect(linesOf(facts([terms]), "2026-02")).toEqual(["b charge/0 2026-02-01..2026-02-28 #0 1.00"]);
    expect(linesOf(facts([terms]), "2026-07")).toEqual([
      "a charge/0 2026-07-01..2026-12-31 #0 6.00",
      "b charge/0 2026-07-01..2026-07-31 #0 1.00",
    ]);
  });
});

describe("periods anchored on the lease", () => {
  it("run from the lease start's day to the day before it, clipped to the month's end", () => {
    const terms = lease([fixed("1", { periodAnchor: "lease" })], { start: day("2026-01-31"), end: day("2026-04-30") });
    // start + 1 month = 28 Feb, + 2 = 31 Mar, + 3 = 30 Apr: the last period is its single first day, cut by the end
    expect(billed(facts([terms]), ALL_2026)).toEqual([
      "2026-01: 2026-01-31..2026-02-27",
      "2026-02: 2026-02-28..2026-03-30",
      "2026-03: 2026-03-31..2026-04-29",
      "2026-04: 2026-04-30..2026-04-30",
    ]);
  });

  it("in arrears are billed in the month after they end", () => {
    const terms = lease([fixed("1", { periodAnchor: "lease", cycleMonths: 3, mode: "arrears" })], {
      start: day("2026-01-15"),
      end: day("2026-08-31"),
    });
    expect(billed(facts([terms]), ALL_2026)).toEqual([
      "2026-05: 2026-01-15..2026-04-14",
      "2026-08: 2026-04-15..2026-07-14",
      "2026-09: 2026-07-15..2026-08-31",
    ]);
  });

  it("can begin twice in a run's month when a charge begins late", () => {
    // The charge begins on 10 March inside the period 15 Feb..14 Mar: two periods begin in March.
    const terms = lease([fixed("1", { periodAnchor: "lease", from: day("2026-03-10") })], { start: day("2026-01-15") });
    expect(billed(facts([terms]), ["2026-02", "2026-03"])).toEqual([
      "2026-03: 2026-03-10..2026-03-14",
      "2026-03: 2026-03-15..2026-04-14",
    ]);
  });
});

describe("an opening position", () => {
  const through = (to: string) => ({ billedThrough: [{ lease: "L1", charge: "rent", to: day(to) }] });

  it("bills nothing for periods up to its date", () => {
    const world = facts([lease([fixed("300")])], through("2026-03-31"));
    expect(billed(world, ["2026-02", "2026-03", "2026-04"])).toEqual(["2026-04: 2026-04-01..2026-04-30"]);
  });

  it("cuts a period that holds its date to the days behind it", () => {
    // quarter Jan..Mar billed through February: March is ours, 1 month of 3
    const world = facts([lease([fixed("300", { cycleMonths: 3 })])], through("2026-02-28"));
    expect(linesOf(world, "2026-03")).toEqual(["rent charge/0 2026-03-01..2026-03-31 #0 300.00"]);
    expect(billed(world, ["2026-01", "2026-02", "2026-03", "2026-04"])).toHaveLength(2);
  });

  it("does so for rent months too", () => {
    // rent month 15 Mar..14 Apr (31 days) billed through 31 March: 14 days are ours: 14/31 × 310 = 140
    const terms = lease([fixed("310", { periodAnchor: "lease" })], { start: day("2026-01-15") });
    const world = facts([terms], through("2026-03-31"));
    expect(linesOf(world, "2026-04")).toEqual([
      "rent charge/0 2026-04-01..2026-04-14 #0 140.00",
      "rent charge/0 2026-04-15..2026-05-14 #0 310.00",
    ]);
  });

  it("leaves price and grid as they are", () => {
    const rent = fixed("100", { escalations: [{ everyMonths: 2, percent: "10", firstAfterMonths: 2 }] });
    // steps on 1 Mar and 1 May 2026: 100 → 110 → 121
    expect(linesOf(facts([lease([rent])], through("2026-04-30")), "2026-05")[0]).toContain("121.00");
  });
});

describe("amendments", () => {
  it("move the lease's end and with it the last period", () => {
    const terms = lease([fixed("300")], { amendments: [amendment("2026-04-01", { end: day("2026-04-10") })] });
    expect(linesOf(facts([terms]), "2026-04")).toEqual(["rent charge/0 2026-04-01..2026-04-10 #0 100.00"]);
    expect(linesOf(facts([terms]), "2026-05")).toEqual([]);
  });

  it("extend it; a charge with its own end stays with it", () => {
    const charges = [fixed("1", { code: "a" }), fixed("2", { code: "b", to: day("2027-12-31") })];
    const terms = lease(charges, { amendments: [amendment("2027-06-01", { end: day("2028-12-31") })] });
    expect(linesOf(facts([terms]), "2028-01")).toEqual(["a charge/0 2028-01-01..2028-01-31 #0 1.00"]);
  });

  it("set a price on their day, which splits the month", () => {
    const change = amendment("2026-04-11", { charges: [{ code: "rent", price: "600" }] });
    // 10/30 × 300 + 20/30 × 600
    expect(linesOf(facts([lease([fixed("300")], { amendments: [change] })]), "2026-04")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #0 500.00",
    ]);
  });

  it("keep the escalation going from the price they set, also on the day of a step", () => {
    const rent = fixed("100", { escalations: [{ everyMonths: 3, percent: "10", firstAfterMonths: 3 }] });
    const change = amendment("2026-04-01", { charges: [{ code: "rent", price: "200" }] });
    const world = facts([lease([rent], { amendments: [change] })]);
    expect(linesOf(world, "2026-04")[0]).toContain("200.00"); // the set price wins over the step of 1 April
    expect(linesOf(world, "2026-07")[0]).toContain("220.00");
  });

  it("replace any other key from then on: a rule with its quantity", () => {
    const rule = { type: "fixed", price: "300", quantity: "2", per: "month" } as const;
    const change = amendment("2026-04-16", { charges: [{ code: "rent", rule }] });
    // 15/30 × 300 + 15/30 × 600
    expect(linesOf(facts([lease([fixed("300")], { amendments: [change] })]), "2026-04")[0]).toContain("450.00");
  });

  it("replace a rule that repeats the price without touching the steps since", () => {
    const rent = fixed("300", { escalations: [{ everyMonths: 3, percent: "10", firstAfterMonths: 3 }] });
    const rule = { type: "fixed", price: "300", quantity: "2", per: "month" } as const;
    const change = amendment("2026-05-01", { charges: [{ code: "rent", rule }] });
    const world = facts([lease([rent], { amendments: [change] })]);
    expect(linesOf(world, "2026-04")[0]).toContain("330.00"); // step of 1 April
    expect(linesOf(world, "2026-05")[0]).toContain("660.00"); // two at the price reached
    expect(linesOf(world, "2026-07")[0]).toContain("726.00"); // 300 × 1.1 × 1.1 × 2
  });

  it("replace a rule by one of another price, which holds from that day", () => {
    const rent = fixed("300", { escalations: [{ everyMonths: 3, percent: "10", firstAfterMonths: 3 }] });
    const amended = (price: string, type: "fixed" | "area") => {
      const rule =
        type === "fixed"
          ? ({ type, price, quantity: "1", per: "month" } as const)
          : ({ type, price, per: "sqm-month" } as const);
      return facts([lease([rent], { amendments: [amendment("2026-05-01", { charges: [{ code: "rent", rule }] })] })]);
    };
    expect(linesOf(amended("5", "area"), "2026-05")[0]).toContain("500.00");
    expect(linesOf(amended("5", "area"), "2026-07")[0]).toContain("550.00");
    expect(linesOf(amended("310", "fixed"), "2026-05")[0]).toContain("310.00");
    expect(linesOf(amended("310", "fixed"), "2026-07")[0]).toContain("341.00");
  });

  it("keep a price that an earlier amendment set", () => {
    const rule = { type: "fixed", price: "300", quantity: "2", per: "month" } as const;
    const changes = [
      amendment("2026-03-01", { charges: [{ code: "rent", price: "400" }] }),
      amendment("2026-05-01", { charges: [{ code: "rent", rule }] }),
    ];
    expect(linesOf(facts([lease([fixed("300")], { amendments: changes })]), "2026-05")[0]).toContain("800.00");
  });

  it("give a new charge from their day on", () => {
    const change = amendment("2026-04-16", {
      charges: [{ code: "park", kind: "parking", rule: { type: "fixed", price: "300", quantity: "1", per: "month" } }],
    });
    const world = facts([lease([fixed("100")], { amendments: [change] })]);
    expect(linesOf(world, "2026-04")).toEqual([
      "rent charge/0 2026-04-01..2026-04-30 #0 100.00",
      "park charge/0 2026-04-16..2026-04-30 #0 150.00",
    ]);
  });

  it("end a charge", () => {
    const change = amendment("2026-04-01", { charges: [{ code: "rent", to: day("2026-04-15") }] });
    const world = facts([lease([fixed("300")], { amendments: [change] })]);
    expect(linesOf(world, "2026-04")).toEqual(["rent charge/0 2026-04-01..2026-04-15 #0 150.00"]);
    expect(linesOf(world, "2026-05")).toEqual([]);
  });

  it("change rent-free days and discounts from their day on only", () => {
    const change = amendment("2026-04-16", {
      charges: [{ code: "rent", rentFree: [{ from: day("2026-04-01"), to: day("2026-04-20") }] }],
    });
    // 1..15 April keep the old terms, 16..20 are free: 25/30 × 300
    expect(linesOf(facts([lease([fixed("300")], { amendments: [change] })]), "2026-04")[0]).toContain("250.00");
  });

  it("cut a period where the cycle changes", () => {
    const change = amendment("2026-04-16", { charges: [{ code: "rent", cycleMonths: 3 }] });
    const world = facts([lease([fixed("300")], { amendments: [change] })]);
    expect(billed(world, ["2026-04", "2026-05", "2026-06", "2026-07"])).toEqual([
      "2026-04: 2026-04-01..2026-04-15",
      "2026-04: 2026-04-16..2026-06-30",
      "2026-07: 2026-07-01..2026-09-30",
    ]);
  });
});

describe("running again", () => {
  it("creates only what is missing", () => {
    const both = facts([lease([fixed("1", { code: "a" }), fixed("2", { code: "b" })])]);
    const only = facts([lease([fixed("1", { code: "a" })])]);
    const again = { ...both, issuedLines: issue(run(only, "2026-04")) };
    expect(linesOf(again, "2026-04")).toEqual(["b charge/0 2026-04-01..2026-04-30 #0 2.00"]);
  });

  it("retries what an earlier run had parked, for whatever month", () => {
    const world = facts([lease([fixed("1")])], {
      parkedRetries: [{ lease: "L1", charge: "rent", period: { from: day("2026-02-01"), to: day("2026-02-28") } }],
    });
    expect(linesOf(world, "2026-04")).toEqual([
      "rent charge/0 2026-02-01..2026-02-28 #0 1.00",
      "rent charge/0 2026-04-01..2026-04-30 #0 1.00",
    ]);
    const again = { ...world, issuedLines: issue(run(world, "2026-04")) };
    expect(linesOf(again, "2026-05")).toHaveLength(1);
  });
});
