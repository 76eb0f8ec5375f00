import { describe, expect, it } from "vitest";
import { Aes } from "wechatpay-axios-plugin";
import {
  apiV3Key,
  dayMs,
  HandClock,
  mchId,
  minuteMs,
  noon,
  openWechatPay,
  orderBody,
  outsideClient,
  startCallback,
} from "./world.ts";

const outTradeNo = "PL20260815000001";
const totalFen = 123450;

/** A world with one paid order of ¥1,234.50. */
async function openPaid(options: Parameters<typeof openWechatPay>[0] = {}, couponFen = 0) {
  const clock = new HandClock(noon);
  const pay = await openWechatPay({ refundsEndThemselves: false, ...options }, clock);
  const client = outsideClient(pay);
  pay.notifications.dropNext();
  const created = await client.create("native", orderBody());
  pay.pay(String(created.data.code_url), "oAnna", { couponFen });
  const refund = (outRefundNo: string, refundFen: number, more: Record<string, unknown> = {}) =>
    client.refund({
      out_trade_no: outTradeNo,
      out_refund_no: outRefundNo,
      reason: "退租结算",
      amount: { refund: refundFen, total: totalFen, currency: "CNY" },
      ...more,
    });
  return { clock, pay, client, refund };
}

describe("a refund", () => {
  it("is accepted, then done, and the order is REFUND after a part of it already", async () => {
    const { pay, client, refund } = await openPaid();
    const applied = await refund("RF0001", 23450);
    expect(applied.data).toMatchObject({
      refund_id: expect.stringMatching(/^5030\d{24}$/),
      status: "PROCESSING",
      channel: "ORIGINAL",
      amount: { total: totalFen, refund: 23450, payer_refund: 23450, currency: "CNY" },
    });
    expect((await client.query(outTradeNo)).data.trade_state).toBe("REFUND");
    pay.endRefund(mchId, "RF0001", "SUCCESS");
    expect((await client.queryRefund("RF0001")).data).toMatchObject({
      status: "SUCCESS",
      success_time: "2026-08-15T12:00:00+08:00",
    });
    expect(pay.merchant(mchId).balanceFen).toBe(100000);
  });

  it.each([
    ["SUCCESS", 100000],
    ["ABNORMAL", 100000],
    ["CLOSED", 123450],
  ] as const)("ends in %s with its own notification, the account then holding %i fen", async (status, balanceFen) => {
    const { pay, refund } = await openPaid();
    const callback = await startCallback(() => ({ status: 200 }));
    await refund("RF0001", 23450, { notify_url: callback.url });
    pay.endRefund(mchId, "RF0001", status);
    await pay.notifications.settled();
    const envelope = JSON.parse(callback.received[0]?.body ?? "{}");
    expect(envelope).toMatchObject({ event_type: `REFUND.${status}`, resource: { original_type: "refund" } });
    const { ciphertext, nonce, associated_data: associatedData } = envelope.resource;
    const resource = JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associatedData));
    expect(resource).toMatchObject({
      out_trade_no: outTradeNo,
      out_refund_no: "RF0001",
      refund_status: status,
      amount: { total: totalFen, refund: 23450, payer_total: totalFen, payer_refund: 23450 },
    });
    expect(resource).not.toHaveProperty("status");
    expect(pay.merchant(mchId).balanceFen).toBe(balanceFen);
  });

  it("happens once under one number, however often it is asked for", async () => {
    const { pay, refund } = await openPaid();
    const first = await refund("RF0001", 23450);
    const second = await refund("RF0001", 23450);
    expect(second.data.refund_id).toBe(first.data.refund_id);
    expect(pay.merchant(mchId).balanceFen).toBe(100000);
    const other = await refund("RF0001", 23451);
    expect([other.status, other.data.code]).toEqual([400, "REFUND_FEE_MISMATCH"]);
  });

  it("gives a coupon back in proportion", async () => {
    // 123,450 fen of which a coupon paid a tenth: of 1,005 fen the payer gets floor(904.5) = 904.
    const { refund } = await openPaid({}, 12345);
    expect((await refund("RF0001", 1005)).data.amount).toMatchObject({
      refund: 1005,
      payer_total: 111105,
      payer_refund: 904,
    });
  });

  it("ends by itself where nobody wants to watch", async () => {
    const { pay, client, refund } = await openPaid({ refundsEndThemselves: true });
    const callback = await startCallback(() => ({ status: 200 }));
    await refund("RF0001", totalFen, { notify_url: callback.url });
    expect((await client.queryRefund("RF0001")).data.status).toBe("SUCCESS");
    await pay.notifications.settled();
    expect(callback.received).toHaveLength(1);
  });
});

describe("a refund is refused", () => {
  it("beyond what was paid", async () => {
    const { clock, refund } = await openPaid();
    await refund("RF0001", 100000);
    clock.pass(minuteMs);
    // 1,234.50 - 1,000.00 = 234.50 are left.
    const tooMuch = await refund("RF0002", 23451);
    expect([tooMuch.status, tooMuch.data.code]).toEqual([400, "INVALID_REQUEST"]);
    expect((await refund("RF0003", 23450)).status).toBe(200);
  });

  it("within a minute of another for the same order", async () => {
    const { clock, refund } = await openPaid();
    await refund("RF0001", 1);
    clock.pass(minuteMs - 1);
    const early = await refund("RF0002", 1);
    expect([early.status, early.data.code]).toEqual([429, "FREQUENCY_LIMITED"]);
    clock.pass(1);
    expect((await refund("RF0002", 1)).status).toBe(200);
  });

  it("for the 51st time", async () => {
    const { clock, refund } = await openPaid();
    for (let number = 1; number <= 50; number += 1) {
      expect((await refund(`RF${number}`, 1)).status).toBe(200);
      clock.pass(minuteMs);
    }
    const last = await refund("RF51", 1);
    expect([last.status, last.data.code]).toEqual([400, "INVALID_REQUEST"]);
  });

  it("after 365 days", async () => {
    const { clock, refund } = await openPaid();
    clock.pass(365 * dayMs);
    expect((await refund("RF0001", 1)).status).toBe(200);
    clock.pass(minuteMs);
    const late = await refund("RF0002", 1);
    expect([late.status, late.data.code]).toEqual([403, "TRADE_OVERDUE"]);
  });

  it("when the merchant account is empty", async () => {
    const { pay, refund } = await openPaid();
    pay.merchant(mchId).balanceFen = 99;
    const empty = await refund("RF0001", 100);
    expect([empty.status, empty.data.code]).toEqual([403, "NOT_ENOUGH"]);
    pay.merchant(mchId).balanceFen = 100;
    expect((await refund("RF0001", 100)).status).toBe(200);
  });

  it.each([
    ["for an unknown order", { out_trade_no: "PL20260815000009" }, 404, "RESOURCE_NOT_EXISTS"],
    ["for another total", { amount: { refund: 1, total: 1, currency: "CNY" } }, 400, "INVALID_REQUEST"],
    ["without a currency", { amount: { refund: 1, total: totalFen } }, 400, "PARAM_ERROR"],
    ["of nothing", { amount: { refund: 0, total: totalFen, currency: "CNY" } }, 400, "PARAM_ERROR"],
    ["with two numbers for one order", { transaction_id: "4200000000202608150000000000" }, 400, "PARAM_ERROR"],
  ])("%s", async (_case, more, status, code) => {
    const { refund } = await openPaid();
    const answer = await refund("RF0001", 1, more);
    expect([answer.status, answer.data.code]).toEqual([status, code]);
  });
});

describe("the answer to a refund gets lost", () => {
  it.each([
    ["429 although it was accepted", { kind: "lose-answer", status: 429, body: '{"code":"FREQUENCY_LIMITED"}' }, 200],
    ["500 although it was accepted", { kind: "lose-answer", status: 500, body: '{"code":"SYSTEM_ERROR"}' }, 200],
    ["500 and it was not accepted", { kind: "refuse", status: 500, body: '{"code":"SYSTEM_ERROR"}' }, 404],
  ] as const)("%s: only the query tells", async (_case, fault, queryStatus) => {
    const { pay, client, refund } = await openPaid();
    pay.faults.arm("POST", /\/refunds$/, fault);
    expect((await refund("RF0001", 100)).status).toBe(fault.status);
    expect((await client.queryRefund("RF0001")).status).toBe(queryStatus);
  });
});
