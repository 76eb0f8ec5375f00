import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import plugin from "wechatpay-axios-plugin";
import { createWechatPayAccount, type WechatPayConfig } from "../../../src/payments/wechat-pay/account.ts";
import { createPaymentGateway, toTimeExpire } from "../../../src/payments/wechat-pay/gateway.ts";
import { createRefundGateway } from "../../../src/payments/wechat-pay/refunds.ts";
import { paidOrder, refundAnswer, unpaidOrder } from "../../../src/payments/wechat-pay/sample-payloads.ts";
import type { PaymentGateway } from "../../../src/ports/payment-gateway.ts";
import type { RefundGateway } from "../../../src/ports/refund-gateway.ts";
import { API_V3_KEY, newKeyPair, PUBLIC_KEY_ID } from "../../unit/payments/wechat-pay/platform.ts";
import { type Answer, closedPort, startPretendWechatPay } from "./pretend-wechat-pay.ts";

const merchant = newKeyPair();
const platform = newKeyPair();
const clock = { nowMs: () => Date.now() };
const ORDER_NO = paidOrder.out_trade_no;
const REFUND_NO = refundAnswer.out_refund_no;

let wechat: Awaited<ReturnType<typeof startPretendWechatPay>>;
let gateway: PaymentGateway;
let refunds: RefundGateway;

const configFor = (apiBase: string, timeoutMs = 5_000): WechatPayConfig => ({
  merchantId: "1900000001",
  appId: "wx0000000000000001",
  merchantSerialNo: "3775B6A45ACD588826D15E583A95F5DD12345678",
  merchantPrivateKeyPem: merchant.privatePem,
  apiV3Key: API_V3_KEY,
  trust: { mode: "public-key", publicKeyId: PUBLIC_KEY_ID, publicKeyPem: platform.publicPem },
  apiBase,
  timeoutMs,
  paymentNotifyUrl: "https://park.example.com/callbacks/wechat-pay/payment",
  refundNotifyUrl: "https://park.example.com/callbacks/wechat-pay/refund",
});

beforeAll(async () => {
  wechat = await startPretendWechatPay(merchant, platform);
  const account = createWechatPayAccount(configFor(wechat.apiBase), clock);
  gateway = createPaymentGateway(account, clock);
  refunds = createRefundGateway(account);
});
afterAll(() => wechat.close());
beforeEach(() => {
  wechat.requests.length = 0;
});

const intent = (change: Partial<Parameters<PaymentGateway["createNative"]>[0]> = {}) => ({
  outTradeNo: ORDER_NO,
  description: "星河产业园 2026年8月账单",
  amountFen: 123450n,
  expiresAtMs: Date.now() + 7_200_000,
  ...change,
});

function lastRequest() {
  const request = wechat.requests.at(-1);
  if (request === undefined) throw new Error("nothing was asked");
  return request;
}

const codeUrl: Answer = { status: 200, json: { code_url: "weixin://wxpay/bizpayurl?pr=abc" } };

describe("what leaves for WeChat Pay", () => {
  it("is an order with exactly the documented fields, signed over its bytes", async () => {
    wechat.answerWith(codeUrl);
    const expiresAtMs = Date.now() + 3_600_000;
    await gateway.createNative(intent({ expiresAtMs }));
    const request = lastRequest();
    expect(request).toMatchObject({ method: "POST", url: "/v3/pay/transactions/native", signatureIsGood: true });
    expect(JSON.parse(request.body)).toEqual({
      appid: "wx0000000000000001",
      mchid: "1900000001",
      description: "星河产业园 2026年8月账单",
      out_trade_no: ORDER_NO,
      time_expire: toTimeExpire(expiresAtMs),
      notify_url: "https://park.example.com/callbacks/wechat-pay/payment",
      amount: { total: 123450, currency: "CNY" },
    });
  });

  it("carries the headers that WeChat Pay requires, the public key's id among them", async () => {
    wechat.answerWith(codeUrl);
    await gateway.createNative(intent());
    expect(lastRequest().headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": "ParkLedger/0.1",
      "wechatpay-serial": PUBLIC_KEY_ID,
    });
    expect(lastRequest().headers.authorization).toContain('serial_no="3775B6A45ACD588826D15E583A95F5DD12345678"');
  });

  it("is the same for the same intent, since a number may be asked for again with identical parameters only", async () => {
    wechat.answerWith(codeUrl);
    const same = intent();
    await gateway.createNative(same);
    await gateway.createNative(same);
    expect(wechat.requests[0]?.body).toBe(wechat.requests[1]?.body);
  });

  it("has its description cut to 127 characters and freed of control characters", async () => {
    wechat.answerWith(codeUrl);
    await gateway.createNative(intent({ description: `电费\u0000\n${"楼".repeat(200)}` }));
    expect(JSON.parse(lastRequest().body)).toMatchObject({ description: `电费 ${"楼".repeat(124)}` });
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    ["a query", () => gateway.query(ORDER_NO), "GET", `/v3/pay/transactions/out-trade-no/${ORDER_NO}?mchid=1900000001`],
    ["a close", () => gateway.close(ORDER_NO), "POST", `/v3/pay/transactions/out-trade-no/${ORDER_NO}/close`],
    [
      "a query with *",
      () => gateway.query("A*b_c-1"),
      "GET",
      "/v3/pay/transactions/out-trade-no/A*b_c-1?mchid=1900000001",
    ],
    ["a refund query", () => refunds.query("RF@1*2"), "GET", "/v3/refund/domestic/refunds/RF@1*2"],
  ])("%s goes to its path with a good signature", async (_name, call, method, url) => {
    wechat.answerWith({ status: 404 });
    await call();
    expect(lastRequest()).toMatchObject({ method, url, signatureIsGood: true });
  });

  it.each([
    ["a number with |, which breaks the signature", { outTradeNo: "AB|123456" }, "INVALID_OUT_TRADE_NO"],
    ["a number that would change the path", { outTradeNo: "../../refund" }, "INVALID_OUT_TRADE_NO"],
    ["nothing to pay", { amountFen: 0n }, "INVALID_AMOUNT"],
    ["more than a JSON integer holds", { amountFen: 2n ** 53n }, "INVALID_AMOUNT"],
    ["an empty description", { description: " \n" }, "INVALID_DESCRIPTION"],
    ["less than a minute to live", { expiresAtMs: Date.now() + 30_000 }, "ORDER_EXPIRED"],
    ["more than a week to live", { expiresAtMs: Date.now() + 8 * 86_400_000 }, "EXPIRY_TOO_FAR"],
  ])("is nothing for %s: refused here", async (_name, change, code) => {
    expect(await gateway.createNative(intent(change))).toMatchObject({ state: "refused", code });
    expect(wechat.requests).toHaveLength(0);
  });
});

describe("creating an order", () => {
  it("gives the code of a Native order", async () => {
    wechat.answerWith(codeUrl);
    expect(await gateway.createNative(intent())).toEqual({
      state: "ready",
      codeUrl: "weixin://wxpay/bizpayurl?pr=abc",
    });
  });

  it("gives the page inside WeChat signed parameters, which another implementation verifies", async () => {
    wechat.answerWith({ status: 200, json: { prepay_id: "wx26112221580621e9b071c00d9e093b0000" } });
    const result = await gateway.createJsapi(intent(), "oPayer");
    expect(JSON.parse(lastRequest().body)).toMatchObject({ payer: { openid: "oPayer" } });
    if (result.state !== "ready" || !("jsapi" in result)) throw new Error("the order is not ready");
    const { appId = "", timeStamp = "", nonceStr = "", package: prepay = "", signType, paySign = "" } = result.jsapi;
    expect(result.prepayId).toBe("wx26112221580621e9b071c00d9e093b0000");
    expect(prepay).toBe("prepay_id=wx26112221580621e9b071c00d9e093b0000");
    expect([appId, signType]).toEqual(["wx0000000000000001", "RSA"]);
    expect(timeStamp).toMatch(/^\d{10}$/);
    expect(nonceStr).toMatch(/^[0-9a-f]{32}$/);
    const message = plugin.Formatter.joinedByLineFeed(appId, timeStamp, nonceStr, prepay);
    expect(plugin.Rsa.verify(message, paySign, merchant.publicKey)).toBe(true);
  });

  const error = (status: number, code: string): Answer => ({ status, json: { code, message: `${code} 说明` } });
  it.each([
    error(400, "APPID_MCHID_NOT_MATCH"),
    error(400, "PARAM_ERROR"),
    error(401, "SIGN_ERROR"),
    error(403, "NO_AUTH"),
    error(403, "OUT_TRADE_NO_USED"),
  ])("is refused with the vendor's code: %j", async (answer) => {
    wechat.answerWith(answer);
    const { code, message } = (answer as { json: { code: string; message: string } }).json;
    expect(await gateway.createNative(intent())).toEqual({ state: "refused", code, reason: message });
  });

  it.each<[Answer, string]>([
    [error(429, "FREQUENCY_LIMITED"), "FREQUENCY_LIMITED"],
    [error(429, "SLOW_DOWN"), "SLOW_DOWN"],
    [error(302, "MOVED"), "MOVED"],
    [error(403, "RATELIMIT_EXCEEDED"), "RATELIMIT_EXCEEDED"],
    [error(500, "SYSTEM_ERROR"), "SYSTEM_ERROR"],
    [error(503, "SERVICE_UNAVAILABLE"), "SERVICE_UNAVAILABLE"],
    [{ status: 502, text: "<html>bad gateway</html>" }, "HTTP_502"],
    [{ status: 403, text: "<html>blocked by a proxy</html>" }, "HTTP_403"],
    [{ status: 302, headers: { location: "https://elsewhere.example.com" } }, "HTTP_302"],
    [{ status: 200, json: { unexpected: true } }, "ANSWER_INCOMPLETE"],
    [{ status: 200, text: "not json" }, "ANSWER_NOT_JSON"],
    [{ status: 200, json: { code_url: "weixin://forged" }, signed: false }, "ANSWER_UNSIGNED"],
    [{ status: 200, json: { code_url: "weixin://forged" }, keys: newKeyPair() }, "ANSWER_BAD_SIGNATURE"],
    [{ status: 200, json: { code_url: "weixin://old" }, seconds: Date.now() / 1000 - 3600 }, "ANSWER_STALE"],
    [
      { status: 200, json: { code_url: "weixin://x" }, headers: { "wechatpay-serial": "constructor" } },
      "ANSWER_UNKNOWN_SERIAL",
    ],
    [
      { status: 200, json: { code_url: "weixin://x" }, headers: { "wechatpay-signature": "WECHATPAY/SIGNTEST/AAAA" } },
      "ANSWER_BAD_SIGNATURE",
    ],
  ])("is unknown, never ready, after %j", async (answer, reason) => {
    wechat.answerWith(answer);
    expect(await gateway.createNative(intent())).toEqual({ state: "unknown", reason });
  });

  it("is unknown when nobody answers in time", async () => {
    wechat.answerWith("hang");
    const impatient = createPaymentGateway(createWechatPayAccount(configFor(wechat.apiBase, 50), clock), clock);
    expect(await impatient.createNative(intent())).toEqual({ state: "unknown", reason: "TIMEOUT" });
  });

  it("is unknown when nobody listens, and the reason tells no address", async () => {
    const apiBase = `http://127.0.0.1:${await closedPort()}`;
    const lonely = createPaymentGateway(createWechatPayAccount(configFor(apiBase), clock), clock);
    expect(await lonely.createNative(intent())).toEqual({ state: "unknown", reason: "ECONNREFUSED" });
  });
});

describe("querying an order", () => {
  it("states the payment with all that is compared later", async () => {
    wechat.answerWith({ status: 200, json: paidOrder });
    expect(await gateway.query(ORDER_NO)).toEqual({
      state: "paid",
      fact: {
        channel: "wechat",
        merchantId: "1900000001",
        appId: "wx0000000000000001",
        outTradeNo: ORDER_NO,
        transactionId: "4200000000202608150000000001",
        amountFen: 123450n,
        currency: "CNY",
        successTime: "2026-08-15T10:34:56+08:00",
        payerExternalId: "oPayer-0000000000000000001",
      },
    });
  });

  const state = (trade_state: string): Answer => ({ status: 200, json: { ...unpaidOrder, trade_state } });
  it.each<[string, Answer, unknown]>([
    ["REFUND is still paid", { status: 200, json: { ...paidOrder, trade_state: "REFUND" } }, { state: "paid" }],
    ["NOTPAY", state("NOTPAY"), { state: "unpaid" }],
    ["USERPAYING", state("USERPAYING"), { state: "unpaid" }],
    ["CLOSED", state("CLOSED"), { state: "closed" }],
    ["a state of tomorrow", state("ON_HOLD"), { state: "unknown", reason: "TRADE_STATE_ON_HOLD" }],
    ["SUCCESS without a payment in it", state("SUCCESS"), { state: "unknown", reason: "ANSWER_INCOMPLETE" }],
    [
      "the genuine answer about another order",
      { status: 200, json: { ...paidOrder, out_trade_no: "PL202608150002" } },
      { state: "unknown", reason: "ANSWER_INCOMPLETE" },
    ],
    ["no such order", { status: 404, json: { code: "ORDER_NOT_EXIST", message: "订单不存在" } }, { state: "missing" }],
    ["a path nobody knows", { status: 404 }, { state: "unknown", reason: "HTTP_404" }],
    [
      "keys that do not fit",
      { status: 401, json: { code: "SIGN_ERROR", message: "签名错误" } },
      { state: "unknown", reason: "SIGN_ERROR" },
    ],
  ])("%s", async (_name, answer, expected) => {
    wechat.answerWith(answer);
    expect(await gateway.query(ORDER_NO)).toMatchObject(expected as object);
  });
});

describe("closing an order", () => {
  it.each<[string, Answer, unknown]>([
    ["a signed 204 is closed", { status: 204 }, { state: "closed" }],
    [
      "an unsigned 204 is not believed",
      { status: 204, signed: false },
      { state: "unknown", reason: "ANSWER_UNSIGNED" },
    ],
    ["ORDERPAID", { status: 400, json: { code: "ORDERPAID", message: "订单已支付" } }, { state: "already-paid" }],
    ["TRADE_ERROR", { status: 403, json: { code: "TRADE_ERROR", message: "交易错误" } }, { state: "already-paid" }],
    ["RULE_LIMIT", { status: 403, json: { code: "RULE_LIMIT", message: "业务规则限制" } }, { state: "already-paid" }],
    ["ORDER_CLOSED", { status: 400, json: { code: "ORDER_CLOSED", message: "订单已关闭" } }, { state: "closed" }],
    [
      "an outage",
      { status: 500, json: { code: "SYSTEM_ERROR", message: "系统错误" } },
      { state: "unknown", reason: "SYSTEM_ERROR" },
    ],
  ])("%s", async (_name, answer, expected) => {
    wechat.answerWith(answer);
    expect(await gateway.close(ORDER_NO)).toEqual(expected);
    expect(JSON.parse(lastRequest().body)).toEqual({ mchid: "1900000001" });
  });
});

describe("refunding", () => {
  const refund = { outRefundNo: REFUND_NO, outTradeNo: ORDER_NO, refundFen: 23450n, orderTotalFen: 123450n };

  it("asks with the total, CNY and the notify URL, and leaves out what is not there", async () => {
    wechat.answerWith({ status: 200, json: refundAnswer });
    const result = await refunds.request(refund);
    expect(lastRequest()).toMatchObject({ url: "/v3/refund/domestic/refunds", signatureIsGood: true });
    expect(JSON.parse(lastRequest().body)).toEqual({
      out_trade_no: ORDER_NO,
      out_refund_no: REFUND_NO,
      notify_url: "https://park.example.com/callbacks/wechat-pay/refund",
      amount: { refund: 23450, total: 123450, currency: "CNY" },
    });
    expect(result).toMatchObject({
      state: "accepted",
      fact: { outRefundNo: REFUND_NO, state: "processing", refundFen: 23450n, orderTotalFen: 123450n },
    });
  });

  it.each<[number, string, string]>([
    [403, "NOT_ENOUGH", "insufficient-funds"],
    [403, "USER_ACCOUNT_ABNORMAL", "refused"],
    [400, "INVALID_REQUEST", "refused"],
    [404, "RESOURCE_NOT_EXISTS", "refused"],
    [404, "MCH_NOT_EXISTS", "refused"],
    [429, "FREQUENCY_LIMITED", "unknown"],
    [500, "SYSTEM_ERROR", "unknown"],
  ])("HTTP %i %s is %s", async (status, code, expected) => {
    wechat.answerWith({ status, json: { code, message: "说明" } });
    expect((await refunds.request(refund)).state).toBe(expected);
  });

  it("never asks for more than was paid, nor for nothing", async () => {
    for (const refundFen of [0n, -1n, 123451n]) {
      expect(await refunds.request({ ...refund, refundFen })).toMatchObject({ code: "INVALID_AMOUNT" });
    }
    expect(wechat.requests).toHaveLength(0);
  });

  it.each([
    ["PROCESSING", "processing"],
    ["SUCCESS", "succeeded"],
    ["CLOSED", "closed"],
    ["ABNORMAL", "abnormal"],
  ])("a query of a %s refund says %s", async (status, expected) => {
    wechat.answerWith({ status: 200, json: { ...refundAnswer, status } });
    expect(await refunds.query(REFUND_NO)).toMatchObject({ state: "known", fact: { state: expected } });
  });

  it("the genuine answer about another refund proves nothing", async () => {
    wechat.answerWith({ status: 200, json: { ...refundAnswer, status: "SUCCESS" } });
    expect(await refunds.query("RF202608200002")).toEqual({ state: "unknown", reason: "ANSWER_INCOMPLETE" });
    expect(await refunds.request({ ...refund, outRefundNo: "RF202608200002" })).toMatchObject({ state: "unknown" });
  });

  it("a refund nobody accepted is missing, so that the same number may be asked for again", async () => {
    wechat.answerWith({ status: 404, json: { code: "RESOURCE_NOT_EXISTS", message: "退款单不存在" } });
    expect(await refunds.query(REFUND_NO)).toEqual({ state: "missing" });
  });
});

describe("a configuration that cannot work is found at the start", () => {
  it.each<[string, Partial<WechatPayConfig>, string]>([
    ["an APIv3 key with a line end", { apiV3Key: `${API_V3_KEY}\n` }, "32 bytes"],
    ["a notify URL with a query", { paymentNotifyUrl: "https://park.example.com/pay?x=1" }, "query string"],
    ["a serial that is a whole certificate", { merchantSerialNo: "-----BEGIN CERTIFICATE-----" }, "not hex"],
  ])("%s", (_name, change, problem) => {
    expect(() => createWechatPayAccount({ ...configFor("http://127.0.0.1"), ...change }, clock)).toThrow(problem);
  });
});
