import { describe, expect, it } from "vitest";
import type { Database } from "../../../src/db/client.ts";
import { withDatabase } from "../../support/database.ts";
import { expectBooksInOrder } from "../../support/ledger-world.ts";
import { imported, issue, preview, publish } from "./park.ts";
import { areaRent, fixedRent, leaseRow, parkDocument, type Row } from "./world.ts";

/*
 * What people agree on later, as files bring it and runs bill it (money-rules 2 and 3). Each story has a park of its own;
 * what is awaited is worked out by hand beside it.
 */

const lines = async (db: Database, period: string): Promise<unknown[]> =>
  (await issue(db, period)).bills.flatMap((bill) =>
    bill.lines.map(({ charge, period: { from, to }, correction, amountFen }) => [
      charge,
      from,
      to,
      correction,
      amountFen,
    ]),
  );
const amended = (db: Database, lease: Row, today: string, amendment: Row) =>
  imported(db, parkDocument({ leases: [{ ...lease, amendments: [{ reason: "补充协议", ...amendment }] }] }), today);

describe("an early end", () => {
  const database = withDatabase();
  const lease = leaseRow("L1", "A-1", "T1", { cycleMonths: 12, charges: [fixedRent("1000.00")] });

  it("gives back what was billed ahead of it, to the day", async () => {
    const { db } = database;
    await imported(db, parkDocument({ leases: [lease] }), "2026-01-01");
    expect(await lines(db, "2026-01")).toEqual([["rent", "2026-01-01", "2026-12-31", 0, 1_200_000]]);
    await amended(db, lease, "2026-09-01", { effective: "2026-09-10", end: "2026-09-15" });
    // January to August and 15 of September's 30 days: 8.5 × 1,000.00 = 8,500.00, so 3,500.00 come back.
    expect(await lines(db, "2026-10")).toEqual([["rent", "2026-01-01", "2026-12-31", 1, -350_000]]);
    expect(await lines(db, "2026-11")).toEqual([]);
    await expectBooksInOrder(db);
  });
});

describe("a renewal", () => {
  const database = withDatabase();
  const lease = leaseRow("L1", "A-1", "T1", { end: "2026-08-31", cycleMonths: 3, charges: [fixedRent("1000.00")] });

  it("lengthens the period that the old end had cut, at the price of each month, and goes on", async () => {
    const { db } = database;
    await imported(db, parkDocument({ leases: [lease] }), "2026-07-01");
    // The quarter of July is cut at the end of August.
    expect(await lines(db, "2026-07")).toEqual([["rent", "2026-07-01", "2026-08-31", 0, 200_000]]);
    const renewal = { effective: "2026-09-01", end: "2027-08-31", charges: [{ code: "rent", price: "1100.00" }] };
    await amended(db, lease, "2026-08-20", renewal);
    // July and August at 1,000.00, September at 1,100.00: 3,100.00 instead of 2,000.00.
    expect(await lines(db, "2026-09")).toEqual([["rent", "2026-07-01", "2026-08-31", 1, 110_000]]);
    expect(await lines(db, "2026-10")).toEqual([["rent", "2026-10-01", "2026-12-31", 0, 330_000]]);
    await expectBooksInOrder(db);
  });
});

describe("moving to another unit", () => {
  const database = withDatabase();
  const lease = leaseRow("L1", "A-1", "T1", { charges: [areaRent("30.00")] });

  it("counts each unit for its days, also where the month was billed already", async () => {
    const { db } = database;
    const projects = parkDocument().projects;
    const [first] = projects as unknown as { buildings: { units: Row[] }[] }[];
    const second = first?.buildings[0]?.units[1];
    if (second) second.areaSqm = "160";
    await imported(db, parkDocument({ projects, leases: [lease] }), "2026-03-01");
    // 100 ㎡ × 30.00
    expect(await lines(db, "2026-03")).toEqual([["rent", "2026-03-01", "2026-03-31", 0, 300_000]]);
    const moved = { ...lease, amendments: [{ effective: "2026-03-21", reason: "换到A-2", units: ["A-2"] }] };
    await imported(db, parkDocument({ projects, leases: [moved] }), "2026-03-15");
    // 30.00 × (100 × 20 + 160 × 11) ÷ 31 = 112,800 ÷ 31 = 3,638.7097: 638.71 more for March; April 160 × 30.00.
    expect(await lines(db, "2026-04")).toEqual([
      ["rent", "2026-03-01", "2026-03-31", 1, 63_871],
      ["rent", "2026-04-01", "2026-04-30", 0, 480_000],
    ]);
    await expectBooksInOrder(db);
  });
});

describe("a project", () => {
  const database = withDatabase();

  it("in shadow is computed and compared, and never issued, published or told; off it is not computed", async () => {
    const { db } = database;
    const leases = [leaseRow("L1", "A-1", "T1"), leaseRow("L2", "B-1", "T2"), leaseRow("L3", "C-1", "T3")];
    await imported(db, parkDocument({ leases }), "2026-03-01");
    const planned = await preview(db, "2026-03");
    expect(planned.bills.map(({ lease, shadow }) => [lease, shadow ?? false])).toEqual([
      ["L1", false],
      ["L2", true],
    ]);
    expect((await issue(db, "2026-03")).bills.map(({ lease }) => lease)).toEqual(["L1"]);
    expect(await publish(db, "2026-03")).toHaveLength(1);
    const told = await db.bill.findMany({ select: { state: true, leaseId: true } });
    expect(told.map(({ state }) => state)).toEqual(["published"]);
  });

  it("that goes live is billed from then on", async () => {
    const { db } = database;
    const projects = parkDocument().projects.map((project) =>
      project.code === "SH" ? { ...project, mode: "live" } : project,
    );
    const leases = [leaseRow("L1", "A-1", "T1"), leaseRow("L2", "B-1", "T2"), leaseRow("L3", "C-1", "T3")];
    await imported(db, parkDocument({ projects, leases }), "2026-03-20");
    expect((await issue(db, "2026-04")).bills.map(({ lease }) => lease)).toEqual(["L1", "L2"]);
  });
});
