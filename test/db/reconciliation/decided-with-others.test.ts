import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { PaymentStatus } from "../../../src/ports/payment-gateway.ts";
import { answerChannelQuestions, type ChannelQuestions } from "../../../src/usecases/exceptions/answer-channel.ts";
import { postingsOfResolution } from "../../../src/usecases/exceptions/resolve-exception.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { approvalWorld, decides, importApprovalWorld } from "../../support/approval-world.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, balances, date, expectBooksInOrder, issueBill, standing } from "../../support/ledger-world.ts";
import { expectRestored, openDesk, type StatementDesk } from "./statement-world.ts";

/*
 * What one person alone does not settle (money-rules 10, 11): a gap, what an acquirer keeps, a bad debt; and what the channel
 * settles when it is asked. 周财务 (S05) chooses, 陈经理 agrees up to 500.00.
 */
const database = withDatabase();
let desk: StatementDesk;

beforeAll(async () => {
  const world = approvalWorld();
  const [first, ...others] = world.entities;
  const wechat = { merchantAccounts: [{ code: "WX1", channel: "wechat", mchId: "1900000001" }] };
  await importApprovalWorld(database.db, { ...world, entities: [{ ...first, ...wechat }, ...others] });
  desk = await openDesk(database.db);
});

const pending = async (): Promise<{ id: string; version: number }> => {
  const [request, second] = await rows<{ id: string; version: number }>(
    database.db,
    Prisma.sql`SELECT id, version FROM approval_request WHERE state = 'pending'`,
  );
  if (!request || second) throw new Error("not one document");
  return request;
};

const onlyException = async (day: string, account?: string) => {
  const { exceptions } = await desk.run(day, account === undefined ? {} : { account });
  const [exception, second] = exceptions;
  if (!exception || second) throw new Error(`not one difference: ${exceptions.map((one) => one.kind).join()}`);
  return exception;
};

describe("a gap in the statement", () => {
  const DAY = "2026-03-03";

  it("is accepted by two people, and keeps the day open until then", async () => {
    await desk.import("2026-03-02", [{ amountFen: -100n, payer: "银行", remark: "工本费", serial: "G1" }], 10_000n);
    const fee = await onlyException("2026-03-02");
    await desk.resolve(fee.id, "bank-fee", { as: "S05" });
    // 99.00 were there; the next day begins with 80.00: 19.00 are missing.
    await desk.import(DAY, [{ amountFen: -100n, payer: "银行", remark: "工本费", serial: "G2" }], 8_000n);
    const { exceptions } = await desk.run(DAY);
    const gap = exceptions.find((one) => one.kind === "STATEMENT_GAP");
    const second = exceptions.find((one) => one.kind === "LOCAL_MISSING");
    if (!gap || !second) throw new Error("no gap");
    expect(gap.amountFen).toBe(-1_900);
    await desk.resolve(second.id, "bank-fee", { as: "S05" });

    const asked = await desk.resolve(gap.id, "accept", { as: "S05", note: "银行当日系统升级，流水缺一笔" });
    expect([asked.exception.state, asked.approvals?.length, asked.postings]).toEqual(["open", 1, []]);
    expect(await desk.run(DAY)).toMatchObject({ closed: false });
    // Asked twice is one document; who asked does not decide; whoever takes it back ends the document.
    await desk.resolve(gap.id, "accept", { as: "S05", note: "银行当日系统升级，流水缺一笔" });
    expect(await decides(database.db, "周财务", await pending(), "approve", DAY)).toMatchObject({ ok: false });
    const dropped = await pending();
    await desk.undo(gap.id, "S05");
    expect(await decides(database.db, "陈经理", dropped, "approve", DAY)).toMatchObject({ code: "ALREADY_EXPIRED" });

    await desk.resolve(gap.id, "accept", { as: "S05", note: "银行当日系统升级，流水缺一笔" });
    const approved = await pending();
    expect(await decides(database.db, "陈经理", approved, "approve", DAY)).toMatchObject({ ok: true });
    expect(await desk.run(DAY)).toMatchObject({ closed: true, exceptions: [] });
    const found = await row<{ by: string; approvalId: string }>(
      database.db,
      Prisma.sql`SELECT resolved_by AS by, approval_id AS "approvalId" FROM exception_resolution
        WHERE exception_id = ${gap.id}::uuid AND undone_by IS NULL`,
    );
    expect(found).toEqual({ by: "staff:S05", approvalId: approved.id });
    await desk.undo(gap.id, "S05");
    expect(await desk.run(DAY)).toMatchObject({ closed: false });
    await desk.resolve(gap.id, "request", { as: "S05" });
    await expectBooksInOrder(database.db);
  });
});

describe("card payments at the desk (POS)", () => {
  const takeCard = async (amountFen: bigint, day: string, slip: string): Promise<string> => {
    const recorded = await recordReceipt(
      database.db,
      { channel: "pos", channelNo: slip, tenantCode: "T1", entityCode: "E1", amountFen, valueDate: date(day) },
      at(day),
    );
    return accepted(recorded).receiptNo ?? "";
  };
  const pos = async () => (await balances(database.db))["1012.02"] ?? 0n;
  let balanceFen = 7_900n;
  const settle = async (day: string, amountFen: bigint, serial: string) => {
    await desk.import(day, [{ amountFen, payer: "银联商务股份有限公司", remark: "POS清算", serial }], balanceFen);
    balanceFen += amountFen;
    return desk.run(day);
  };

  it("are settled day by day less the acquirer's fee: 1002 and 6603 from 1012.02", async () => {
    await takeCard(60_000n, "2026-03-04", "POS1");
    await takeCard(40_000n, "2026-03-04", "POS2");
    await takeCard(20_000n, "2026-03-05", "POS3");
    const before = await balances(database.db);
    // 1,000.00 less 0.38 % = 3.80.
    const run = await settle("2026-03-05", 99_620n, "P1");
    expect(run.exceptions).toEqual([]);
    expect(run.matched.map((one) => [one.stage, one.to])).toEqual([[1, "pos-settled 2026-03-05"]]);
    const after = await balances(database.db);
    expect([(after["1002"] ?? 0n) - (before["1002"] ?? 0n), (after["6603"] ?? 0n) - (before["6603"] ?? 0n)]).toEqual([
      99_620n,
      380n,
    ]);
    expect(await pos()).toBe(20_000n);
    // A second run, and the same file again, change nothing.
    expect(await desk.run("2026-03-05")).toMatchObject({ closed: true, exceptions: [] });
    expect(await pos()).toBe(20_000n);
    await expectBooksInOrder(database.db);
  });

  it("that arrive short are a difference: as the bank says, or the rest as a fee when a second person agrees", async () => {
    await settle("2026-03-06", 15_000n, "P2");
    const short = await onlyException("2026-03-06");
    expect([short.kind, short.amountFen, short.proposals.map((one) => one.code)]).toEqual([
      "SETTLEMENT_MISMATCH",
      -5_000,
      ["accept", "raise", "write-off"],
    ]);
    await expectRestored(database.db, async () => {
      await desk.resolve(short.id, "accept", { as: "S05" });
      expect(await pos()).toBe(5_000n);
      await desk.undo(short.id, "S05");
    });
    await desk.resolve(short.id, "write-off", { as: "S05", note: "收单机构扣了年费" });
    expect(await pos()).toBe(20_000n);
    expect(await decides(database.db, "陈经理", await pending(), "approve", "2026-03-06")).toMatchObject({ ok: true });
    expect(await pos()).toBe(0n);
    expect(await desk.run("2026-03-06")).toMatchObject({ closed: true, exceptions: [] });
    await expectBooksInOrder(database.db);
    await desk.undo(short.id, "S05");
    expect(await pos()).toBe(20_000n);
    await desk.resolve(short.id, "accept", { as: "S05" });
    await expectBooksInOrder(database.db);
  });

  it("that were taken back after the acquirer had paid them in lessen its next settlement", async () => {
    const mistake = await takeCard(9_000n, "2026-03-07", "POS4");
    await settle("2026-03-08", 9_000n, "P3");
    accepted(await undoReceipt(database.db, { receiptNo: mistake }, at("2026-03-08")));
    await takeCard(30_000n, "2026-03-08", "POS5");
    // 300.00 − 90.00.
    expect(await settle("2026-03-09", 21_000n, "P4")).toMatchObject({ exceptions: [], closed: true });
    expect(await pos()).toBe(5_000n);
    await expectBooksInOrder(database.db);
  });

  it("that never arrive are told after nine days", async () => {
    const forgotten = await takeCard(7_700n, "2026-03-10", "POS6");
    expect(await settle("2026-03-19", 100n, "P5")).toMatchObject({
      exceptions: [{ kind: "SETTLEMENT_MISMATCH", amountFen: 100 - 7_700 }],
    });
    const { exceptions } = await desk.run("2026-03-20");
    expect(exceptions).toMatchObject([{ kind: "CHANNEL_MISSING", amountFen: 7_700, facts: { receiptNo: forgotten } }]);
  });
});

describe("what is short of a bill", () => {
  it("is written off as a bad debt by the approval document, in part where that is said", async () => {
    await issueBill(database.db, {
      billNo: "DG-202604-00001",
      lease: "L2",
      issueDate: "2026-04-01",
      dueDate: "2026-04-20",
      lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
    });
    await desk.import("2026-04-02", [
      { amountFen: 97_000n, payer: "二号贸易", remark: "DG-202604-00001", serial: "W1" },
    ]);
    const { exceptions } = await desk.run("2026-04-02");
    const short = exceptions.find((one) => one.kind === "UNDERPAYMENT");
    if (!short) throw new Error("not short");
    await expect(desk.resolve(short.id, "write-off", { as: "S05", amount: "30.01" })).rejects.toThrow("¥30.00");
    await expect(desk.resolve(short.id, "keep-open", { as: "S05", amount: "1.00" })).rejects.toThrow("不能改金额");
    await desk.resolve(short.id, "write-off", { as: "S05", amount: "20.00", note: "租户注销" });
    const before = await balances(database.db);
    expect(await decides(database.db, "陈经理", await pending(), "approve", "2026-04-02")).toMatchObject({ ok: true });
    // 1231 → 1122.
    expect((await balances(database.db))["1231"]).toBe((before["1231"] ?? 0n) + 2_000n);
    expect((await standing(database.db)).open).toEqual({ rent: 1_000n });
    await expectBooksInOrder(database.db);
  });
});

describe("WeChat Pay is asked again", () => {
  const DAY = "2026-05-05";
  let answer: PaymentStatus = { state: "unknown", reason: "timeout" };
  let asked = 0;
  const clock = { today: () => date("2026-05-06"), nowMs: () => Date.parse("2026-05-06T10:00:00+08:00") };
  const gateway = {
    merchantId: "1900000001",
    createNative: () => Promise.reject(new Error("no")),
    createJsapi: () => Promise.reject(new Error("no")),
    close: () => Promise.reject(new Error("no")),
    query: async () => {
      asked += 1;
      return answer;
    },
  };
  const notices = refundNotices(undefined);
  const encryption = createFieldEncryption([createHash("sha256").update("test").digest()]);
  const onProblem = () => undefined;
  const questions: ChannelQuestions = {
    payments: {
      gateways: new Map([["1900000001", { gateway, appId: "wx" }]]),
      businessClock: clock,
      wireClock: clock,
      officialAccountAppId: undefined,
      paymentCard: () => {
        throw new Error("nobody is told");
      },
      onProblem,
    },
    refunds: { gateways: new Map(), businessClock: clock, wireClock: clock, notices, encryption, onProblem },
    resolutionOf: (staff) => ({
      actor: `staff:${staff.code}`,
      channel: "job",
      today: clock.today(),
      nowMs: clock.nowMs(),
      staff,
      approvals: { cards: approvalCards(), refunds: notices },
      refunding: { notices, encryption },
    }),
  };
  const paid = (amountFen: bigint): PaymentStatus => ({
    state: "paid",
    fact: {
      channel: "wechat",
      merchantId: "1900000001",
      appId: "wx",
      outTradeNo: "PL1",
      transactionId: "4200001",
      amountFen,
      currency: "CNY",
      successTime: `${DAY}T09:00:00+08:00`,
      payerExternalId: undefined,
    },
  });

  it("an order that the bill has and we have not is booked when WeChat says so, and stays open while it says nothing", async () => {
    const { db } = database;
    const bill = await issueBill(db, {
      billNo: "DG-202605-00001",
      lease: "L1",
      issueDate: "2026-05-01",
      dueDate: "2026-05-20",
      lines: [{ charge: "rent", kind: "rent", amountFen: 12_300n }],
    });
    const line = await row<{ id: string }>(
      db,
      Prisma.sql`SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.bill_no = 'DG-202605-00001'`,
    );
    const orderId = newId();
    await execute(
      db,
      Prisma.sql`INSERT INTO payment_order (id, entity_id, tenant_id, merchant_account_id, purpose, out_trade_no, amount_fen,
          frozen_as_of, expires_at, state, method, created_by, prepay)
        SELECT ${orderId}::uuid, e.id, t.id, m.id, 'bills', 'PL1', 12300, ${DAY}::date, now() + interval '1 hour', 'UNKNOWN',
          'native', 'test', '{"description":"x"}'::jsonb
        FROM legal_entity e, tenant t, merchant_account m WHERE e.code = 'E1' AND t.code = 'T1' AND m.code = 'WX1'`,
    );
    await execute(
      db,
      Prisma.sql`INSERT INTO payment_order_line (order_id, line_id, component, amount_fen, active)
        VALUES (${orderId}::uuid, ${line?.id}::uuid, 'principal', 12300, true)`,
    );
    expect(bill).toBeDefined();
    await desk.importText("wechat-trade", "WX1", DAY, tradeBill("4200001", "PL1", "123.00"));
    const missing = await onlyException(DAY, "WX1");
    expect([missing.kind, missing.proposals.map((one) => one.code)]).toEqual([
      "LOCAL_MISSING",
      ["settle", "requery", "unclaimed", "ignore"],
    ]);
    const ask = async () => {
      await desk.resolve(missing.id, "requery", { as: "S05" });
      await execute(
        db,
        Prisma.sql`UPDATE exception_item SET requery_at = now() - interval '1 second' WHERE requery_at IS NOT NULL`,
      );
      await answerChannelQuestions(db, questions);
      return row<{ state: string; says: string; asks: boolean; with: string | null }>(
        db,
        Prisma.sql`SELECT state, facts->>'channelSays' AS says, requery_at IS NOT NULL AS asks, resolved_with AS with
          FROM exception_item WHERE id = ${missing.id}::uuid`,
      );
    };
    expect(await ask()).toEqual({ state: "open", says: "微信暂时没有答复，稍后自动再查", asks: true, with: null });
    answer = { state: "unpaid" };
    expect(await ask()).toEqual({ state: "open", says: "微信答复：未支付", asks: false, with: null });
    answer = paid(12_400n);
    expect(await ask()).toMatchObject({ state: "open", says: "微信答复：已支付 ¥124.00" });
    expect(await inTransaction(db, (tx) => postingsOfResolution(tx, missing.id))).toEqual([]);
    answer = paid(12_300n);
    await expectRestored(db, async () => {
      expect(await ask()).toMatchObject({ state: "resolved", with: "settle" });
      await desk.undo(missing.id, "S05");
    });
    expect(await ask()).toMatchObject({ state: "resolved", with: "settle" });
    // What `recon resolve --with requery` prints, whoever heard the answer.
    expect(await inTransaction(db, (tx) => postingsOfResolution(tx, missing.id))).toEqual([
      { debit: "1012.01", credit: "1122", amountFen: 12_300n },
    ]);
    expect(asked).toBe(5);
    expect((await standing(db)).open).toEqual({ rent: 0n });
    await expectBooksInOrder(db);
  });
});

/** One payment, as the bill of a day is handed out. */
function tradeBill(transaction: string, order: string, yuan: string): string {
  const header =
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
  const cells = [
    "2026-05-05 09:00:00",
    "wx",
    "1900000001",
    "0",
    "",
    transaction,
    order,
    "o1",
    "NATIVE",
    "SUCCESS",
    "OTHERS",
    "CNY",
    yuan,
    "0.00",
    "0",
    "0",
    "0.00",
    "0.00",
    "",
    "",
    "x",
    "",
    "0.00000",
    "0.00%",
    yuan,
    "0.00",
    "",
  ];
  const total = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
  return [
    header,
    cells.map((one) => `\`${one}`).join(","),
    total,
    `\`1,\`${yuan},\`0.00,\`0.00,\`0.00000,\`${yuan},\`0.00`,
    "",
  ].join("\r\n");
}
