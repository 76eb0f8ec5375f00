import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { withDatabase } from "../../support/database.ts";
import { balances, expectBooksInOrder, importPark, issueBill, standing } from "../../support/ledger-world.ts";
import {
  expectRestored,
  hireFinanceManager,
  openDesk,
  type RunDocument,
  type StatementDesk,
} from "./statement-world.ts";

/*
 * Too much and twice, at the bank. T1 owes rent-a 1,000.00 and rent-b 500.00 at E1; T2 owes rent-c 800.00 at E1.
 */
const DAY = "2026-02-20";
const ACCOUNT = "6222000000001";

describe("money that is too much or comes twice", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  let run: RunDocument;
  const of = (kind: string, orderNo: string) => {
    const found = run.exceptions.find((one) => one.kind === kind && one.orderNo === orderNo);
    if (!found) throw new Error(`no ${kind} of ${orderNo} in ${JSON.stringify(run.exceptions, undefined, 1)}`);
    return found;
  };
  const refunds = () =>
    rows<{ state: string; fen: bigint; source: string }>(
      database.db,
      Prisma.sql`SELECT state, amount_fen AS fen, source FROM refund ORDER BY refund_no`,
    );

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }, { code: "L2", tenant: "T2" }, { code: "L3", entity: "E2" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    const bill = (billNo: string, lease: string, charge: string, amountFen: bigint) =>
      issueBill(database.db, {
        billNo,
        lease,
        issueDate: "2026-02-01",
        dueDate: "2026-02-10",
        lines: [{ charge, kind: "rent", amountFen }],
      });
    await bill("P-202602-00001", "L1", "rent-a", 100_000n);
    await bill("P-202602-00002", "L1", "rent-b", 50_000n);
    await bill("P-202602-00003", "L2", "rent-c", 80_000n);
    await bill("P-202602-00004", "L3", "rent-e2", 30_000n);
    await desk.import(
      DAY,
      [
        // T2 pays its bill, the same again, and then 1,000.00 more than T1 owes.
        { amountFen: 80_000n, payer: "租户二", account: ACCOUNT, remark: "P-202602-00003", serial: "K1" },
        { amountFen: 80_000n, payer: "租户二", account: ACCOUNT, remark: "P-202602-00003", serial: "K2" },
        { amountFen: 250_000n, payer: "租户一", account: "6222000000002", remark: "P-202602-00001", serial: "K3" },
        // One remark, two companies: 500.00 of E1 and 300.00 of E2 on the account of E1.
        { amountFen: 80_000n, payer: "租户一", remark: "P-202602-00002 P-202602-00004", serial: "K4" },
        { amountFen: 4_321n, payer: "路人", account: "6222000000009", remark: "货款", serial: "K5" },
      ],
      0n,
    );
    run = await desk.run(DAY);
  });

  it("is found with its amount, and nothing of it is booked to a tenant", async () => {
    expect(run.exceptions.map((one) => [one.orderNo, one.kind, one.amountFen]).sort()).toEqual([
      ["K2", "DUPLICATE_PAYMENT", 80_000],
      // 2,500.00 − (1,000.00 + 500.00)
      ["K3", "OVERPAYMENT", 100_000],
      ["K4", "CROSS_ENTITY_PAYMENT", 80_000],
      ["K5", "UNKNOWN_PAYER", 4_321],
    ]);
    expect(run.matched.map((one) => [one.line, one.stage])).toEqual([["K1", 2]]);
    // 800.00 + 2,500.00 + 800.00 + 43.21 wait.
    expect((await balances(database.db))["2241.02"]).toBe(-414_321n);
    await expectBooksInOrder(database.db);
  });

  it("every proposal is done and undone, and every balance is as before (I17)", async () => {
    for (const exception of run.exceptions) {
      expect(exception.proposals.length).toBeGreaterThan(1);
      for (const { code } of exception.proposals) {
        await expectRestored(database.db, async () => {
          await desk.resolve(exception.id, code);
          await expectBooksInOrder(database.db);
          await desk.undo(exception.id);
        });
        await expectBooksInOrder(database.db);
      }
    }
    expect((await refunds()).filter(({ state }) => state !== "cancelled")).toEqual([]);
    expect(await desk.run(DAY)).toMatchObject({ closed: true, matched: [{ line: "K1" }] });
    run = await desk.run(DAY);
  });

  it("an overpayment pays the debts first; what is too much is asked back", async () => {
    const { id } = of("OVERPAYMENT", "K3");
    const { postings } = await desk.resolve(id, "return");
    // The claim: 1,000.00 + 500.00 of rent, 1,000.00 left; the refund moves nothing before it is approved.
    expect(postings).toEqual([
      { debit: "2241.02", credit: "1122", amountFen: 150_000 },
      { debit: "2241.02", credit: "2203", amountFen: 100_000 },
    ]);
    expect((await refunds()).at(-1)).toEqual({ state: "requested", fen: 100_000n, source: "prepayment" });
    expect((await standing(database.db)).open).toMatchObject({ "rent-a": 0n, "rent-b": 0n });
    await desk.undo(id);
    expect((await refunds()).at(-1)?.state).toBe("cancelled");
    expect((await standing(database.db)).open).toMatchObject({ "rent-a": 100_000n, "rent-b": 50_000n });
  });

  it("a second payment that is nobody's is asked back whole, to the account it came from", async () => {
    await desk.resolve(of("DUPLICATE_PAYMENT", "K2").id, "return");
    expect((await refunds()).at(-1)).toEqual({ state: "requested", fen: 80_000n, source: "unclaimed" });
    await expect(desk.resolve(of("DUPLICATE_PAYMENT", "K2").id, "prepay")).rejects.toThrow(/ALREADY_RESOLVED/);
    await expectBooksInOrder(database.db);
  });
});
