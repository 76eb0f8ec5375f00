import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { recordStatedFigures } from "../../../src/usecases/reconciliation/stated-figures.ts";
import { withDatabase } from "../../support/database.ts";
import { date, expectBooksInOrder, importPark, issueBill, standing } from "../../support/ledger-world.ts";
import { hireFinanceManager, kindsOf, openDesk, type StatementDesk } from "./statement-world.ts";

/*
 * 1,000.00 due on 02-10 with 0.05 % a day: 50 fen a day. On 02-20 the days 02-11 … 02-19 have counted: 9 × 50 = 450 fen,
 * so 1,004.50 is owed. Two days later it is 1,005.50.
 */
describe("a transfer of a figure that was stated", () => {
  const database = withDatabase();
  let desk: StatementDesk;

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1", lateFee: { dailyRate: "0.0005" } }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    for (const number of ["1", "2"]) {
      await issueBill(database.db, {
        billNo: `P-202602-0000${number}`,
        lease: "L1",
        issueDate: "2026-02-01",
        dueDate: "2026-02-10",
        lines: [{ charge: `elec-${number}`, kind: "electricity", amountFen: 100_000n }],
      });
    }
    const found = await row<{ tenantId: string; entityId: string }>(
      database.db,
      Prisma.sql`SELECT t.id AS "tenantId", e.id AS "entityId" FROM tenant t, legal_entity e WHERE t.code = 'T1' AND e.code = 'E1'`,
    );
    if (!found) throw new Error("no park");
    for (const billNo of ["P-202602-00001", "P-202602-00002"]) {
      const figure = { ...found, amountFen: 100_450n, billNos: [billNo] };
      await recordStatedFigures(database.db, [figure], date("2026-02-20"), "chat");
    }
  });

  it("settles within three days; the fee since then is given up as transit", async () => {
    await desk.import(
      "2026-02-22",
      [{ amountFen: 100_450n, payer: "租户一", remark: "P-202602-00001", serial: "T1" }],
      0n,
    );
    const run = await desk.run("2026-02-22");
    expect(run.exceptions).toEqual([]);
    const now = await standing(database.db);
    expect([now.open["elec-1"], now.lateFees["elec-1"], now.prepaymentFen]).toEqual([0n, 0n, 0n]);
    const waived = await row<{ amountFen: bigint; reason: string }>(
      database.db,
      Prisma.sql`SELECT amount_fen AS "amountFen", reason FROM late_fee_waiver`,
    );
    expect(waived).toEqual({ amountFen: 100n, reason: "transit" });
    await expectBooksInOrder(database.db);
  });

  it("after four days it is a short payment like any other", async () => {
    await desk.import("2026-02-24", [{ amountFen: 100_450n, payer: "租户一", remark: "P-202602-00002", serial: "T2" }]);
    expect(kindsOf(await desk.run("2026-02-24"))).toEqual(["UNDERPAYMENT"]);
    // 13 days have counted by 02-24: 650 fen are paid first, 200 fen of principal are left.
    expect((await standing(database.db)).open["elec-2"]).toBe(200n);
    await expectBooksInOrder(database.db);
  });
});
