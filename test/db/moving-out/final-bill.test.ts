import { beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../../src/db/client.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { issueFinalBill, planFinalBill } from "../../../src/usecases/moving-out/final-bill.ts";
import { giveNotice } from "../../../src/usecases/moving-out/give-notice.ts";
import { findMoveOut } from "../../../src/usecases/moving-out/stored-move-out.ts";
import { createTestDatabase } from "../../support/database.ts";
import { accepted, expectBooksInOrder } from "../../support/ledger-world.ts";
import { imported, issue, publish } from "../billing/park.ts";
import { fixedRent, leaseRow, poolCharge, type Row, readingRow, waterCharge, waterMeter } from "../billing/world.ts";
import { contextOn, park, personId } from "./moving-out-world.ts";

/*
 * Everybody moves out on 20 July 2026. The park was billed for January and February; then nobody ran a month for anybody. Rent
 * is ¥1,000.00 a month, water ¥3.00 a ton, the lift costs ¥600.00 a month for in equal parts.
 */

const END = "2026-07-20";
const TODAY = "2026-07-21";
const rent = (changes: Row = {}) => fixedRent("1000.00", changes);
const lease = (code: string, unit: string, changes: Row = {}): Row =>
  leaseRow(code, unit, "T1", { end: END, charges: [rent()], ...changes });
const MONTH_ENDS = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"];
const LIFT = ["01", "02", "03", "04", "05", "06", "07"].map((month) => [`2026-${month}`, "600.00"]);

const units = (building: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ code: `${building}-${index + 1}`, areaSqm: "100" }));
const project = (code: string, building: string, count: number): Row => ({
  code,
  name: `${code}园区`,
  entity: "E1",
  mode: "live",
  buildings: [{ code: building, name: `${building}栋`, units: units(building, count) }],
});

const LEASES = [
  lease("MONTHLY", "A-1", { charges: [rent(), waterCharge("W1")] }),
  lease("QUARTER", "A-2", { start: "2026-01-15", charges: [rent({ cycleMonths: 3 })] }),
  lease("HALF", "A-3", { cycleMonths: 6 }),
  lease("YEAR", "A-4", { cycleMonths: 12, end: "2026-12-31" }),
  lease("ANNIVERSARY", "A-5", { start: "2026-01-10", charges: [rent({ periodAnchor: "lease" })] }),
  lease("ARREARS", "A-6", { charges: [rent({ mode: "arrears", cycleMonths: 3 })] }),
  lease("OLD", "A-7", { start: "2025-11-01" }),
  lease("POOL", "A-8", { charges: [poolCharge("P1")] }),
  lease("POOL-2", "A-9", { charges: [poolCharge("P1")] }),
  lease("TAKEN-OVER", "A-10", { start: "2024-01-01" }),
  // Nothing of its project was ever billed.
  lease("NEVER", "B-1", { start: "2026-05-10" }),
];

const world = (changes: Row = {}): Row =>
  park({
    projects: [project("DG", "A", 10), project("SZ", "B", 1)],
    staff: ["S01", "S02", "S05"].map((code) => ({
      code,
      name: code,
      roles: [code === "S05" ? "steward" : "finance-manager"],
      projects: ["DG", "SZ"],
    })),
    meters: [waterMeter("W1", "A-1")],
    readings: [
      readingRow("W1", "2025-12-31", "100"),
      // Ten tons a month, five in July.
      ...MONTH_ENDS.map((day, index) => readingRow("W1", `2026-${day}`, String(110 + index * 10))),
      readingRow("W1", END, "165"),
    ],
    pools: [
      {
        code: "P1",
        name: "电梯",
        utility: "electricity",
        costs: Object.fromEntries(LIFT),
        members: { units: ["A-8", "A-9"] },
        weight: "equal",
      },
    ],
    leases: LEASES,
    opening: { asOf: "2025-12-31", billedThrough: [{ lease: "TAKEN-OVER", charge: "rent", to: "2026-04-30" }] },
    ...changes,
  });

/** "rent 2026-03-01 1000.00": a correction with its number. */
const linesOf = async (db: Database, code: string): Promise<string[]> => {
  const leaseId = (await db.lease.findFirstOrThrow({ where: { code } })).id;
  const at = { leaseId, lastDay: parseCivilDate(END) };
  const plan = await inTransaction(db, (tx) => planFinalBill(tx, at, parseCivilDate(TODAY)));
  expect(plan.parked).toEqual([]);
  return plan.bills.flatMap((bill) =>
    bill.lines.map(({ charge, period, correction, amountFen }) =>
      [charge, period.from, ...(correction > 0 ? [`#${correction}`] : []), (Number(amountFen) / 100).toFixed(2)].join(
        " ",
      ),
    ),
  );
};

describe("the final bill covers every month that no run has billed", () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    database = await createTestDatabase();
    const { db } = database;
    await imported(db, world(), "2026-01-01");
    for (const period of ["2026-01", "2026-02"]) {
      await issue(db, period, { project: "DG" });
      await publish(db, period, { project: "DG" });
    }
    // The year's lease was billed to December and ends in July after all.
    const early = { effective: END, reason: "提前退租", end: END };
    const leases = LEASES.map((one) => (one.code === "YEAR" ? { ...one, amendments: [early] } : one));
    await imported(db, world({ leases, opening: undefined }), "2026-07-01");
    return () => database.close();
  });

  // 20 of 31 days of July are 645.1612…
  it.each([
    {
      code: "MONTHLY",
      // Rent from March on; water of February on, since the run for March would have billed that.
      lines: [
        ...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-01 1000.00`),
        "rent 2026-07-01 645.16",
        ...["02", "03", "04", "05", "06"].map((month) => `water 2026-${month}-01 30.00`),
        "water 2026-07-01 15.00",
      ],
    },
    // Quarters count from January, the month of the start: the first was billed to the end of March.
    { code: "QUARTER", lines: ["rent 2026-04-01 3000.00", "rent 2026-07-01 645.16"] },
    { code: "HALF", lines: ["rent 2026-07-01 645.16"] },
    // 12,000.00 were billed; 6,000.00 + 645.16 are right.
    { code: "YEAR", lines: ["rent 2026-01-01 #1 -5354.84"] },
    {
      code: "ANNIVERSARY",
      // The last rent month runs from 10 July to 9 August, 31 days, of which 11 are held: 354.8387…
      lines: [...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-10 1000.00`), "rent 2026-07-10 354.84"],
    },
    { code: "ARREARS", lines: ["rent 2026-01-01 3000.00", "rent 2026-04-01 3000.00", "rent 2026-07-01 645.16"] },
    // November and December are from before the first run: whoever billed then billed them.
    {
      code: "OLD",
      lines: [...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-01 1000.00`), "rent 2026-07-01 645.16"],
    },
    {
      code: "POOL",
      // July: 20 of 31 days of half of 600.00 are 193.548…; of the two fen over, one each goes to the two leases.
      lines: [
        ...["02", "03", "04", "05", "06"].map((month) => `lift 2026-${month}-01 300.00`),
        "lift 2026-07-01 193.55",
      ],
    },
    {
      code: "TAKEN-OVER",
      lines: ["rent 2026-05-01 1000.00", "rent 2026-06-01 1000.00", "rent 2026-07-01 645.16"],
    },
    // 22 of 31 days of May: 709.677…
    { code: "NEVER", lines: ["rent 2026-05-10 709.68", "rent 2026-06-01 1000.00", "rent 2026-07-01 645.16"] },
  ])("$code", async ({ code, lines }) => {
    expect(await linesOf(database.db, code)).toEqual(lines);
  });

  it("is issued once, and no later run finds anything to bill", async () => {
    const { db } = database;
    const steward = await personId(db, "S05");
    for (const { code } of LEASES) {
      const wish = { leaseCode: String(code), lastDay: parseCivilDate(END), reason: "到期", noticedBy: steward };
      accepted(await inTransaction(db, (tx) => giveNotice(tx, wish, contextOn(TODAY))));
      const issued = () =>
        inTransaction(db, async (tx) => {
          const moveOut = await findMoveOut(tx, { leaseCode: String(code) });
          if (!moveOut) throw new Error(`${code} does not move out`);
          return accepted(await issueFinalBill(tx, moveOut, contextOn(TODAY)));
        });
      const { billNos } = await issued();
      expect(billNos).toHaveLength(1);
      expect((await issued()).billNos).toEqual(billNos);
      expect(await linesOf(db, String(code))).toEqual([]);
    }
    await expectBooksInOrder(db);
    for (const period of ["2026-03", "2026-07", "2026-08"]) {
      expect((await issue(db, period, { today: TODAY })).bills).toEqual([]);
    }
    await expectBooksInOrder(db);
  });
});
