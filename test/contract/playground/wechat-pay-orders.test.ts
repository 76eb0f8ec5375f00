import { createPrivateKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  appId,
  dayMs,
  HandClock,
  hourMs,
  mchId,
  minuteMs,
  noon,
  openWechatPay,
  orderBody,
  outsideClient,
  strangerKeyPem,
} from "./world.ts";

const outTradeNo = "PL20260815000001";
const anna = "oAnna";
const ben = "oBen";

async function open(options: Parameters<typeof openWechatPay>[0] = {}) {
  const clock = new HandClock(noon);
  const pay = await openWechatPay(options, clock);
  const client = outsideClient(pay);
  const codeUrl = async (more: Record<string, unknown> = {}) =>
    String((await client.create("native", orderBody(more))).data.code_url);
  const prepayId = async (more: Record<string, unknown> = {}) =>
    String((await client.create("jsapi", orderBody({ payer: { openid: anna }, ...more }))).data.prepay_id);
  return { clock, pay, client, codeUrl, prepayId };
}

describe("creating an order", () => {
  it("repeats an identical unpaid order with a fresh code; the old code is dead", async () => {
    const { pay, codeUrl } = await open();
    const first = await codeUrl();
    const second = await codeUrl();
    expect(second).not.toBe(first);
    expect(pay.pay(first, anna)).toMatchObject({ state: "refused" });
    expect(pay.pay(second, anna)).toMatchObject({ state: "paid", amountFen: 123450 });
  });

  it.each([
    ["another amount", "native", { amount: { total: 123451, currency: "CNY" } }],
    ["another description", "native", { description: "2026年9月账单" }],
    ["another product", "jsapi", { payer: { openid: anna } }],
  ] as const)("refuses the same number with %s", async (_case, product, more) => {
    const { client } = await open();
    await client.create("native", orderBody());
    const answer = await client.create(product, orderBody(more));
    expect([answer.status, answer.data.code]).toEqual([403, "OUT_TRADE_NO_USED"]);
  });

  it("refuses the number of a paid order, and of a closed one", async () => {
    const { pay, client, codeUrl } = await open();
    pay.pay(await codeUrl(), anna);
    const paid = await client.create("native", orderBody());
    expect([paid.status, paid.data.code]).toEqual([403, "OUT_TRADE_NO_USED"]);
    await codeUrl({ out_trade_no: "PL20260815000002" });
    await client.close("PL20260815000002");
    const closed = await client.create("native", orderBody({ out_trade_no: "PL20260815000002" }));
    expect([closed.status, closed.data.code]).toEqual([400, "ORDER_CLOSED"]);
  });

  it.each([
    ["an appid of somebody else", { appid: "wx0000000000000000" }, "APPID_MCHID_NOT_MATCH"],
    ["0 fen", { amount: { total: 0, currency: "CNY" } }, "PARAM_ERROR"],
    ["yuan with a fraction", { amount: { total: 1234.5, currency: "CNY" } }, "PARAM_ERROR"],
    ["dollars", { amount: { total: 1, currency: "USD" } }, "PARAM_ERROR"],
    ["a number of 5 characters", { out_trade_no: "PL001" }, "PARAM_ERROR"],
    ["a number with a slash", { out_trade_no: "PL/20260815" }, "PARAM_ERROR"],
    ["128 characters of description", { description: "账".repeat(128) }, "PARAM_ERROR"],
    ["a callback with a query", { notify_url: "https://park.example/pay?m=1" }, "PARAM_ERROR"],
    ["a callback without TLS", { notify_url: "http://park.example/pay" }, "PARAM_ERROR"],
    ["a term of 8 days", { time_expire: "2026-08-23T12:00:00+08:00" }, "PARAM_ERROR"],
    ["a term without offset", { time_expire: "2026-08-15T13:00:00" }, "PARAM_ERROR"],
  ])("refuses %s", async (_case, more, code) => {
    const { client } = await open();
    const answer = await client.create("native", orderBody(more));
    expect([answer.status, answer.data.code]).toEqual([400, code]);
  });

  it("names the field that is wrong", async () => {
    const { client } = await open();
    const answer = await client.create("native", orderBody({ amount: { total: 0, currency: "CNY" } }));
    expect(answer.data).toMatchObject({
      message: expect.stringContaining("值低于最小值 1"),
      detail: { field: "/amount/total" },
    });
  });

  it("wants an openid of the appid for JSAPI", async () => {
    const { client } = await open({ openIdBelongs: (_appId, openId) => openId === anna });
    const known = await client.create("jsapi", orderBody({ payer: { openid: anna } }));
    expect(known.data.prepay_id).toMatch(/^wx[0-9a-f]{34}$/);
    const stranger = await client.create(
      "jsapi",
      orderBody({ out_trade_no: "PL20260815000002", payer: { openid: ben } }),
    );
    expect([stranger.status, stranger.data.message]).toEqual([400, "无效的openid"]);
  });
});

describe("paying an order", () => {
  it("takes a code for one person only: whoever scans second is refused", async () => {
    const { pay, codeUrl } = await open();
    const code = await codeUrl({ attach: null });
    // A null among the parameters spoils the scan, but the scan binds the code all the same.
    expect(pay.pay(code, anna)).toMatchObject({ state: "refused", reason: "系统繁忙，请稍后再试" });
    const good = await codeUrl({ out_trade_no: "PL20260815000002" });
    expect(pay.pay(good, anna).state).toBe("paid");
    expect(pay.pay(good, ben)).toMatchObject({ state: "refused", reason: "商家订单信息有误，请重新下单支付" });
    expect(pay.pay(good, anna)).toMatchObject({ state: "refused", reason: "该订单已支付" });
  });

  it("is over when the term has passed, while the order stays NOTPAY until somebody closes it", async () => {
    const { clock, pay, client, codeUrl } = await open();
    const code = await codeUrl({ time_expire: "2026-08-15T12:30:00+08:00" });
    clock.pass(30 * minuteMs);
    expect(pay.pay(code, anna)).toMatchObject({ state: "refused", reason: "订单已过期，请重新下单" });
    expect((await client.query(outTradeNo)).data.trade_state).toBe("NOTPAY");
    clock.pass(7 * dayMs);
    expect((await client.query(outTradeNo)).data.trade_state).toBe("CLOSED");
  });

  it("moves a term in the past to a minute ahead", async () => {
    const { clock, pay, codeUrl } = await open();
    const code = await codeUrl({ time_expire: "2026-08-15T11:00:00+08:00" });
    clock.pass(59_000);
    expect(pay.pay(code, anna).state).toBe("paid");
  });

  it("wants a fresh ticket after two hours", async () => {
    const { clock, pay, codeUrl } = await open();
    const code = await codeUrl();
    clock.pass(2 * hourMs);
    expect(pay.pay(code, anna).state).toBe("refused");
    expect(pay.pay(await codeUrl(), anna).state).toBe("paid");
  });

  it("can be paid in part by a coupon: the payer pays less, the order is worth the same", async () => {
    const { pay, client, codeUrl } = await open();
    pay.pay(await codeUrl(), anna, { couponFen: 450 });
    expect((await client.query(outTradeNo)).data).toMatchObject({
      trade_state: "SUCCESS",
      amount: { total: 123450, payer_total: 123000 },
      promotion_detail: [{ amount: 450, type: "NOCASH" }],
    });
  });

  it("stamps the payment with the pretend world's clock", async () => {
    const { clock, pay, client, codeUrl } = await open();
    const code = await codeUrl();
    clock.pass(2 * hourMs - 2_000);
    pay.pay(code, anna);
    expect((await client.query(outTradeNo)).data.success_time).toBe("2026-08-15T13:59:58+08:00");
  });
});

describe("paying inside WeChat", () => {
  function parameters(prepayId: string, keyPem: string, change: Record<string, string> = {}) {
    const given = {
      appId,
      timeStamp: "1786766400",
      nonceStr: "5K8264ILTKCH16CQ",
      package: `prepay_id=${prepayId}`,
      ...change,
    };
    const text = `${given.appId}\n${given.timeStamp}\n${given.nonceStr}\n${given.package}\n`;
    const paySign = sign("sha256", Buffer.from(text), createPrivateKey(keyPem)).toString("base64");
    return { ...given, signType: "RSA", paySign };
  }

  it("checks the paySign with the merchant's key", async () => {
    const { pay, prepayId } = await open();
    const id = await prepayId();
    const { privateKeyPem } = pay.merchant(mchId);
    const phone = pay.payer(anna);
    expect(phone.jsapiPay(parameters(id, strangerKeyPem()))).toMatchObject({ reason: "支付验证签名失败" });
    expect(phone.jsapiPay({ ...parameters(id, privateKeyPem), nonceStr: "other" })).toMatchObject({ state: "refused" });
    expect(phone.jsapiPay(parameters(id, privateKeyPem, { package: id }))).toMatchObject({ state: "refused" });
    expect(phone.jsapiPay(parameters(id, privateKeyPem, { timeStamp: "1786766400000" }))).toMatchObject({
      state: "refused",
    });
    expect(pay.payer(ben).jsapiPay(parameters(id, privateKeyPem))).toMatchObject({
      reason: "支付用户与下单用户不一致",
    });
    expect(phone.jsapiPay(parameters(id, privateKeyPem))).toMatchObject({ state: "paid", outTradeNo });
  });
});

describe("closing an order", () => {
  it("answers 204 as often as asked, and 404 for an unknown order", async () => {
    const { client, codeUrl } = await open();
    await codeUrl();
    expect((await client.close(outTradeNo)).status).toBe(204);
    expect((await client.close(outTradeNo)).status).toBe(204);
    const unknown = await client.close("PL20260815000009");
    expect([unknown.status, unknown.data.code]).toEqual([404, "ORDER_NOT_EXIST"]);
  });

  it("comes too late when the tenant has paid a moment before", async () => {
    const { pay, client, codeUrl } = await open();
    await codeUrl();
    pay.payBeforeNextClose(anna);
    const close = await client.close(outTradeNo);
    expect([close.status, close.data.code]).toEqual([400, "ORDERPAID"]);
    expect((await client.query(outTradeNo)).data).toMatchObject({ trade_state: "SUCCESS", payer: { openid: anna } });
  });

  it("kills the code", async () => {
    const { pay, client, codeUrl } = await open();
    const code = await codeUrl();
    await client.close(outTradeNo);
    expect(pay.pay(code, anna)).toMatchObject({ state: "refused", reason: "订单已关闭" });
  });
});

describe("faults on the way", () => {
  const createPath = /\/pay\/transactions\/native$/;
  const systemError = JSON.stringify({ code: "SYSTEM_ERROR", message: "系统错误" });

  it("loses the answer after the order was made: a query finds it", async () => {
    const { pay, client } = await open();
    pay.faults.arm("POST", createPath, { kind: "lose-answer", status: 500, body: systemError });
    expect((await client.create("native", orderBody())).status).toBe(500);
    expect((await client.query(outTradeNo)).data.trade_state).toBe("NOTPAY");
  });

  it("refuses before the order was made: a query finds nothing", async () => {
    const { pay, client } = await open();
    pay.faults.arm("POST", createPath, { kind: "refuse", status: 500, body: systemError });
    expect((await client.create("native", orderBody())).status).toBe(500);
    const query = await client.query(outTradeNo);
    expect([query.status, query.data.code]).toEqual([404, "ORDER_NOT_EXIST"]);
    expect((await client.create("native", orderBody())).status).toBe(200);
  });

  it.each([
    ["drop-before", 404],
    ["drop-after", 200],
  ] as const)("%s: no answer at all, and the query answers %i", async (kind, status) => {
    const { pay, client } = await open();
    pay.faults.arm("POST", createPath, { kind });
    await expect(client.create("native", orderBody())).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await client.query(outTradeNo)).status).toBe(status);
  });
});
