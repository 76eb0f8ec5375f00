import { describe, expect, it } from "vitest";
import type { BillingFacts } from "../../../src/domain/charging/run-plan/facts.ts";
import type { LeaseTerms } from "../../../src/domain/world/lease.ts";
import type { Meter, Pool, Reading, Tariff } from "../../../src/domain/world/property.ts";
import {
  amendment,
  byArea,
  charge,
  day,
  E1,
  facts,
  fixed,
  formula,
  issue,
  lease,
  linesOf,
  PROJECT,
  run,
  shown,
} from "./facts.ts";

/* Money-rules 2: dates, bills, deposit, parked, anomalies, certificate; and the order of interfaces.md 3. */

describe("dates", () => {
  const dates = (changes: Partial<LeaseTerms>, month: string, publishedOn?: string, dueDay?: number) => {
    const terms = lease([fixed("1", dueDay === undefined ? {} : { dueDay })], changes);
    const bill = run(facts([terms]), month, publishedOn === undefined ? {} : { publishedOn: day(publishedOn) })
      .bills[0];
    return `${bill?.issueDate} ${bill?.dueDate}`;
  };

  it.each([
    ["issue on the first, due 10 days later", {}, "2026-04", undefined, undefined, "2026-04-01 2026-04-11"],
    ["the lease's issue day", { issueDay: 25 }, "2026-04", undefined, undefined, "2026-04-25 2026-05-05"],
    [
      "an issue day beyond the month's end is its last day",
      { issueDay: 31 },
      "2026-02",
      undefined,
      undefined,
      "2026-02-28 2026-03-10",
    ],
    ["published later: that day", {}, "2026-04", "2026-04-09", undefined, "2026-04-09 2026-04-19"],
    ["published earlier: the issue day", { issueDay: 5 }, "2026-04", "2026-03-28", undefined, "2026-04-05 2026-04-15"],
    ["the charge's due day of the month", {}, "2026-04", undefined, 20, "2026-04-01 2026-04-20"],
    ["a due day beyond the month's end is its last day", {}, "2026-02", undefined, 31, "2026-02-01 2026-02-28"],
    ["never before issue date + 3, by due day", {}, "2026-04", "2026-04-19", 20, "2026-04-19 2026-04-22"],
    [
      "never before issue date + 3, by due days",
      { dueDays: 0 },
      "2026-04",
      undefined,
      undefined,
      "2026-04-01 2026-04-04",
    ],
  ] as const)("%s", (_name, changes, month, publishedOn, dueDay, expected) => {
    expect(dates(changes, month, publishedOn, dueDay)).toBe(expected);
  });
});

describe("bills", () => {
  it("are one for each lease, entity and due date, in that order", () => {
    const terms = (code: string) =>
      lease(
        [fixed("1", { code: "a" }), fixed("2", { code: "b", dueDay: 5 }), fixed("3", { code: "c", entity: "E2" })],
        { code },
      );
    const plan = run(facts([terms("L2"), terms("L10")], { entities: [E1, { ...E1, code: "E2" }] }), "2026-04");
    expect(plan.bills.map((bill) => `${bill.lease} ${bill.dueDate} ${bill.entity} ${bill.totalFen}`)).toEqual([
      "L10 2026-04-05 E1 200",
      "L10 2026-04-11 E1 100",
      "L10 2026-04-11 E2 300",
      "L2 2026-04-05 E1 200",
      "L2 2026-04-11 E1 100",
      "L2 2026-04-11 E2 300",
    ]);
  });

  it("list charge by charge: each line with its discounts, then its corrections, the deposit last", () => {
    const discounts = [{ from: day("2026-01-01"), to: day("2026-12-31"), percent: "10" }];
    const before = facts([lease([fixed("100", { code: "z" }), fixed("10", { code: "a", discounts })])]);
    const dearer = amendment("2026-01-01", {
      charges: [
        { code: "z", price: "110" },
        { code: "a", price: "20" },
      ],
    });
    const terms = {
      ...lease([fixed("100", { code: "z" }), fixed("10", { code: "a", discounts })]),
      depositFen: 500n,
      amendments: [dearer],
    };
    const world = { ...before, leases: [terms], issuedLines: issue(run(before, "2026-03")) };
    expect(linesOf(world, "2026-04")).toEqual([
      "z charge/0 2026-03-01..2026-03-31 #1 10.00",
      "z charge/0 2026-04-01..2026-04-30 #0 110.00",
      "a charge/0 2026-03-01..2026-03-31 #1 10.00",
      "a discount/0 2026-03-01..2026-03-31 #1 -1.00",
      "a charge/0 2026-04-01..2026-04-30 #0 20.00",
      "a discount/0 2026-04-01..2026-04-30 #0 -2.00",
      "deposit deposit/0 2026-01-01..2026-01-01 #0 5.00",
    ]);
  });

  it("leave out projects that are off and mark those in shadow", () => {
    const off = facts([lease([fixed("1")])], { projects: [{ ...PROJECT, mode: "off" }] });
    expect(run(off, "2026-04").bills).toEqual([]);
    const shadow = facts([lease([fixed("1")])], { projects: [{ ...PROJECT, mode: "shadow" }] });
    expect(run(shadow, "2026-04").bills).toMatchObject([{ shadow: true }]);
  });

  it("can be planned for one project", () => {
    const world = facts([lease([fixed("1")]), lease([fixed("1")], { code: "L2", project: "SZ" })]);
    expect(run(world, "2026-04", { project: "SZ" }).bills.map((bill) => bill.lease)).toEqual(["L2"]);
  });
});

describe("the deposit", () => {
  const world = (changes: Partial<BillingFacts> = {}, charges = [fixed("1", { dueDay: 25 })]) =>
    facts([lease(charges, { depositFen: 100_00n })], changes);

  it("makes a bill of its own by the default due date if need be, outside tax and ledger", () => {
    const plan = run(world(), "2026-01");
    expect(plan.bills.map((bill) => `${bill.dueDate} ${shown([bill]).join()}`)).toEqual([
      "2026-01-11 deposit deposit/0 2026-01-01..2026-01-01 #0 100.00",
      "2026-01-25 rent charge/0 2026-01-01..2026-01-31 #0 1.00",
    ]);
    expect(plan.bills[0]?.lines[0]).toMatchObject({ kind: "deposit", taxRate: "0", netFen: 10000n, taxFen: 0n });
    expect(plan.certificate).toEqual({ lines: 2, totalFen: 10100n, ledgerDeltaFen: 100n, poolsBalanced: true });
  });

  it("is billed once", () => {
    const later = world({ issuedLines: issue(run(world(), "2026-01")) });
    expect(linesOf(later, "2026-02")).toEqual(["rent charge/0 2026-02-01..2026-02-28 #0 1.00"]);
  });

  it("is less what the opening position holds; held in full there is no line", () => {
    const held = (amountFen: bigint) => linesOf(world({ depositsHeld: [{ lease: "L1", amountFen }] }), "2026-01")[0];
    expect(held(40_00n)).toContain("60.00");
    expect(held(100_00n)).toContain("rent charge");
  });

  it("does not wait for a line that is parked", () => {
    const parked = facts([lease([byArea("1")], { depositFen: 100_00n, units: ["A-3"] })]);
    expect(linesOf(parked, "2026-01")).toEqual(["deposit deposit/0 2026-01-01..2026-01-01 #0 100.00"]);
  });

  it("waits for a run that bills the lease", () => {
    expect(linesOf(world({}, [fixed("1", { mode: "arrears" })]), "2026-01")).toEqual([]);
    expect(linesOf(world({}, [fixed("1", { mode: "arrears" })]), "2026-02")).toHaveLength(2);
  });
});

describe("tax", () => {
  it.each([
    ["rent", "0.09"],
    ["management", "0.06"],
    ["service", "0.06"],
    ["parking", "0.09"],
    ["waste", "0.06"],
    ["other", "0.06"],
  ] as const)("of %s is %s", (kind, taxRate) => {
    expect(run(facts([lease([fixed("1", { kind })])]), "2026-04").bills[0]?.lines[0]).toMatchObject({ taxRate });
  });

  it("follows the charge, else the row in force on the issue date, else the entity", () => {
    const entities = [{ ...E1, taxRates: { rent: "0.05" } }];
    const taxRates = [{ entity: "E1", kind: "rent", from: day("2026-04-05"), rate: "0.03" } as const];
    const rate = (changes: Partial<BillingFacts>, terms = fixed("109"), issueDay = 1) =>
      run(facts([lease([terms], { issueDay })], changes), "2026-04").bills[0]?.lines[0]?.taxRate;
    expect(rate({ entities })).toBe("0.05");
    expect(rate({ entities, taxRates })).toBe("0.05");
    expect(rate({ entities, taxRates }, fixed("109"), 5)).toBe("0.03");
    expect(rate({ entities, taxRates }, fixed("109", { taxRate: "0" }), 5)).toBe("0");
  });

  it("is net = round(amount ÷ (1 + rate)), tax the rest; a discount has the rate of its charge", () => {
    const discounts = [{ from: day("2026-01-01"), to: day("2026-12-31"), percent: "10" }];
    const lines = run(facts([lease([fixed("7453.00", { discounts })])]), "2026-04").bills[0]?.lines;
    // 745300 ÷ 1.09 = 683761.47 → 683761; −74530 ÷ 1.09 = −68376.15 → −68376
    expect(lines).toMatchObject([
      { netFen: 683761n, taxFen: 61539n, kind: "rent" },
      { netFen: -68376n, taxFen: -6154n, kind: "discount", taxRate: "0.09" },
    ]);
  });
});

const meter: Meter = {
  code: "M1",
  utility: "electricity",
  unit: "A-1",
  registers: ["total"],
  multiplier: "1",
  digits: 6,
};
const tariff: Tariff = {
  code: "EL",
  kind: "flat",
  basis: "month",
  prices: [{ from: day("2026-01-01"), kind: "flat", price: "0.80" }],
};
const reading = (date: string, total: string, changes: Partial<Reading> = {}): Reading => ({
  meter: "M1",
  date: day(date),
  at: "end",
  standsOn: day(date),
  kind: "periodic",
  values: { total },
  rollover: false,
  revision: 0,
  ...changes,
});
const elec = charge({ type: "metered", meter: "M1", tariff: "EL" }, { code: "elec", kind: "electricity" });

describe("metered and pool charges in a run", () => {
  const readings = [reading("2025-12-31", "100"), reading("2026-01-31", "150"), reading("2026-02-28", "160")];
  const world = facts([lease([elec])], { meters: [meter], tariffs: [tariff], readings });

  it("bill the month before", () => {
    // 50 × 0.80
    expect(linesOf(world, "2026-02")).toEqual(["elec charge/0 2026-01-01..2026-01-31 #0 40.00"]);
  });

  it("are parked while the reading is missing, which parks the next month too", () => {
    const parked = (month: string) => run(world, month).parked.map((row) => `${row.period.from} ${row.code}`);
    expect(parked("2026-04")).toEqual(["2026-03-01 READING_MISSING"]);
    expect(parked("2026-05")).toEqual(["2026-04-01 READING_MISSING"]);
  });

  it("are corrected when a reading is", () => {
    const issuedLines = issue(run(world, "2026-02"));
    const corrected = [...readings, reading("2026-01-31", "155", { revision: 1, corrects: "抄错" })];
    expect(linesOf({ ...world, readings: corrected, issuedLines }, "2026-03")).toEqual([
      "elec charge/0 2026-01-01..2026-01-31 #1 4.00",
      "elec charge/0 2026-02-01..2026-02-28 #0 4.00",
    ]);
  });

  it("go on unbroken where an amendment changes tariff and tax", () => {
    const yearly: Tariff = {
      code: "EL2",
      kind: "tiered",
      basis: "year",
      prices: [{ from: day("2026-01-01"), kind: "tiered", tiers: [{ upTo: "55", price: "1" }, { price: "2" }] }],
    };
    const rule = { type: "metered", meter: "M1", tariff: "EL2" } as const;
    const change = amendment("2026-02-01", { charges: [{ code: "elec", rule, taxRate: "0.01" }] });
    const amended = { ...world, leases: [lease([elec], { amendments: [change] })], tariffs: [tariff, yearly] };
    // January used 50 of the year's first 55: of February's 10, 5 cost 1 and 5 cost 2
    const plan = run(amended, "2026-03");
    expect(shown(plan.bills)).toEqual(["elec charge/0 2026-02-01..2026-02-28 #0 15.00"]);
    expect(plan.bills[0]?.lines[0]?.taxRate).toBe("0.01");
  });

  it("share a pool's cost between leases and operator", () => {
    const pool: Pool = {
      code: "P1",
      name: "电梯",
      utility: "electricity",
      meters: [],
      minusMeters: [],
      costs: { "2026-03": 300_00n } as Pool["costs"],
      members: { type: "units", units: ["A-1", "A-2"] },
      weight: "area",
      customWeights: {},
      vacant: "operator",
    };
    const lift = charge({ type: "pool", pool: "P1" }, { code: "lift", kind: "shared-electricity" });
    const pooled = facts([lease([lift])], { pools: [pool] });
    const plan = run(pooled, "2026-04");
    // 100 ㎡ of 150 ㎡
    expect(shown(plan.bills)).toEqual(["lift charge/0 2026-03-01..2026-03-31 #0 200.00"]);
    expect(plan.operatorShares).toEqual([{ pool: "P1", period: "2026-03", amountFen: 100_00n }]);
    expect(plan.certificate.poolsBalanced).toBe(true);
    const dearer = { ...pool, costs: { "2026-03": 330_00n, "2026-04": 0n } as Pool["costs"] };
    expect(linesOf({ ...pooled, pools: [dearer], issuedLines: issue(plan) }, "2026-05")).toEqual([
      "lift charge/0 2026-03-01..2026-03-31 #1 20.00",
      "lift charge/0 2026-04-01..2026-04-30 #0 0.00",
    ]);
    expect(run({ ...pooled, pools: [{ ...pool, costs: {} }] }, "2026-04").parked).toMatchObject([
      { code: "POOL_INCOMPLETE" },
    ]);
  });
});

describe("parked", () => {
  it("leaves the lease's other lines alone, and lists by lease, charge, period", () => {
    const terms = (code: string) =>
      lease([byArea("1", { code: "z" }), formula("1 / 0", { code: "b" }), fixed("3", { code: "a" })], {
        code,
        units: ["A-3"],
      });
    const plan = run(facts([terms("L2"), terms("L1")]), "2026-04");
    expect(plan.bills.map((bill) => bill.totalFen)).toEqual([300n, 300n]);
    expect(plan.parked.map((row) => `${row.lease} ${row.charge} ${row.code}`)).toEqual([
      "L1 b FORMULA_ERROR",
      "L1 z UNIT_WITHOUT_AREA",
      "L2 b FORMULA_ERROR",
      "L2 z UNIT_WITHOUT_AREA",
    ]);
  });
});

describe("anomalies", () => {
  const kinds = (world: BillingFacts, month: string) => run(world, month).anomalies.map((anomaly) => anomaly.kind);

  it("flag the first bill of a lease and hold it until it is acknowledged", () => {
    const world = facts([lease([fixed("1")], { goLive: false })]);
    const plan = run(world, "2026-04");
    expect(plan.anomalies).toMatchObject([{ kind: "FIRST_BILL", lease: "L1" }]);
    expect(plan.bills).toMatchObject([{ held: true }]);
    const id = plan.anomalies[0]?.id ?? "";
    expect(id).toMatch(/^A-[0-9A-Z]{8}$/);
    expect(run(world, "2026-04", { publishedOn: day("2026-04-09") }).anomalies[0]?.id).toBe(id);
    expect(run(world, "2026-04", { acknowledged: new Set([id]) }).bills).toMatchObject([{ held: false }]);
    expect(run(world, "2026-04", { acknowledged: "all" }).bills).toMatchObject([{ held: false }]);
    expect(kinds({ ...world, issuedLines: issue(plan) }, "2026-05")).toEqual([]);
  });

  it("flag a monthly price that changed by more than 20 %, in the month in which it does", () => {
    const rises = (to: string) =>
      facts([lease([fixed("100", { escalations: [{ from: day("2026-04-01"), price: to }] })])]);
    expect(kinds(rises("120"), "2026-04")).toEqual([]);
    expect(kinds(rises("120.01"), "2026-04")).toEqual(["PRICE_CHANGED"]);
    expect(kinds(rises("79.99"), "2026-04")).toEqual(["PRICE_CHANGED"]);
    expect(kinds(rises("200"), "2026-05")).toEqual([]);
  });

  it("flag a zero line where the one before was not", () => {
    const free = { rentFree: [{ from: day("2026-04-01"), to: day("2026-05-31") }] };
    const world = facts([lease([fixed("100", free)])]);
    const next = { ...world, issuedLines: issue(run(world, "2026-03")) };
    expect(kinds(next, "2026-04")).toEqual(["ZERO_LINE"]);
    const issuedLines = [...next.issuedLines, ...issue(run(next, "2026-04"))];
    expect(kinds({ ...next, issuedLines }, "2026-05")).toEqual([]);
  });

  it("flag unusual usage and an old opening reading, and hold only the bill they are on", () => {
    const readings = [
      reading("2025-12-31", "0"),
      reading("2026-01-31", "10"),
      reading("2026-02-27", "20"),
      reading("2026-03-31", "51"), // 31 > 3 × median(10, 10)
    ];
    const terms = lease([elec, fixed("1", { dueDay: 20 })]);
    const world = facts([terms], { meters: [meter], tariffs: [tariff], readings });
    const plan = run(world, "2026-04");
    expect(plan.anomalies.map((anomaly) => anomaly.kind)).toEqual(["USAGE_UNUSUAL", "OPENING_READING_OLD"]);
    expect(plan.bills.map((bill) => `${bill.lines[0]?.charge} ${bill.held}`)).toEqual(["elec true", "rent false"]);
    const usual = {
      ...world,
      readings: readings.map((row) => (row.standsOn === "2026-03-31" ? { ...row, values: { total: "50" } } : row)),
    };
    expect(kinds(usual, "2026-04")).toEqual(["OPENING_READING_OLD"]);
  });
});
