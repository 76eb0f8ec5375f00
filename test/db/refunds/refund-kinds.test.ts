import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import { findTenantBalances } from "../../../src/usecases/queries/tenant-balances.ts";
import { findTenantPayments } from "../../../src/usecases/queries/tenant-payments.ts";
import { findTenantStatement } from "../../../src/usecases/queries/tenant-statement.ts";
import { claimReceipt } from "../../../src/usecases/receipts/claim-receipt.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { confirmBankPayout, findBankPayouts } from "../../../src/usecases/refunds/bank-payouts.ts";
import { cancelRefund } from "../../../src/usecases/refunds/end-refund.ts";
import { openDesk } from "../reconciliation/statement-world.ts";
import {
  approves,
  asks,
  balancesOf,
  contextOf,
  expectBooksInOrder,
  heard,
  idsOf,
  openRefundWorld,
  paysAhead,
  personId,
  type RefundWorld,
  refundOf,
  tryToAsk,
  works,
} from "./refund-world.ts";

const ACCOUNT = { holder: "东莞恒芯电子有限公司", bank: "招商银行东莞分行", accountNo: "6225 8802 1234 5678" };
const at = (world: RefundWorld) => ({ actor: "staff:S03", channel: "cli", today: world.clock.today() });

/** T002 pays its open bill of E1 by WeChat: ¥71.11 late fee and ¥6,772.50 rent. */
async function paysBill(world: RefundWorld): Promise<{ receiptId: string; receiptNo: string; lineId: string }> {
  const selection = await world.selectionOf("T002", "E1");
  const prepared = await prepareOrder(world.db, { ...selection, method: "native", createdBy: "h5" }, world.context);
  if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error(prepared.state);
  world.wechat.notifications.dropNext();
  world.wechat.pay(prepared.ticket.codeUrl, "oT002");
  const status = await world.context.gateways.get(prepared.order.merchantId)?.gateway.query(prepared.order.outTradeNo);
  if (status?.state !== "paid") throw new Error("not paid");
  const settled = await settlePayment(world.db, status.fact, "query", world.context);
  if (settled.state !== "settled") throw new Error(settled.state);
  world.clock.advanceMs(3_600_000);
  const line = await row<{ lineId: string }>(
    world.db,
    Prisma.sql`SELECT line_id AS "lineId" FROM allocation WHERE source_id = ${settled.receiptId}::uuid AND component = 'principal'`,
  );
  if (!line) throw new Error("the rent was not paid");
  return { ...settled, ...line };
}

const openOf = (world: RefundWorld, lineId: string) =>
  row<{ principal: number; open: number }>(
    world.db,
    Prisma.sql`SELECT principal_fen::int AS principal, open_fen::int AS open FROM receivable WHERE line_id = ${lineId}::uuid`,
  );

describe("a refund by line", () => {
  it("carries its credit in the same approval: the line's allocation comes free, nothing is open again", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysBill(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "400.00", by: "黄锐" });
    expect(await openOf(world, lineId)).toEqual({ principal: 677_250, open: 0 });
    await approves(world, refund, "S04");
    expect(await openOf(world, lineId)).toEqual({ principal: 637_250, open: 0 });
    const credit = await row<{ amount: number; net: number; tax: number; role: string; state: string }>(
      world.db,
      Prisma.sql`SELECT l.amount_fen::int AS amount, l.net_fen::int AS net, l.tax_fen::int AS tax, l.role, b.state
        FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE l.role = 'one-off'`,
    );
    // 40000 ÷ 1.09 = 36697.2… → 36697 net, 3303 tax.
    expect(credit).toEqual({ amount: -40_000, net: -36_697, tax: -3_303, role: "one-off", state: "published" });
    expect(await balancesOf(world)).toEqual({ "2203": 40_000, "2241.03": -40_000 });
    await expectBooksInOrder(world);
    // The rest of what the payment paid on the line can follow, and no fen more.
    expect(
      await tryToAsk(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "6372.51", by: "黄锐" }),
    ).toMatchObject({
      code: "REFUND_TOO_MUCH",
    });
    await works(world);
    world.wechat.endRefund("1900000001", refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    await expectBooksInOrder(world);
  });

  it("opens the receivable again only because the document that was approved says so", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysBill(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "reopen" }, yuan: "400.00", by: "黄锐" });
    const facts = await row<{ facts: { label: string; value: string }[] }>(
      world.db,
      Prisma.sql`SELECT facts FROM approval_request WHERE subject_id = ${refund.refundId}::uuid`,
    );
    expect(facts?.facts.find(({ label }) => label === "退什么")?.value).toContain("批准后这笔费用重新变为未付");
    await approves(world, refund, "S04");
    expect(await openOf(world, lineId)).toEqual({ principal: 677_250, open: 40_000 });
    await expectBooksInOrder(world);
  });
});

describe("other money", () => {
  it("a deposit that was taken over goes back by bank transfer, never more than is held", async () => {
    const world = await openRefundWorld();
    const { tenantId } = await idsOf(world, "T001", "E1");
    const lease = await row<{ id: string }>(world.db, Prisma.sql`SELECT id FROM lease WHERE code = 'L001'`);
    const of = { key: `deposit:${lease?.id}:`, tenantId };
    expect(await tryToAsk(world, { of, yuan: "25200.00" })).toMatchObject({ code: "PAYOUT_ACCOUNT_NEEDED" });
    const { refund } = await asks(world, { of, yuan: "25200.00", payoutAccount: ACCOUNT, reason: "退租" });
    expect(refund).toMatchObject({ route: "bank", source: "deposit", payoutTail: "5678" });
    expect(await tryToAsk(world, { of, yuan: "0.01" })).toMatchObject({ code: "REFUND_TOO_MUCH" });
    await approves(world, refund, "S06", "S08");
    expect(await refundOf(world, refund)).toMatchObject({ state: "bank-due" });
    expect(await balancesOf(world)).toEqual({ "2241.01": 2_520_000, "2241.03": -2_520_000 });
    const [payout] = await inTransaction(world.db, (tx) => findBankPayouts(tx, world.refunds.encryption));
    expect(payout).toMatchObject({ holder: ACCOUNT.holder, accountNo: "6225880212345678", amountFen: 2_520_000n });
    const confirm = (reference: string, paidOn: string) =>
      inTransaction(world.db, (tx) =>
        confirmBankPayout(
          tx,
          { refundNo: refund.refundNo, bankReference: reference, paidOn: parseCivilDate(paidOn) },
          { ...at(world), notices: world.refunds.notices },
        ),
      );
    expect(await confirm("CMB-1", "2026-09-06")).toMatchObject({ code: "DATE_IN_FUTURE" });
    expect(await confirm("CMB-1", "2026-09-05")).toMatchObject({ ok: true, repeated: false });
    expect(await confirm("CMB-1", "2026-09-05")).toMatchObject({ ok: true, repeated: true });
    expect(await confirm("CMB-2", "2026-09-05")).toMatchObject({ code: "REFUND_NOT_BANK_DUE" });
    expect(await balancesOf(world)).toEqual({ "1002": -2_520_000, "2241.01": 2_520_000 });
    expect(await heard(world, "陈志强")).toEqual(["退款已批准", "退款将转到银行账户", "退款已到账"]);
    const [balance] = await findTenantBalances(world.db, tenantId, world.clock.today());
    expect(balance).toMatchObject({ depositFen: 0n, refundingFen: 0n });
    await expectBooksInOrder(world);
  });

  it("what the bank has paid before anybody put it on record is put on record with one tap", async () => {
    const world = await openRefundWorld();
    const { tenantId } = await idsOf(world, "T001", "E1");
    const lease = await row<{ id: string }>(world.db, Prisma.sql`SELECT id FROM lease WHERE code = 'L001'`);
    const of = { key: `deposit:${lease?.id}:`, tenantId };
    const { refund } = await asks(world, { of, yuan: "1234.56", payoutAccount: ACCOUNT, reason: "退租" });
    await approves(world, refund, "S04", "S05");
    expect(await refundOf(world, refund)).toMatchObject({ state: "bank-due" });
    const desk = await openDesk(world.db);
    const line = { amountFen: -123_456n, payer: ACCOUNT.holder, remark: `退款 ${refund.refundNo}`, serial: "PAY-1" };
    await desk.import("2026-09-05", [line], 28_650_000n);
    const { exceptions } = await desk.run("2026-09-05");
    const mismatch = exceptions.find(({ kind }) => kind === "REFUND_MISMATCH");
    expect(mismatch?.proposals.map(({ code }) => code)).toEqual(["confirm-payout", "raise", "keep"]);
    const { postings } = await desk.resolve(mismatch?.id ?? "", "confirm-payout", { as: "S06" });
    expect(postings).toEqual([{ debit: "2241.03", credit: "1002", amountFen: 123_456 }]);
    expect(await refundOf(world, refund)).toMatchObject({ state: "paid", bankReference: "PAY-1" });
    await expect(desk.undo(mismatch?.id ?? "", "S06")).rejects.toThrow("已登记为银行付出");
    await expectBooksInOrder(world);
  });

  it("unclaimed money goes back at a colleague's word, and cannot be claimed meanwhile", async () => {
    const world = await openRefundWorld();
    const found = await recordReceipt(
      world.db,
      {
        channel: "bank",
        channelNo: "B-9",
        tenantCode: null,
        entityCode: "E1",
        amountFen: 123_456n,
        valueDate: parseCivilDate("2026-09-04"),
      },
      at(world),
    );
    if (!found.ok || !found.receiptId || !found.receiptNo) throw new Error("not recorded");
    const { refund } = await asks(world, {
      of: { key: `unclaimed:${found.receiptId}` },
      by: "孙出纳",
      payoutAccount: ACCOUNT,
    });
    expect(refund).toMatchObject({ tenantId: null, amountFen: 123_456n });
    const claim = () => claimReceipt(world.db, { receiptNo: found.receiptNo ?? "", tenantCode: "T001" }, at(world));
    expect(await claim()).toMatchObject({ code: "RECEIPT_BEING_REFUNDED" });
    await approves(world, refund, "S04", "S05");
    expect(await balancesOf(world)).toEqual({ "2241.02": 123_456, "2241.03": -123_456 });
    await expectBooksInOrder(world);
    const returned = await inTransaction(world.db, async (tx) =>
      cancelRefund(
        tx,
        { refundNo: refund.refundNo, by: "finance", personId: await personId(world, "钱经理"), reason: "账户不对" },
        contextOf(world, "staff:S06"),
      ),
    );
    expect(returned).toMatchObject({ ok: true, refund: { state: "cancelled" } });
    // I17: done and taken back, everything is as before.
    expect(await balancesOf(world)).toEqual({});
    expect(await claim()).toMatchObject({ ok: true });
    await expectBooksInOrder(world);
  });

  it("a payment of 366 days ago is not asked of the channel", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "300.00");
    world.clock.advanceDays(366);
    const { refund } = await asks(world, { of: { key }, payoutAccount: ACCOUNT });
    expect(refund.route).toBe("bank");
    await approves(world, refund, "S04");
    await works(world);
    expect((await refundOf(world, refund)).state).toBe("bank-due");
    expect(world.wechat.refunds.find("1900000001", refund.outRefundNo)).toBeUndefined();
  });
});

describe("what others see of a refund", () => {
  it("the payment cannot be undone, the statement and the payments tell it, an approved one is not credit any more", async () => {
    const world = await openRefundWorld();
    const { key, receiptNo } = await paysAhead(world, "800.00");
    const { tenantId } = await idsOf(world, "T001", "E1");
    const { refund } = await asks(world, { of: { key }, yuan: "300.00" });
    expect(await undoReceipt(world.db, { receiptNo }, at(world))).toMatchObject({ code: "RECEIPT_PARTLY_REFUNDED" });
    await approves(world, refund, "S04");
    const september = { from: parseCivilDate("2026-09-01"), to: parseCivilDate("2026-09-30") };
    const [statement] = (await findTenantStatement(world.db, tenantId, september, world.clock.today())).filter(
      ({ refundedFen }) => refundedFen > 0n,
    );
    expect(statement).toMatchObject({ paidFen: 80_000n, refundedFen: 30_000n });
    // What was taken over (¥3,000 paid ahead) and ¥500 of this payment are credit.
    expect(statement?.closingFen).toBe(-300_000n - 50_000n);
    const [payment] = await findTenantPayments(world.db, tenantId, { limit: 1 });
    expect(payment).toMatchObject({ receiptNo, amountFen: 80_000n, refundedFen: 30_000n });
    const balances = await findTenantBalances(world.db, tenantId, world.clock.today());
    expect(balances.find(({ refundingFen }) => refundingFen > 0n)).toMatchObject({
      refundingFen: 30_000n,
      prepaymentFen: 350_000n,
    });
  });
});
