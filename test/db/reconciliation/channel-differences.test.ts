import { beforeAll, describe, expect, it } from "vitest";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { escalateDifferences, reconcileDueDays } from "../../../src/usecases/reconciliation/run-due-days.ts";
import { fundBill, tradeBill } from "../../independent/statements/wechat-bills.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, balances, date, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";
import {
  expectRestored,
  hireFinanceManager,
  kindsOf,
  openDesk,
  type StatementDesk,
  waysThatLeaveTheDayOpen,
} from "./statement-world.ts";

const DAY = "2026-03-05";
const NEXT = "2026-03-06";
const NEXT_MORNING = "2026-03-11";

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
    // A receipt that was taken back and recorded again is the same difference, not a second one.
    expect(kindsOf(await desk.run(DAY, { account: "WX1" }))).toEqual(kindsOf(run));
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
    const differences = (await desk.run(DAY, { account: "WX1" })).exceptions;
    for (const exception of differences) await desk.resolve(exception.id, choices[exception.kind] ?? "");
    const closed = await desk.close(DAY, "WX1");
    expect(closed).toEqual({ closed: true, missing: [] });
    expect(await waysThatLeaveTheDayOpen(desk, DAY, differences, choices)).toEqual([]);
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

  it("a row that stands twice is settled without an entry, and the day closes", async () => {
    const day = "2026-02-20";
    await receive("440000001", 10_000n, day);
    const twice = {
      time: `${day} 09:00:00`,
      transactionId: "440000001",
      orderNo: "O44",
      amount: "100.00",
      fee: "0.60",
    };
    await desk.importBill("wechat-trade", day, tradeBill([twice, twice]));
    const { exceptions } = await desk.run(day, { account: "WX1" });
    expect(exceptions.map(({ kind }) => kind).sort()).toEqual(["DUPLICATE_PAYMENT", "STATEMENT_GAP"]);
    const choices: Record<string, string> = { DUPLICATE_PAYMENT: "raise", STATEMENT_GAP: "request" };
    for (const { id, kind } of exceptions) await desk.resolve(id, choices[kind] ?? "");
    expect(await desk.close(day, "WX1")).toEqual({ closed: true, missing: [] });
    const duplicates = exceptions.filter(({ kind }) => kind === "DUPLICATE_PAYMENT");
    expect(await waysThatLeaveTheDayOpen(desk, day, duplicates, choices)).toEqual([]);
    await expectBooksInOrder(database.db);
  });
});

describe("differences that are settled with keep", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  const KEPT = "2026-03-10";

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    const receive = async (channelNo: string, amountFen: bigint) =>
      accepted(
        await recordReceipt(
          database.db,
          { channel: "wechat", accountCode: "WX1", channelNo, tenantCode: "T1", amountFen, valueDate: date(KEPT) },
          at(KEPT),
        ),
      );
    await receive("430000001", 1_014_500n); // the bill says 10,144.00
    const undone = await receive("430000002", 40_000n); // taken back here, paid there
    accepted(await undoReceipt(database.db, { receiptNo: undone.receiptNo ?? "" }, at(KEPT)));
    await receive("430000003", 60_000n); // agrees
    await desk.importBill(
      "wechat-trade",
      KEPT,
      // 0.60 % of each, HALF_UP: 60.864, 2.40, 3.60.
      tradeBill([
        { time: `${KEPT} 10:00:00`, transactionId: "430000001", orderNo: "O31", amount: "10144.00", fee: "60.86" },
        { time: `${KEPT} 10:00:01`, transactionId: "430000002", orderNo: "O32", amount: "400.00", fee: "2.40" },
        { time: `${KEPT} 10:00:02`, transactionId: "430000003", orderNo: "O33", amount: "600.00", fee: "3.60" },
      ]),
    );
  });

  const clearing = async () => (await balances(database.db))["1012.01"];
  const fees = async () => (await balances(database.db))["6603"];
  const find = async (kind: string) => {
    const found = (await desk.run(KEPT, { account: "WX1" })).exceptions.find((one) => one.kind === kind);
    if (!found) throw new Error(`no ${kind}`);
    return found;
  };

  it("another amount is kept as booked, its fee is what the channel took, and the day closes", async () => {
    const amount = await find("AMOUNT_MISMATCH");
    expect(amount.proposals.find(({ code }) => code === "keep")?.effect).toContain("借 6603 贷 1012.01 ¥60.86");
    const status = await find("STATUS_MISMATCH");
    await desk.resolve(amount.id, "keep");
    // 10,145.00 + 600.00 less 60.86 + 3.60.
    expect(await clearing()).toBe(1_014_500n + 60_000n - 6_086n - 360n);
    expect(await fees()).toBe(6_086n + 360n);
    // What is not our receipt brings no fee of ours either; it stays with the channel, and is explained.
    await desk.resolve(status.id, "keep");
    expect(await fees()).toBe(6_086n + 360n);
    expect(await desk.close(KEPT, "WX1")).toEqual({ closed: true, missing: [] });
    await expectBooksInOrder(database.db);
  });

  it("the undo restores every balance, whatever was settled in between, and the fee is booked once", async () => {
    const mismatch = await database.db.$queryRaw<
      { id: string }[]
    >`SELECT id FROM exception_item WHERE kind = 'AMOUNT_MISMATCH'`;
    const id = mismatch[0]?.id ?? "";
    await desk.undo(id);
    expect(await fees()).toBe(360n);
    expect((await desk.close(KEPT, "WX1")).closed).toBe(false);
    await expectRestored(database.db, async () => {
      await desk.resolve(id, "keep");
      await desk.undo(id);
    });
    // As the statement has it, with a run that books the fee; then back, and kept after all.
    await desk.resolve(id, "accept-statement");
    expect((await desk.close(KEPT, "WX1")).closed).toBe(true);
    expect(await fees()).toBe(6_086n + 360n);
    await desk.undo(id);
    await desk.resolve(id, "keep");
    expect(await fees()).toBe(6_086n + 360n);
    expect(await clearing()).toBe(1_014_500n + 60_000n - 6_086n - 360n);
    expect(await desk.close(KEPT, "WX1")).toEqual({ closed: true, missing: [] });
    await expectBooksInOrder(database.db);
  });

  it("a day that gets its fund-flow bill after it was closed is looked at again by the job, once", async () => {
    const nowMs = Date.parse(`${NEXT_MORNING}T10:30:00+08:00`);
    const job = () => reconcileDueDays(database.db, { ...at(NEXT_MORNING), nowMs });
    expect(await job()).toEqual({ days: 0, closed: 0 });
    const moved = [
      ["430000001", "O31", "10144.00", "60.86"],
      ["430000002", "O32", "400.00", "2.40"],
      ["430000003", "O33", "600.00", "3.60"],
    ] as const;
    await desk.importBill(
      "wechat-fund",
      KEPT,
      fundBill(
        moved.flatMap(([business, voucher, amount, fee]) => {
          const row = { time: `${KEPT} 10:00:09`, business, flow: `F${business}`, voucher };
          return [
            { ...row, type: "交易", amount },
            { ...row, type: "扣除交易手续费", amount: fee, out: true },
          ];
        }),
        "0.00",
      ),
    );
    // Both bills of the channel agree: what was kept stays explained.
    expect(await job()).toEqual({ days: 1, closed: 1 });
    expect(await job()).toEqual({ days: 0, closed: 0 });
  });

  it("a payment that only a notification told has its owner and deadline at once, and is its bill's row the next day", async () => {
    const PAID = "2026-03-12";
    const atMs = (time: string) => Date.parse(`${time}+08:00`);
    const clock = { today: () => date(PAID), nowMs: () => atMs(`${PAID}T16:00:00`) };
    const tell = (transactionId: string, amountFen: bigint) =>
      settlePayment(
        database.db,
        {
          channel: "wechat",
          merchantId: "1900000001",
          appId: "wx",
          outTradeNo: `O${transactionId}`,
          transactionId,
          amountFen,
          currency: "CNY",
          successTime: `${PAID}T15:59:00+08:00`,
          payerExternalId: undefined,
        },
        "notification",
        {
          gateways: new Map(),
          businessClock: clock,
          wireClock: clock,
          officialAccountAppId: undefined,
          paymentCard: () => {
            throw new Error("nobody is thanked for money that is in no book");
          },
          onProblem: () => undefined,
        },
      );
    for (const [number, amountFen] of [
      ["440000001", 8_000n],
      ["440000002", 9_000n],
      ["440000001", 8_000n],
    ] as const) {
      expect(await tell(number, amountFen)).toMatchObject({ state: "exception", kind: "LOCAL_MISSING" });
    }
    const told = await database.db
      .$queryRaw`SELECT account_code AS account, business_date::text AS day, amount_fen::int AS fen,
        owner_role AS owner, due_at FROM exception_item WHERE facts ? 'early' ORDER BY 3`;
    // A day from the notification, as of every LOCAL_MISSING.
    const duty = { account: "WX1", day: PAID, owner: "finance-manager", due_at: new Date(atMs("2026-03-13T16:00:00")) };
    expect(told).toEqual([
      { ...duty, fen: 8_000 },
      { ...duty, fen: 9_000 },
    ]);
    // Nobody has looked, and no bill has come: the next role hears of it, once.
    const later = { ...at("2026-03-13"), nowMs: atMs("2026-03-13T16:00:00") };
    expect(await escalateDifferences(database.db, { ...later, nowMs: later.nowMs - 1 })).toBe(0);
    expect(await escalateDifferences(database.db, later)).toBe(2);
    expect(await escalateDifferences(database.db, later)).toBe(0);
    const early = (await desk.run(PAID, { account: "WX1" })).exceptions;
    expect(early.map(({ proposals }) => proposals.map(({ code }) => code))).toEqual([["ignore"], ["ignore"]]);
    await desk.resolve(early.find(({ amountFen }) => amountFen === 9_000)?.id ?? "", "ignore");
    // The bill says the same of both: no third difference, and what was ignored stays ignored.
    await desk.importBill(
      "wechat-trade",
      PAID,
      tradeBill([
        { time: `${PAID} 15:59:00`, transactionId: "440000001", orderNo: "O440000001", amount: "80.00", fee: "0.48" },
        { time: `${PAID} 15:59:00`, transactionId: "440000002", orderNo: "O440000002", amount: "90.00", fee: "0.54" },
      ]),
    );
    const [open, ...others] = (await desk.run(PAID, { account: "WX1" })).exceptions;
    expect(others).toEqual([]);
    expect(open?.id).toBe(early.find(({ amountFen }) => amountFen === 8_000)?.id);
    expect(open?.facts).toMatchObject({
      lineNo: 1,
      statementFen: 8_000,
      reasons: ["渠道有这笔收款，我方没有这个订单"],
    });
    expect(open?.facts).not.toHaveProperty("early");
    await expectRestored(database.db, async () => {
      await desk.resolve(open?.id ?? "", "unclaimed");
      await desk.undo(open?.id ?? "");
    });
    await desk.resolve(open?.id ?? "", "unclaimed");
    expect(await desk.close(PAID, "WX1")).toEqual({ closed: true, missing: [] });
    await expectBooksInOrder(database.db);
  });
});
