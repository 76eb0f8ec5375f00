import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { needsIssue } from "../../../src/usecases/billing/run-billing.ts";
import { withDatabase } from "../../support/database.ts";
import { commandOf, imported, issue, ledgerBalances, publish, published } from "./park.ts";
import { fixedRent, leaseRow, parkDocument, type Row } from "./world.ts";

const fixed = (code: string, kind: string, price: string, changes: Row = {}): Row => ({
  code,
  kind,
  rule: { type: "fixed", price },
  ...changes,
});

describe("publishing", () => {
  const database = withDatabase();

  it("numbers bills by lease code, due date and entity, without a gap, and goes on in the next run", async () => {
    const { db } = database;
    const charges = [
      fixedRent("1000.00", { entity: "E2" }),
      fixed("mgmt", "management", "200.00"),
      fixed("park", "parking", "300.00", { dueDay: 5 }),
    ];
    const leases = [
      leaseRow("L2", "A-2", "T2"),
      leaseRow("L10", "A-3", "T3"),
      leaseRow("L1", "A-1", "T1", { charges }),
      leaseRow("L3", "A-4", "T4", { goLive: false }),
    ];
    await imported(db, parkDocument({ leases }), "2026-08-20");
    const { bills } = await issue(db, "2026-09");
    expect(bills.map(({ billNo, lease, dueDate, entity }) => [billNo, lease, dueDate, entity])).toEqual([
      ["DG-202609-00001", "L1", "2026-09-05", "E1"],
      ["DG-202609-00002", "L1", "2026-09-11", "E1"],
      ["DG-202609-00003", "L1", "2026-09-11", "E2"],
      ["DG-202609-00004", "L10", "2026-09-11", "E1"],
      ["DG-202609-00005", "L2", "2026-09-11", "E1"],
      [undefined, "L3", "2026-09-11", "E1"],
    ]);
    const later = await issue(db, "2026-09", { acknowledge: "all" });
    expect(later.bills.map((bill) => bill.billNo)).toEqual(["DG-202609-00006"]);
  });

  it("asks for nobody's approval again, and tells which bills it published", async () => {
    const { db } = database;
    expect(await needsIssue(db, commandOf("2026-09"))).toBe(false);
    expect(await needsIssue(db, commandOf("2026-10"))).toBe(true);
    const result = await published(db, "2026-09");
    expect(result).toMatchObject({ state: "published", certificate: { lines: 6, totalFen: 450_000 } });
    expect(result.bills).toHaveLength(6);
    expect(await published(db, "2026-09")).toMatchObject({ bills: [], certificate: { lines: 0 } });
  });

  it("moves the due day of a charge that an amendment changed or added", async () => {
    const { db } = database;
    const amendment = {
      effective: "2026-10-01",
      reason: "改付款日",
      charges: [{ code: "rent", dueDay: 25 }, fixed("clean", "service", "50.00", { dueDay: 28 })],
    };
    await imported(
      db,
      parkDocument({ leases: [leaseRow("L2", "A-2", "T2", { amendments: [amendment] })] }),
      "2026-09-20",
    );
    await issue(db, "2026-10");
    await publish(db, "2026-10", { today: "2026-10-15" });
    const dates = await rows<object>(
      db,
      Prisma.sql`SELECT b.issue_date::text AS issued, b.due_date::text AS due FROM bill b JOIN lease l ON l.id = b.lease_id
        WHERE l.code = 'L2' AND b.period = '2026-10' ORDER BY 2`,
    );
    expect(dates).toEqual([
      { issued: "2026-10-15", due: "2026-10-25" },
      { issued: "2026-10-15", due: "2026-10-28" },
    ]);
  });

  it("does not move a bill that is published before its day", async () => {
    const { db } = database;
    await imported(db, parkDocument({ leases: [leaseRow("L5", "A-5", "T1", { issueDay: 20 })] }), "2026-10-20");
    await issue(db, "2026-11");
    await publish(db, "2026-11", { today: "2026-11-02" });
    const [bill] = await rows<object>(
      db,
      Prisma.sql`SELECT b.issue_date::text AS issued, b.due_date::text AS due FROM bill b JOIN lease l ON l.id = b.lease_id
        WHERE l.code = 'L5' AND b.period = '2026-11'`,
    );
    expect(bill).toEqual({ issued: "2026-11-20", due: "2026-11-30" });
  });
});

describe("an entity that defers income", () => {
  const database = withDatabase();

  it("keeps the net of later months back on 2203.09; the tax is due at once", async () => {
    const { db } = database;
    // 3,270.00 for July to September: net 3,000.00 (tax 270.00), by days 31 : 31 : 30 of 92.
    const charges = [fixedRent("1090.00", { entity: "E2", cycleMonths: 3 })];
    await imported(db, parkDocument({ leases: [leaseRow("L1", "A-1", "T1", { charges })] }), "2026-06-20");
    await issue(db, "2026-07");
    // July: 3,000.00 × 31/92 = 1,010.87; the other two months are income of August and September.
    expect(await ledgerBalances(db)).toEqual({
      "1122": 327_000,
      "2221.01": -27_000,
      "6001": -101_087,
      "2203.09": -198_913,
    });
  });
});
