import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { createTestDatabase, withDatabase } from "../../support/database.ts";
import { imported, issue, ledgerBalances, refusedIssue, sumsByPeriod } from "./park.ts";
import { fixedRent, leaseRow, parkDocument, poolCharge, readingRow, waterCharge, waterMeter } from "./world.ts";

const park = parkDocument({
  pools: [
    { code: "P1", name: "电梯", utility: "electricity", costs: { "2026-08": "600.00" }, members: { building: "A" } },
  ],
  leases: ["1", "2", "3"].map((number) =>
    leaseRow(`L${number}`, `A-${number}`, `T${number}`, { charges: [fixedRent("1000.00"), poolCharge("P1")] }),
  ),
});

/** Lets every write of a sort fail, as an outage would, until the returned function is called. */
async function outage(db: Database, table: string, event: string, condition = "true"): Promise<() => Promise<void>> {
  await db.$executeRawUnsafe(`CREATE OR REPLACE FUNCTION outage() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF ${condition} THEN RAISE EXCEPTION 'outage'; END IF; RETURN NEW; END $$`);
  await db.$executeRawUnsafe(
    `CREATE TRIGGER outage BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION outage()`,
  );
  return async () => void (await db.$executeRawUnsafe(`DROP TRIGGER outage ON ${table}`));
}

/** Lets writers of a table wait until the returned function is called. */
async function holdWrites(url: string, table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
  return async () => {
    await client.query("COMMIT");
    await client.end();
  };
}

async function somebodyWaits(db: Database): Promise<void> {
  const waiting = async () =>
    (await rows<object>(db, Prisma.sql`SELECT 1 AS one FROM pg_locks WHERE NOT granted`)).length > 0;
  await vi.waitUntil(waiting, { timeout: 20_000 });
}

const expectWholeMonth = async (db: Database): Promise<void> => {
  const months = ["L1", "L2", "L3"].flatMap((lease) => [
    [`${lease} lift charge 0 2026-08-01`, 10_000],
    [`${lease} rent charge 0 2026-09-01`, 100_000],
  ]);
  expect(await sumsByPeriod(db)).toEqual(Object.fromEntries(months));
  // Three leases hold three of six units: the operator bears the other half of 600.00.
  expect(await ledgerBalances(db)).toMatchObject({ "1122": 330_000, "6601": 30_000 });
  expect((await checkLedger(db, { today: parseCivilDate("2026-09-01") })).problems).toEqual([]);
};

describe("a run that fails in the middle is taken up where it stopped", () => {
  it.each([
    ["while drafts are written", "bill_line", "INSERT"],
    ["between drafts and the documents of the pools", "pool_allocation", "INSERT"],
    ["while a pool document is closed", "pool_allocation", "UPDATE"],
    ["while bills are numbered", "number_series", "INSERT"],
    ["before the certificate is written", "billing_run", "UPDATE"],
    ["while receivables are opened", "receivable", "INSERT"],
    ["while the books are posted", "ledger_posting", "INSERT"],
  ])("%s", async (_name, table, event) => {
    const database = await createTestDatabase();
    try {
      await imported(database.db, park, "2026-08-20");
      const restored = await outage(database.db, table, event);
      await expect(issue(database.db, "2026-09")).rejects.toThrow();
      await restored();
      await issue(database.db, "2026-09");
      await expectWholeMonth(database.db);
    } finally {
      await database.close();
    }
  });

  it("by two workers at once, each of which thinks that it is alone", async () => {
    const database = await createTestDatabase();
    try {
      await imported(database.db, park, "2026-08-20");
      await Promise.all([issue(database.db, "2026-09"), issue(database.db, "2026-09"), issue(database.db, "2026-09")]);
      await expectWholeMonth(database.db);
    } finally {
      await database.close();
    }
  });
});

describe("another run is refused while one is unfinished", () => {
  const database = withDatabase();

  it("says which one to take up", async () => {
    await imported(database.db, park, "2026-08-20");
    const restored = await outage(database.db, "receivable", "INSERT");
    await expect(issue(database.db, "2026-09", { project: "DG" })).rejects.toThrow();
    await restored();
    expect(await refusedIssue(database.db, "2026-09")).toBe("RUN_IN_PROGRESS");
    expect(await refusedIssue(database.db, "2026-10", { project: "DG" })).toBe("RUN_IN_PROGRESS");
    await issue(database.db, "2026-09", { project: "DG" });
    await expectWholeMonth(database.db);
  });
});

describe("the certificate fails closed", () => {
  it.each([
    ["a bill's total", "UPDATE bill SET total_fen = total_fen + 1 WHERE bill_no LIKE 'draft-%' AND total_fen = 110000"],
    [
      "two bills' totals, so that the sum stays",
      `UPDATE bill SET total_fen = total_fen + CASE l.code WHEN 'L1' THEN 1 WHEN 'L2' THEN -1 ELSE 0 END
        FROM lease l WHERE l.id = bill.lease_id`,
    ],
  ])("when somebody altered %s between computing and issuing", async (_name, tampering) => {
    const database = await createTestDatabase();
    const { db } = database;
    try {
      await imported(db, park, "2026-08-20");
      const restored = await outage(db, "number_series", "INSERT");
      await expect(issue(db, "2026-09")).rejects.toThrow();
      await restored();
      await db.$executeRawUnsafe(tampering);
      expect(await refusedIssue(db, "2026-09")).toBe("CERTIFICATE_BROKEN");
      expect(await refusedIssue(db, "2026-09")).toBe("CERTIFICATE_BROKEN");
      const [issued] = await rows<object>(
        db,
        Prisma.sql`SELECT (SELECT count(*)::int FROM bill WHERE state <> 'draft') AS bills,
          (SELECT count(*)::int FROM receivable) AS receivables,
          (SELECT count(*)::int FROM billing_run WHERE certificate IS NOT NULL) AS certificates`,
      );
      expect(issued).toEqual({ bills: 0, receivables: 0, certificates: 0 });
      // Put right by hand, the run goes on to its end.
      await execute(
        db,
        Prisma.sql`UPDATE bill SET total_fen = (SELECT sum(amount_fen) FROM bill_line WHERE bill_id = bill.id)`,
      );
      await issue(db, "2026-09");
      await expectWholeMonth(db);
    } finally {
      await database.close();
    }
  });
});

describe("what is imported while a run is at work", () => {
  const database = withDatabase();

  it("is not forgotten: the next run corrects what rested on the old value", async () => {
    const { db } = database;
    const months = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06"];
    const days = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31"].map((day) => `2026-${day}`);
    const readings = days.map((day, index) => readingRow("W1", day, String(10 * index)));
    const leases = [
      leaseRow("L1", "A-1", "T1", { start: "2026-02-01", charges: [fixedRent("1000.00"), waterCharge("W1")] }),
    ];
    await imported(db, parkDocument({ meters: [waterMeter("W1", "A-1")], readings, leases }), "2026-02-01");
    for (const month of [...months, "2026-07"]) await issue(db, month);
    const correct = (date: string, total: string) =>
      imported(db, parkDocument({ readings: [readingRow("W1", date, total, { corrects: "抄错" })] }), "2026-08-01");
    // A mark that the run is going to work off: April is 11 m³, May 9.
    await correct("2026-04-30", "31");
    // Old enough that only a mark makes a run look at it again: February's closing reading. The run has loaded its facts
    // and waits to write its drafts; the import falls into that moment.
    const release = await holdWrites(database.url, "bill_line");
    const running = issue(db, "2026-08");
    await somebodyWaits(db);
    await correct("2026-02-28", "12");
    await release();
    await running;
    expect(await sumsByPeriod(db)).toMatchObject({
      "L1 water charge 0 2026-02-01": 3_000,
      "L1 water charge 0 2026-04-01": 3_300,
    });
    await issue(db, "2026-09");
    expect(await sumsByPeriod(db)).toMatchObject({
      "L1 water charge 0 2026-02-01": 3_600,
      "L1 water charge 0 2026-03-01": 2_400,
    });
  });
});
