import { beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../support/database.ts";
import { balances, expectBooksInOrder, importPark, issueBill, standing } from "../../support/ledger-world.ts";
import { expectRestored, hireFinanceManager, kindsOf, openDesk, type StatementDesk } from "./statement-world.ts";

const DAY = "2026-02-20";

describe("a bank statement against the books", () => {
  const database = withDatabase();
  let desk: StatementDesk;

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }, { code: "L2", tenant: "T2" }, { code: "L3", entity: "E2" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    const bill = (billNo: string, lease: string, charge: string, amountFen: bigint, dueDate = "2026-02-10") =>
      issueBill(database.db, {
        billNo,
        lease,
        issueDate: "2026-02-01",
        dueDate,
        lines: [{ charge, kind: "rent", amountFen }],
      });
    await bill("P-202602-00001", "L1", "rent-a", 100_000n);
    await bill("P-202602-00002", "L1", "rent-b", 33_300n, "2026-02-11");
    await bill("P-202602-00003", "L2", "rent-c", 55_500n);
    await bill("P-202602-00004", "L3", "rent-d", 70_000n);
  });

  it("posts what a remark, a sum or nothing else can mean, and asks about the rest", async () => {
    await desk.import(
      DAY,
      [
        { amountFen: 100_000n, payer: "租户一", account: "6222001", remark: "付 p-202602 00001 房租", serial: "B1" },
        { amountFen: 33_300n, payer: "租户一", account: "6222001", remark: "", serial: "B2" },
        { amountFen: 12_345n, payer: "路人", account: "6222009", remark: "货款", serial: "B3" },
        { amountFen: 70_000n, payer: "租户一", account: "6222001", remark: "P-202602-00004", serial: "B4" },
        { amountFen: 50_000n, payer: "租户二", account: "6222002", remark: "P-202602-00003", serial: "B5" },
      ],
      1_000n,
    );
    const run = await desk.run(DAY);
    expect(run.matched.map(({ line, stage }) => [line, stage])).toEqual([
      ["B1", 2],
      ["B2", 5],
      ["B5", 2],
    ]);
    expect(kindsOf(run)).toEqual(["CROSS_ENTITY_PAYMENT", "UNDERPAYMENT", "UNKNOWN_PAYER"]);
    expect(run.closed).toBe(true);
    expect(run.open).toEqual([]);
    // 1002: 1,000.00 + 333.00 + 123.45 + 700.00 + 500.00; 2241.02 holds the stranger's and the other entity's money.
    expect(await balances(database.db)).toMatchObject({ "1002": 265_645n, "2241.02": -82_345n });
    await expectBooksInOrder(database.db);
  });

  it("a second run changes nothing and says the same", async () => {
    const first = await desk.run(DAY);
    await expectRestored(database.db, async () => {
      expect(await desk.run(DAY)).toEqual(first);
    });
  });

  it("a stranger's money is claimed for a tenant, and undone, to the fen", async () => {
    const run = await desk.run(DAY);
    const unknown = run.exceptions.find((one) => one.kind === "UNKNOWN_PAYER");
    const id = unknown?.id ?? "";
    await expectRestored(database.db, async () => {
      const { postings } = await desk.resolve(id, "claim:T2");
      // 5.55 of rent are left of T2 (55,500 − 50,000 fen), the rest is prepayment.
      expect(postings).toEqual([
        { debit: "2241.02", credit: "1122", amountFen: 5_500 },
        { debit: "2241.02", credit: "2203", amountFen: 6_845 },
      ]);
      expect((await standing(database.db)).open["rent-c"]).toBe(0n);
      await expectBooksInOrder(database.db);
      await desk.undo(id);
    });
    expect((await standing(database.db)).open["rent-c"]).toBe(5_500n);
    await expectBooksInOrder(database.db);
    expect(kindsOf(await desk.run(DAY))).toContain("UNKNOWN_PAYER");
  });

  it("a short payment is borne as the bank's fee, and undone", async () => {
    const run = await desk.run(DAY);
    const id = run.exceptions.find((one) => one.kind === "UNDERPAYMENT")?.id ?? "";
    await expect(desk.resolve(id, "bank-fee")).rejects.toThrow(/不能按“bank-fee”处理/);
    await desk.resolve(id, "keep-open");
    await desk.undo(id);
    await expectBooksInOrder(database.db);
  });
});
