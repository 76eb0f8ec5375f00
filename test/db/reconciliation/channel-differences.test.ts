import { beforeAll, describe, expect, it } from "vitest";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { fundBill, tradeBill } from "../../independent/statements/wechat-bills.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, balances, date, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";
import { expectRestored, hireFinanceManager, openDesk, type StatementDesk } from "./statement-world.ts";

const DAY = "2026-03-05";
const NEXT = "2026-03-06";

describe("a WeChat bill with planted differences", () => {
  const database = withDatabase();
  let desk: StatementDesk;

  const receive = async (channelNo: string, amountFen: bigint, day = DAY) =>
    accepted(
      await recordReceipt(
        database.db,
        { channel: "wechat", accountCode: "WX1", channelNo, tenantCode: "T1", amountFen, valueDate: date(day) },
        at(NEXT),
      ),
    );

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }]);
    await hireFinanceManager(database.db);
    await issueBill(database.db, {
      billNo: "P-202603-00001",
      lease: "L1",
      issueDate: "2026-03-01",
      dueDate: "2026-03-10",
      lines: [{ charge: "rent", kind: "rent", amountFen: 500_000n }],
    });
    desk = await openDesk(database.db);
    await receive("420000001", 10_000n); // agrees
    await receive("420000002", 20_000n); // the bill says 200.01
    await receive("420000003", 30_000n); // not in the bill at all
    const undone = await receive("420000004", 40_000n); // taken back here, paid there
    accepted(await undoReceipt(database.db, { receiptNo: undone.receiptNo ?? "" }, at(NEXT)));
    await receive("420000006", 60_000n); // in the bill of the next day
    const row = (id: string, amount: string, fee: string) => ({
      time: `${DAY} 10:00:00`,
      transactionId: `42000000${id}`,
      orderNo: `O${id}`,
      amount,
      fee,
    });
    // 0.60 % of each, HALF_UP to the fen; that of row 1 is one fen too much.
    await desk.importBill(
      "wechat-trade",
      DAY,
      tradeBill([
        row("1", "100.00", "0.61"),
        row("2", "200.01", "1.20"),
        row("4", "400.00", "2.40"),
        row("5", "500.00", "3.00"),
      ]),
    );
  });

  it("finds each of them, and none that is not there", async () => {
    const run = await desk.run(DAY, { account: "WX1" });
    const told = run.exceptions.map((one) => [one.kind, one.amountFen, one.orderNo]).sort();
    expect(told).toEqual([
      ["AMOUNT_MISMATCH", 1, "O2"],
      ["FEE_MISMATCH", 1, "O1"],
      ["LOCAL_MISSING", 50_000, "O5"],
      ["STATUS_MISMATCH", 40_000, "O4"],
    ]);
    // Without the next day's file a receipt that is not in the bill may still come.
    expect(run.closed).toBe(false);
    expect(run.open.join("\n")).toMatch(/等次日账单/);
    // The fee is booked as the channel took it.
    expect((await balances(database.db))["6603"]).toBe(61n);
    await expectBooksInOrder(database.db);
  });

  it("says what is missing once the next day is in, and ties what stands on the other day", async () => {
    await desk.importBill(
      "wechat-trade",
      NEXT,
      tradeBill([
        { time: `${NEXT} 00:00:01`, transactionId: "420000006", orderNo: "O6", amount: "600.00", fee: "3.60" },
      ]),
    );
    const run = await desk.run(DAY, { account: "WX1" });
    const later = run.exceptions.filter((one) => ["CHANNEL_MISSING", "CUTOFF"].includes(one.kind));
    expect(later.map((one) => [one.kind, one.amountFen, one.orderNo])).toEqual([
      ["CHANNEL_MISSING", 30_000, "420000003"],
      ["CUTOFF", 60_000, "420000006"],
    ]);
  });

  it("every proposal of every difference is done and undone, and every balance is as before", async () => {
    const run = await desk.run(DAY, { account: "WX1" });
    expect(run.exceptions).toHaveLength(6);
    for (const exception of run.exceptions) {
      for (const { code } of exception.proposals) {
        await expectRestored(database.db, async () => {
          await desk.resolve(exception.id, code);
          await expectBooksInOrder(database.db);
          await desk.undo(exception.id);
        });
        await expectBooksInOrder(database.db);
      }
    }
  });

  it("closes the day when every difference is settled and the clearing account is what the channel holds", async () => {
    const choices: Record<string, string> = {
      AMOUNT_MISMATCH: "accept-statement",
      FEE_MISMATCH: "accept",
      LOCAL_MISSING: "unclaimed",
      STATUS_MISMATCH: "restore-receipt",
      CHANNEL_MISSING: "undo-receipt",
      CUTOFF: "tie",
    };
    await desk.run(NEXT, { account: "WX1" });
    for (const exception of (await desk.run(DAY, { account: "WX1" })).exceptions) {
      await desk.resolve(exception.id, choices[exception.kind] ?? "");
    }
    const closed = await desk.close(DAY, "WX1");
    expect(closed).toEqual({ closed: true, missing: [] });
    // 100.00 + 200.01 + 400.00 + 500.00 less fees 0.61 + 1.20 + 2.40 + 3.00; 600.00 less 3.60 of the next day.
    expect((await desk.close(NEXT, "WX1")).closed).toBe(true);
    expect((await balances(database.db))["1012.01"]).toBe(120_001n - 721n + 60_000n - 360n);
    await expectBooksInOrder(database.db);
  });

  it("ties the fund-flow bill, and the settlement with the bank", async () => {
    const day = "2026-03-07";
    await receive("420000007", 70_000n, NEXT).catch(() => undefined);
    const fund = fundBill(
      [
        { time: `${NEXT} 00:00:01`, business: "420000006", flow: "F1", type: "交易", amount: "600.00", voucher: "O6" },
        {
          time: `${NEXT} 00:00:01`,
          business: "420000006",
          flow: "F1",
          type: "扣除交易手续费",
          amount: "3.60",
          out: true,
          voucher: "O6",
        },
        { time: `${NEXT} 09:00:00`, business: "SET1", flow: "F2", type: "提现", amount: "596.40", out: true },
      ],
      "1192.80",
    );
    await desk.importBill("wechat-fund", NEXT, fund);
    await desk.run(NEXT, { account: "WX1" });
    await desk.import(
      day,
      [{ amountFen: 59_640n, payer: "财付通支付科技有限公司", remark: "微信支付提现", serial: "S1" }],
      0n,
    );
    const bank = await desk.run(day);
    expect(bank.matched).toHaveLength(1);
    expect(bank.exceptions).toEqual([]);
    expect((await balances(database.db))["1002"]).toBe(59_640n);
    await expectBooksInOrder(database.db);
  });
});
