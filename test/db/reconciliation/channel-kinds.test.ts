import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { insertOrder } from "../../../src/usecases/payments/stored-order.ts";
import { fundBill, tradeBill } from "../../independent/statements/wechat-bills.ts";
import { withDatabase } from "../../support/database.ts";
import { balances, date, expectBooksInOrder, importPark, issueBill, standing } from "../../support/ledger-world.ts";
import {
  expectRestored,
  hireFinanceManager,
  openDesk,
  type RunDocument,
  type StatementDesk,
  waysThatLeaveTheDayOpen,
} from "./statement-world.ts";

/*
 * What the channel says of an order that we know, of refunds that we do not, and of money on its way to the bank.
 */
const DAY = "2026-03-05";
const NEXT = "2026-03-06";

describe("WeChat bills of known orders, of refunds and of settlements", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  let run: RunDocument;
  let orderNo = "";
  const only = (kind: string) => {
    const found = run.exceptions.filter((one) => one.kind === kind);
    const [first] = found;
    if (!first || found.length > 1) throw new Error(`${found.length} × ${kind}`);
    return first;
  };
  const everyProposal = async (runs: RunDocument): Promise<void> => {
    for (const exception of runs.exceptions) {
      for (const { code } of exception.proposals) {
        await expectRestored(database.db, async () => {
          await desk.resolve(exception.id, code);
          await expectBooksInOrder(database.db);
          await desk.undo(exception.id);
        });
      }
    }
  };

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    const lines = await issueBill(database.db, {
      billNo: "P-202603-00001",
      lease: "L1",
      issueDate: "2026-03-01",
      dueDate: "2026-03-10",
      lines: [
        { charge: "rent", kind: "rent", amountFen: 100_000n },
        { charge: "mgmt", kind: "management", amountFen: 20_000n },
      ],
    });
    orderNo = await orderFor(lines.get("mgmt") ?? "", 20_000n);
    // 0.60 %: 200.00 → 1.20; 50.00 → 0.30.
    const paid = (transactionId: string, no: string, amount: string, fee: string) => ({
      time: `${DAY} 10:00:00`,
      transactionId,
      orderNo: no,
      amount,
      fee,
    });
    await desk.importBill(
      "wechat-trade",
      DAY,
      tradeBill([
        paid("4200001", orderNo, "200.00", "1.20"),
        {
          ...paid("4200009", "ELSEWHERE1", "0.00", "-0.30"),
          refund: { id: "5030009", no: "RFUNKNOWN1", amount: "50.00" },
        },
      ]),
    );
    run = await desk.run(DAY, { account: "WX1" });
  });

  async function orderFor(lineId: string, amountFen: bigint): Promise<string> {
    const party = await row<{ entityId: string; tenantId: string; merchantAccountId: string }>(
      database.db,
      Prisma.sql`SELECT e.id AS "entityId", t.id AS "tenantId", m.id AS "merchantAccountId"
        FROM legal_entity e, tenant t, merchant_account m WHERE e.code = 'E1' AND t.code = 'T1' AND m.code = 'WX1'`,
    );
    if (!party) throw new Error("no party");
    const nowMs = Date.parse(`${DAY}T09:55:00+08:00`);
    return inTransaction(database.db, (tx) =>
      insertOrder(tx, {
        ...party,
        amountFen,
        frozenAsOf: date(DAY),
        expiresAtMs: nowMs + 3_600_000,
        method: "native",
        createdBy: "h5",
        createdAtMs: nowMs,
        firstQueryAtMs: nowMs,
        prepay: { description: "物业费" },
        parts: [{ lineId, component: "principal", amountFen }],
      }),
    );
  }

  it("a paid order that the books do not know is LOCAL_MISSING, a foreign refund REFUND_MISMATCH", async () => {
    expect(run.exceptions.map((one) => [one.kind, one.amountFen, one.orderNo]).sort()).toEqual([
      ["LOCAL_MISSING", 20_000, orderNo],
      ["REFUND_MISMATCH", 5_000, "RFUNKNOWN1"],
    ]);
    expect(only("LOCAL_MISSING").proposals.map((one) => one.code)).toEqual([
      "settle",
      "requery",
      "unclaimed",
      "ignore",
    ]);
    expect(run.closed).toBe(false);
  });

  it("every proposal is done and undone (I17)", async () => {
    await everyProposal(run);
    run = await desk.run(DAY, { account: "WX1" });
    expect(run.exceptions.map((one) => one.kind).sort()).toEqual(["LOCAL_MISSING", "REFUND_MISMATCH"]);
  });

  it("settle pays the lines of the order, not the oldest debt; undone it is owed again", async () => {
    const { id } = only("LOCAL_MISSING");
    const { postings } = await desk.resolve(id, "settle");
    expect(postings).toEqual([{ debit: "1012.01", credit: "1122", amountFen: 20_000 }]);
    expect((await standing(database.db)).open).toEqual({ rent: 100_000n, mgmt: 0n });
    await desk.undo(id);
    expect((await standing(database.db)).open).toEqual({ rent: 100_000n, mgmt: 20_000n });
    await desk.resolve(id, "settle");
  });

  it("a second payment of the order next day is DUPLICATE_PAYMENT, in no book until somebody says what it is", async () => {
    await desk.importBill(
      "wechat-trade",
      NEXT,
      tradeBill([
        { time: `${NEXT} 08:00:00`, transactionId: "4200002", orderNo, amount: "200.00", fee: "1.20" },
        { time: `${NEXT} 08:00:01`, transactionId: "4200003", orderNo: "FOREIGN3", amount: "10.00", fee: "0.06" },
      ]),
    );
    run = await desk.run(NEXT, { account: "WX1" });
    expect(run.exceptions.map((one) => [one.kind, one.amountFen])).toEqual([
      ["DUPLICATE_PAYMENT", 20_000],
      ["LOCAL_MISSING", 1_000],
    ]);
    await everyProposal(run);
    const { postings } = await desk.resolve(only("DUPLICATE_PAYMENT").id, "settle");
    // The management fee is paid: the second 200.00 pays rent.
    expect(postings).toEqual([{ debit: "1012.01", credit: "1122", amountFen: 20_000 }]);
    await desk.resolve(only("LOCAL_MISSING").id, "unclaimed");
    await expectBooksInOrder(database.db);
  });

  it("both days close when the rest is settled", async () => {
    const first = await desk.run(DAY, { account: "WX1" });
    const refunds = first.exceptions.filter(({ kind }) => kind === "REFUND_MISMATCH");
    for (const one of refunds) await desk.resolve(one.id, "raise");
    expect(await desk.close(DAY, "WX1")).toEqual({ closed: true, missing: [] });
    expect(await waysThatLeaveTheDayOpen(desk, DAY, refunds, { REFUND_MISMATCH: "raise" })).toEqual([]);
    for (const one of (await desk.run(NEXT, { account: "WX1" })).exceptions)
      if (one.kind === "UNKNOWN_PAYER") await desk.resolve(one.id, "hold");
    expect(await desk.close(NEXT, "WX1")).toEqual({ closed: true, missing: [] });
  });

  it("a fund-flow bill that contradicts the trade bill, and a bank that pays in less than was withdrawn", async () => {
    const flow = (time: string, business: string, type: string, amount: string, out = false, voucher = "") => ({
      time: `${NEXT} ${time}`,
      business,
      flow: `${business}-${type}`,
      type,
      amount,
      out,
      voucher,
    });
    await desk.importBill(
      "wechat-fund",
      NEXT,
      fundBill(
        [
          flow("08:00:00", "4200002", "交易", "200.00", false, orderNo),
          // The trade bill says 1.20.
          flow("08:00:00", "4200002", "扣除交易手续费", "1.25", true, orderNo),
          // The trade bill says 10.00.
          flow("08:00:01", "4200003", "交易", "10.01", false, "FOREIGN3"),
          flow("08:00:01", "4200003", "扣除交易手续费", "0.06", true, "FOREIGN3"),
          flow("09:00:00", "SET1", "提现", "300.00", true),
        ],
        "198.80",
      ),
    );
    run = await desk.run(NEXT, { account: "WX1" });
    expect(run.exceptions.map((one) => [one.kind, one.amountFen]).sort()).toEqual([
      ["FEE_MISMATCH", 5],
      ["SETTLEMENT_MISMATCH", 1],
    ]);
    await everyProposal(run);
    const fee = await desk.resolve(only("FEE_MISMATCH").id, "accept");
    expect(fee.postings).toEqual([{ debit: "6603", credit: "1012.01", amountFen: 5 }]);
    await desk.resolve(only("SETTLEMENT_MISMATCH").id, "raise");
    expect(await desk.close(NEXT, "WX1")).toEqual({ closed: true, missing: [] });
    // The bank: 299.90 of the 300.00.
    await desk.import(
      NEXT,
      [{ amountFen: 29_990n, payer: "财付通支付科技有限公司", remark: "提现", serial: "S1" }],
      0n,
    );
    run = await desk.run(NEXT);
    expect(run.exceptions.map((one) => [one.kind, one.amountFen])).toEqual([["SETTLEMENT_MISMATCH", -10]]);
    await everyProposal(run);
    expect((await balances(database.db))["1002"]).toBe(30_000n);
    const { postings } = await desk.resolve(only("SETTLEMENT_MISMATCH").id, "accept");
    expect(postings).toEqual([{ debit: "1012.01", credit: "1002", amountFen: 10 }]);
    // 1002 is what the bank says.
    expect((await balances(database.db))["1002"]).toBe(29_990n);
    await expectBooksInOrder(database.db);
  });

  it("a statement that does not follow from the day before is STATEMENT_GAP; the day is open until it is settled", async () => {
    const day = "2026-03-09";
    // The account stood at 299.90; this file begins at 500.00.
    await desk.import(day, [{ amountFen: 10_000n, payer: "租户一", remark: "P-202603-00001", serial: "G1" }], 50_000n);
    run = await desk.run(day);
    expect(run.closed).toBe(false);
    const gap = only("STATEMENT_GAP");
    expect(gap.amountFen).toBe(20_010);
    await everyProposal({ ...run, exceptions: [gap] });
    // One alone does not accept it; the second may stand beside it.
    await desk.resolve(gap.id, "accept");
    expect((await desk.close(day)).closed).toBe(false);
    await expect(desk.resolve(gap.id, "accept", { "approve-as": "S09" })).rejects.toThrow("自己");
    await desk.resolve(gap.id, "accept", { "approve-as": "S02" });
    expect((await desk.close(day)).closed).toBe(true);
  });
});
