import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { withDatabase } from "../../support/database.ts";
import { imported, issue, preview, refusedIssue, sumsByPeriod } from "./park.ts";
import { fixedRent, leaseRow, parkDocument, readingRow, waterCharge, waterMeter } from "./world.ts";

const parkedExceptions = (db: Database): Promise<object[]> =>
  rows<object>(
    db,
    Prisma.sql`SELECT x.state, x.facts->>'code' AS code, l.code AS lease, split_part(x.subject_key, '|', 2) AS charge,
        split_part(x.subject_key, '|', 3) AS period
      FROM exception_item x JOIN lease l ON l.id::text = split_part(x.subject_key, '|', 1)
      WHERE x.kind = 'BILLING_PARKED' ORDER BY l.code, charge, period`,
  );

describe("bills that an anomaly holds", () => {
  const database = withDatabase();
  const fresh = { goLive: false };

  it("wait, while the clean ones go out at once", async () => {
    const leases = [
      leaseRow("L1", "A-1", "T1", fresh),
      leaseRow("L2", "A-2", "T2"),
      leaseRow("L3", "A-3", "T3", fresh),
    ];
    await imported(database.db, parkDocument({ leases }), "2026-08-20");
    const result = await issue(database.db, "2026-09");
    expect(result.bills.map(({ lease, billNo, held }) => [lease, billNo, held])).toEqual([
      ["L1", undefined, true],
      ["L2", "DG-202609-00001", undefined],
      ["L3", undefined, true],
    ]);
    expect(result.anomalies.map(({ kind, lease }) => [kind, lease])).toEqual([
      ["FIRST_BILL", "L1"],
      ["FIRST_BILL", "L3"],
    ]);
    expect(result.certificate).toMatchObject({ lines: 1, totalFen: 100_000 });
  });

  it("are issued when their anomaly is acknowledged by id, and no other bill with them", async () => {
    const { anomalies } = await preview(database.db, "2026-09");
    const id = anomalies.find((anomaly) => anomaly.lease === "L3")?.id ?? "";
    const result = await issue(database.db, "2026-09", { acknowledge: [id] });
    expect(result.bills.map(({ lease, billNo, held }) => [lease, billNo, held])).toEqual([
      ["L1", undefined, true],
      ["L3", "DG-202609-00002", undefined],
    ]);
  });

  it("stay acknowledged: who said so is kept", async () => {
    const acknowledged = await rows<object>(
      database.db,
      Prisma.sql`SELECT acknowledged_by FROM anomaly_acknowledgement`,
    );
    expect(acknowledged).toEqual([{ acknowledged_by: "S02" }]);
  });

  it("are all issued with `all`, and nothing is doubled", async () => {
    await issue(database.db, "2026-09", { acknowledge: "all" });
    await issue(database.db, "2026-09", { acknowledge: "all" });
    const numbers = await rows<object>(
      database.db,
      Prisma.sql`SELECT l.code AS lease, b.bill_no FROM bill b JOIN lease l ON l.id = b.lease_id ORDER BY b.bill_no`,
    );
    expect(numbers).toEqual([
      { lease: "L2", bill_no: "DG-202609-00001" },
      { lease: "L3", bill_no: "DG-202609-00002" },
      { lease: "L1", bill_no: "DG-202609-00003" },
    ]);
    expect(await sumsByPeriod(database.db)).toEqual({
      "L1 rent charge 0 2026-09-01": 100_000,
      "L2 rent charge 0 2026-09-01": 100_000,
      "L3 rent charge 0 2026-09-01": 100_000,
    });
  });

  it("refuses an id that no anomaly of the month has", async () => {
    expect(await refusedIssue(database.db, "2026-09", { acknowledge: ["A-00000000"] })).toBe("ANOMALY_UNKNOWN");
  });
});

describe("a line that cannot be computed", () => {
  const database = withDatabase();
  const document = parkDocument({
    meters: [waterMeter("W1", "A-1"), waterMeter("W2", "A-2")],
    readings: [
      readingRow("W1", "2026-07-31", "10"),
      readingRow("W2", "2026-07-31", "5"),
      readingRow("W2", "2026-08-31", "9"),
    ],
    leases: [
      leaseRow("L1", "A-1", "T1", { charges: [fixedRent("1000.00"), waterCharge("W1")] }),
      leaseRow("L2", "A-2", "T2", { charges: [waterCharge("W2")] }),
    ],
  });
  const partial = (readings: object[]) => parkDocument({ readings });

  it("is left out and listed, its exception raised; the lease's other lines are billed", async () => {
    await imported(database.db, document, "2026-08-20");
    const result = await issue(database.db, "2026-09");
    expect(result.bills.map(({ lease, totalFen }) => [lease, totalFen])).toEqual([
      ["L1", 100_000],
      ["L2", 1_200],
    ]);
    expect(result.parked).toMatchObject([
      { lease: "L1", charge: "water", period: { from: "2026-08-01", to: "2026-08-31" }, code: "READING_MISSING" },
    ]);
    expect(await parkedExceptions(database.db)).toEqual([
      { state: "open", code: "READING_MISSING", lease: "L1", charge: "water", period: "2026-08-01" },
    ]);
  });

  it("is billed by the next run after the reading has come, and its exception is resolved", async () => {
    await imported(
      database.db,
      partial([
        readingRow("W1", "2026-08-31", "30"),
        readingRow("W1", "2026-09-30", "41"),
        readingRow("W2", "2026-09-30", "12"),
      ]),
      "2026-10-01",
    );
    const result = await issue(database.db, "2026-10");
    expect(result.parked).toEqual([]);
    // August: 20 m³, September: 11 m³, at 3.00
    expect(result.bills[0]?.lines.map(({ charge, period, amountFen }) => [charge, period.from, amountFen])).toEqual([
      ["rent", "2026-10-01", 100_000],
      ["water", "2026-08-01", 6_000],
      ["water", "2026-09-01", 3_300],
    ]);
    expect(await parkedExceptions(database.db)).toMatchObject([{ state: "resolved", lease: "L1" }]);
  });

  it("that was issued before stays an open exception until it can be computed again", async () => {
    // The corrected reading of September stands below that of August: nobody knows what is right now.
    await imported(database.db, partial([readingRow("W2", "2026-09-30", "8", { corrects: "抄错" })]), "2026-10-02");
    const result = await issue(database.db, "2026-10");
    expect(result.parked).toMatchObject([{ lease: "L2", charge: "water", code: "READING_WENT_BACK" }]);
    expect(await parkedExceptions(database.db)).toMatchObject([
      { state: "resolved", lease: "L1" },
      { state: "open", code: "READING_WENT_BACK", lease: "L2", period: "2026-09-01" },
    ]);
  });

  it("is resolved when what was issued turns out to be right", async () => {
    await imported(database.db, partial([readingRow("W2", "2026-09-30", "12.0", { corrects: "复核" })]), "2026-10-03");
    const result = await issue(database.db, "2026-11");
    expect(result.parked.filter((line) => line.period.from < "2026-10-01")).toEqual([]);
    expect(await parkedExceptions(database.db)).toContainEqual({
      state: "resolved",
      code: "READING_WENT_BACK",
      lease: "L2",
      charge: "water",
      period: "2026-09-01",
    });
    expect((await sumsByPeriod(database.db))["L2 water charge 0 2026-09-01"]).toBe(900);
  });

  it("is retried no more when its lease has ended before it", async () => {
    const end = { effective: "2026-10-05", reason: "提前退租", end: "2026-09-30", charges: [] };
    const leases = [
      leaseRow("L1", "A-1", "T1", { charges: [fixedRent("1000.00"), waterCharge("W1")], amendments: [end] }),
    ];
    const before = await parkedExceptions(database.db);
    expect(before).toContainEqual(
      expect.objectContaining({ state: "open", lease: "L1", charge: "water", period: "2026-10-01" }),
    );
    await imported(database.db, parkDocument({ leases }), "2026-11-05");
    const result = await issue(database.db, "2026-12");
    expect(result.parked.filter((line) => line.lease === "L1")).toEqual([]);
    expect(await parkedExceptions(database.db)).not.toContainEqual(
      expect.objectContaining({ state: "open", lease: "L1" }),
    );
  });
});

describe("a correction that stays parked for half a year", () => {
  const database = withDatabase();

  it("never becomes a second original line", async () => {
    const { db } = database;
    const months = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"];
    const ends = ["2026-01-31", "2026-02-28", "2026-03-31"];
    const document = parkDocument({
      meters: [waterMeter("W1", "A-1")],
      readings: ends.map((date, index) => readingRow("W1", date, String(10 + 5 * index))),
      leases: [
        leaseRow("L1", "A-1", "T1", {
          charges: [fixedRent("1000.00"), waterCharge("W1", { from: "2026-02-01", to: "2026-03-31" })],
        }),
      ],
    });
    await imported(db, document, "2026-02-01");
    for (const month of months.slice(0, 3)) await issue(db, month);
    await imported(
      db,
      parkDocument({ readings: [readingRow("W1", "2026-03-31", "1", { corrects: "存疑" })] }),
      "2026-04-10",
    );
    // Whatever wrote the reading may not have left a mark; the last three months are looked at all the same.
    await db.$executeRaw`DELETE FROM billing_recheck`;
    for (const month of months.slice(3)) await issue(db, month);
    expect(await parkedExceptions(db)).toMatchObject([
      { state: "open", code: "READING_WENT_BACK", period: "2026-03-01" },
    ]);
    await imported(
      db,
      parkDocument({ readings: [readingRow("W1", "2026-03-31", "22", { corrects: "复核" })] }),
      "2026-08-10",
    );
    await db.$executeRaw`DELETE FROM billing_recheck`;
    await issue(db, "2026-09");
    // 22 − 15 = 7 m³ instead of 5
    expect((await sumsByPeriod(db))["L1 water charge 0 2026-03-01"]).toBe(2_100);
    expect(await parkedExceptions(db)).toMatchObject([{ state: "resolved" }]);
  });
});
