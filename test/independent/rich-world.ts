import type { Database } from "../../src/db/client.ts";
import { imported, issue } from "../db/billing/park.ts";
import { type Document, leaseRow, parkDocument, poolCharge, type Row, readingRow } from "../db/billing/world.ts";

/*
 * A park in which every kind of rule, split and correction happens within four months: what the engine can do, on real
 * bills. Tests that compute bills again use it, so that nothing the engine can do goes unproven.
 */

const TOU = ["sharp", "peak", "flat", "valley"] as const;
const tou = (meter: string, date: string, values: readonly string[], changes: Row = {}): Row => ({
  meter,
  date,
  values: Object.fromEntries(TOU.map((register, index) => [register, values[index]])),
  ...changes,
});
const meterRow = (code: string, place: Row, changes: Row = {}): Row => ({
  code,
  utility: "electricity",
  registers: ["total"],
  digits: 4,
  ...place,
  ...changes,
});

export function richWorld(): Document {
  return parkDocument({
    tariffs: [
      { code: "WATER", kind: "flat", prices: [{ from: "2026-01-01", price: "3.45" }] },
      {
        code: "TOU",
        kind: "tou",
        prices: [
          { from: "2026-01-01", sharp: "1.2538", peak: "1.0187", flat: "0.6123", valley: "0.2456" },
          // Inside a month, with a reading on its eve: the month is split there.
          { from: "2026-08-16", sharp: "1.3", peak: "1.1", flat: "0.65", valley: "0.25" },
        ],
      },
      {
        code: "TIER",
        kind: "tiered",
        basis: "month",
        prices: [
          {
            from: "2026-01-01",
            tiers: [{ upTo: "200", price: "0.6" }, { upTo: "400", price: "0.65" }, { price: "0.9" }],
          },
        ],
      },
      {
        code: "YEAR",
        kind: "tiered",
        basis: "year",
        prices: [{ from: "2026-01-01", tiers: [{ upTo: "300", price: "2.1" }, { price: "3.33" }] }],
      },
    ],
    meters: [
      meterRow("E1", { unit: "A-1" }, { registers: [...TOU], multiplier: "40", digits: 5 }),
      meterRow("E2", { unit: "A-2" }),
      meterRow("E3", { unit: "A-3" }),
      meterRow("W1", { unit: "A-1" }, { utility: "water" }),
      meterRow("W3", { unit: "A-3" }, { utility: "water" }),
      meterRow("MAIN", { building: "A" }, { digits: 6 }),
      meterRow("LESS", { building: "A" }),
    ],
    readings: [
      tou("E1", "2026-06-30", ["10", "100", "200", "50"]),
      tou("E1", "2026-07-31", ["12.5", "131.25", "255.5", "70"]),
      tou("E1", "2026-08-15", ["14", "150", "280", "80"]),
      tou("E1", "2026-08-31", ["15.5", "166.6", "310", "91.9"]),
      // The meter is replaced; the new one counts from 0 with another factor.
      tou("E1", "2026-09-12", ["0", "0", "0", "0"], {
        kind: "replacement",
        final: { sharp: "17", peak: "180", flat: "330", valley: "99" },
        multiplier: "30",
        digits: 5,
      }),
      tou("E1", "2026-09-30", ["1", "12", "25", "8"]),
      readingRow("E2", "2026-07-10", "9800"),
      // 9,800 to 9,999 and on from 0: the counter has four digits.
      readingRow("E2", "2026-07-31", "150.5", { rollover: true }),
      readingRow("E2", "2026-08-31", "500", { kind: "estimated" }),
      // Less than the estimate: a credit of the month.
      readingRow("E2", "2026-09-30", "470"),
      readingRow("E3", "2026-06-30", "0"),
      readingRow("E3", "2026-07-31", "777.7"),
      readingRow("E3", "2026-08-31", "1500"),
      readingRow("E3", "2026-09-30", "2500"),
      readingRow("W1", "2026-06-30", "40"),
      readingRow("W1", "2026-07-31", "71.5"),
      readingRow("W1", "2026-08-31", "99"),
      readingRow("W1", "2026-09-30", "130"),
      readingRow("W3", "2026-06-30", "1000"),
      readingRow("W3", "2026-07-31", "1250"),
      readingRow("W3", "2026-08-31", "1333.3"),
      readingRow("W3", "2026-09-30", "1400"),
      ...["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"].flatMap((date, index) => [
        readingRow("MAIN", date, String(10_000 + 1_503.5 * index)),
        readingRow("LESS", date, String(100 + 203 * index)),
      ]),
    ],
    pools: [
      {
        code: "LIFT",
        name: "A栋电梯电费",
        utility: "electricity",
        members: { building: "A" },
        weight: "area",
        costs: { "2026-07": "1234.56", "2026-08": "1000.01", "2026-09": "999.99" },
      },
      {
        code: "PUMP",
        name: "水泵电费",
        utility: "electricity",
        meters: ["MAIN"],
        minusMeters: ["LESS"],
        tariff: "WATER",
        members: { units: ["A-1", "A-3", "A-4"] },
        weight: "custom",
        customWeights: { "A-1": "1.5", "A-3": "2", "A-4": "1" },
        vacant: "spread",
      },
    ],
    leases: [
      leaseRow("L1", "A-1", "T1", {
        start: "2026-07-01",
        deposit: "5000.00",
        charges: [
          {
            code: "rent",
            kind: "rent",
            rule: { type: "area", price: "58.00", per: "sqm-month" },
            rentFree: [{ from: "2026-08-01", to: "2026-08-14" }],
            escalations: [
              { everyMonths: 1, percent: "3.3" },
              { from: "2026-09-18", price: "60.90" },
            ],
            discounts: [
              { from: "2026-08-10", to: "2026-09-20", percent: "10" },
              { from: "2026-09-01", to: "2026-09-30", amountPerMonth: "200.00" },
            ],
            roundTo: "0.1",
          },
          { code: "elec", kind: "electricity", rule: { type: "metered", meter: "E1", tariff: "TOU" } },
          { code: "water", kind: "water", rule: { type: "metered", meter: "W1", tariff: "WATER" } },
          poolCharge("LIFT"),
          poolCharge("PUMP", { code: "pump" }),
        ],
      }),
      leaseRow("L2", "A-2", "T2", {
        start: "2026-07-11",
        end: "2026-09-20",
        charges: [
          { code: "rent", kind: "rent", rule: { type: "area", price: "1.95", per: "sqm-day" } },
          { code: "park", kind: "parking", rule: { type: "fixed", price: "300", quantity: "2" }, proration: "thirty" },
          {
            code: "mgmt",
            kind: "management",
            rule: { type: "area", price: "5.55", per: "sqm-month" },
            proration: "year365",
          },
          {
            code: "club",
            kind: "other",
            rule: { type: "fixed", price: "88.88" },
            proration: "whole",
            periodAnchor: "lease",
          },
          { code: "elec", kind: "electricity", rule: { type: "metered", meter: "E2", tariff: "TIER" } },
          {
            code: "ac",
            kind: "service",
            rule: { type: "formula", expression: "max(usage * 0.35, 50) + area / 3", meter: "E2" },
          },
          poolCharge("LIFT"),
        ],
      }),
      leaseRow("L3", "A-3", "T3", {
        start: "2026-07-01",
        headcount: "25",
        inputs: { desks: "30" },
        cycleMonths: 3,
        charges: [
          {
            code: "desk",
            kind: "service",
            rule: {
              type: "formula",
              expression: "desks > 20 ? round(desks * 15.55, 1) + min(headcount, 20) * 2 - abs(-3) : 1",
            },
            cycleMonths: 1,
          },
          { code: "rent", kind: "rent", rule: { type: "area", price: "33.33", per: "sqm-month" }, mode: "arrears" },
          { code: "water", kind: "water", rule: { type: "metered", meter: "W3", tariff: "YEAR" } },
          { code: "elec", kind: "electricity", rule: { type: "metered", meter: "E3", tariff: "TIER" } },
          poolCharge("PUMP", { code: "pump" }),
        ],
      }),
      leaseRow("L4", "A-4", "T4", { start: "2026-07-01", charges: [poolCharge("PUMP", { code: "pump" })] }),
    ],
  });
}

/** What is found out at the end of September: a wrong reading, a new price, another cost of the pool, an earlier end. */
export function correctedRichWorld(): Document {
  const world = richWorld();
  return {
    ...world,
    readings: [
      ...world.readings,
      readingRow("W1", "2026-08-31", "96", { corrects: "抄错" }),
      tou("E1", "2026-07-31", ["12.5", "130", "255.5", "70"], { corrects: "抄错" }),
    ],
    pools: world.pools.map((pool) =>
      pool.code === "LIFT" ? { ...pool, costs: { ...(pool.costs as Row), "2026-07": "1300.00" } } : pool,
    ),
    leases: world.leases.map((lease) =>
      lease.code === "L1"
        ? {
            ...lease,
            amendments: [
              { effective: "2026-09-01", reason: "补充协议", charges: [{ code: "rent", price: "55.00" }] },
              { effective: "2026-10-01", reason: "补充协议二", units: ["A-1", "A-5"], charges: [] },
            ],
          }
        : lease,
    ),
  };
}

/** Imports the rich world and issues August, September and, after everything that was found out, October. */
export async function issueRichWorld(db: Database): Promise<void> {
  await imported(db, richWorld(), "2026-08-01");
  await issue(db, "2026-08", { acknowledge: "all" });
  await issue(db, "2026-09", { acknowledge: "all" });
  await imported(db, correctedRichWorld(), "2026-10-01");
  await issue(db, "2026-10", { acknowledge: "all" });
}
