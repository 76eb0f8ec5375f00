import { createSign } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createTrustStore, type TrustStore } from "../../../../src/payments/wechat-pay/keys.ts";
import { openNotification, type RawNotification } from "../../../../src/payments/wechat-pay/notification.ts";
import { notificationEnvelope, paidOrder, refundNotice } from "../../../../src/payments/wechat-pay/sample-payloads.ts";
import {
  API_V3_KEY,
  callback,
  NOW_MS,
  NOW_SECONDS,
  newKeyPair,
  PUBLIC_KEY_ID,
  platformKeys,
  seal,
  signatureHeaders,
  signedCallback,
} from "./platform.ts";

const clock = { nowMs: () => NOW_MS };
const trust: TrustStore = createTrustStore({
  trust: { mode: "public-key", publicKeyId: PUBLIC_KEY_ID, publicKeyPem: platformKeys.publicPem },
  apiV3Key: API_V3_KEY,
  clock,
  downloadCertificates: () => Promise.reject(new Error("a public-key merchant has no certificates")),
  onProblem: () => undefined,
});
const account = { trust, apiV3Key: API_V3_KEY, clock };
const open = (raw: RawNotification) => openNotification(raw, account);

describe("a payment notification", () => {
  it("tells the payment with everything the use case compares", async () => {
    expect(await open(callback("TRANSACTION.SUCCESS", paidOrder))).toEqual({
      kind: "payment",
      notification: {
        id: "9f7d6c5b-0000-5000-8000-000000000001",
        eventType: "TRANSACTION.SUCCESS",
        fact: {
          channel: "wechat",
          merchantId: "1900000001",
          appId: "wx0000000000000001",
          outTradeNo: "PL202608150001",
          transactionId: "4200000000202608150000000001",
          amountFen: 123450n,
          currency: "CNY",
          successTime: "2026-08-15T10:34:56+08:00",
          payerExternalId: "oPayer-0000000000000000001",
        },
      },
    });
  });

  it("counts the order's total when a coupon of WeChat's paid a part", async () => {
    const order = { ...paidOrder, amount: { ...paidOrder.amount, payer_total: 100000 } };
    const result = await open(callback("TRANSACTION.SUCCESS", order));
    expect(result).toMatchObject({ notification: { fact: { amountFen: 123450n } } });
  });

  it("keeps foreign merchant, app and currency as stated: comparing is the use case's", async () => {
    const order = { ...paidOrder, mchid: "1", appid: "wx9", amount: { total: 1, currency: "USD" } };
    const result = await open(callback("TRANSACTION.SUCCESS", order));
    expect(result).toMatchObject({ notification: { fact: { merchantId: "1", appId: "wx9", currency: "USD" } } });
  });

  it.each([
    ["not paid after all", { ...paidOrder, trade_state: "NOTPAY" }],
    ["without a transaction id", { ...paidOrder, transaction_id: undefined }],
    ["with a success time that is no instant", { ...paidOrder, success_time: "yesterday" }],
    ["with half a fen", { ...paidOrder, amount: { ...paidOrder.amount, total: 0.5 } }],
    ["with an amount as text", { ...paidOrder, amount: { ...paidOrder.amount, total: "123450" } }],
    ["with a negative amount", { ...paidOrder, amount: { ...paidOrder.amount, total: -1 } }],
    ["that is only a text", "paid"],
  ])("is malformed %s", async (_name, order) => {
    expect(await open(callback("TRANSACTION.SUCCESS", order))).toMatchObject({ refusal: "MALFORMED", status: 400 });
  });
});

describe("a refund notification", () => {
  it("tells the refund", async () => {
    expect(await open(callback("REFUND.SUCCESS", refundNotice))).toMatchObject({
      kind: "refund",
      notification: {
        eventType: "REFUND.SUCCESS",
        fact: {
          merchantId: "1900000001",
          outRefundNo: "RF202608200001",
          state: "succeeded",
          refundFen: 23450n,
          orderTotalFen: 123450n,
          receivedBy: "支付用户零钱",
        },
      },
    });
  });

  it.each([
    ["REFUND.ABNORMAL", "ABNORMAL", "abnormal"],
    ["REFUND.CLOSED", "CLOSED", "closed"],
  ])("%s says that the money has not moved", async (event, refund_status, state) => {
    const result = await open(callback(event, { ...refundNotice, refund_status, success_time: undefined }));
    expect(result).toMatchObject({ notification: { fact: { state, successTime: undefined } } });
  });
});

describe("an event we do not know", () => {
  it("is accepted and ignored, and its resource stays closed", async () => {
    const text = JSON.stringify(notificationEnvelope("FAPIAO.USER_APPLIED", seal("{}", { key: "f".repeat(32) })));
    expect(await open(signedCallback(text))).toEqual({
      kind: "ignored",
      id: "9f7d6c5b-0000-5000-8000-000000000001",
      eventType: "FAPIAO.USER_APPLIED",
    });
  });
});

const good = callback("TRANSACTION.SUCCESS", paidOrder);
const text = good.body.toString("utf8");
const withHeaders = (change: RawNotification["headers"], raw = good): RawNotification => ({
  headers: { ...raw.headers, ...change },
  body: raw.body,
});
const brokenUtf8 = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
const DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml>&e;</xml>';

describe("what is not a genuine notification is refused so that WeChat Pay sends it again", () => {
  it.each<[string, RawNotification, string, number]>([
    ["no signature headers", { headers: {}, body: good.body }, "UNSIGNED", 401],
    ["a header given twice", withHeaders({ "wechatpay-serial": [PUBLIC_KEY_ID, "x"] }), "UNSIGNED", 401],
    [
      "a changed body",
      { headers: good.headers, body: Buffer.from(text.replace("支付", "退款")) },
      "BAD_SIGNATURE",
      401,
    ],
    [
      "the same JSON written differently",
      { headers: good.headers, body: Buffer.from(JSON.stringify(JSON.parse(text), null, 1)) },
      "BAD_SIGNATURE",
      401,
    ],
    ["a probe", withHeaders({ "wechatpay-signature": `WECHATPAY/SIGNTEST/${"b".repeat(325)}` }), "BAD_SIGNATURE", 401],
    ["another's key", signedCallback(text, signatureHeaders(text, { keys: newKeyPair() })), "BAD_SIGNATURE", 401],
    ["an unknown serial", signedCallback(text, signatureHeaders(text, { serial: "7777" })), "UNKNOWN_SERIAL", 401],
    [
      "a replay after five minutes",
      signedCallback(text, signatureHeaders(text, { seconds: NOW_SECONDS - 300 })),
      "STALE",
      401,
    ],
    [
      "a replay under a fresh timestamp",
      withHeaders(
        { "wechatpay-timestamp": String(NOW_SECONDS) },
        signedCallback(text, signatureHeaders(text, { seconds: NOW_SECONDS - 3600 })),
      ),
      "BAD_SIGNATURE",
      401,
    ],
    ["an unsigned XML with a DOCTYPE", { headers: {}, body: Buffer.from(DOCTYPE) }, "NOT_JSON", 400],
    ["a signed XML with a DOCTYPE", signedCallback(DOCTYPE), "NOT_JSON", 400],
    ["an empty body", signedCallback(""), "NOT_JSON", 400],
    ["JSON of another form", signedCallback('{"id":"1"}'), "MALFORMED", 400],
    ["a JSON null", signedCallback("null"), "MALFORMED", 400],
    [
      "a resource under another APIv3 key",
      signedCallback(JSON.stringify(notificationEnvelope("TRANSACTION.SUCCESS", seal("{}", { key: "f".repeat(32) })))),
      "UNDECRYPTABLE",
      500,
    ],
    [
      "a resource whose associated data was changed",
      signedCallback(
        JSON.stringify(notificationEnvelope("TRANSACTION.SUCCESS", { ...seal("{}"), associatedData: "refund" })),
      ),
      "UNDECRYPTABLE",
      500,
    ],
  ])("%s", async (_name, raw, refusal, status) => {
    expect(await open(raw)).toMatchObject({ kind: "refused", refusal, status, body: { code: "FAIL" } });
  });

  it("broken UTF-8, even when it is signed", async () => {
    // The plugin signs texts only, and these bytes are none.
    const headers = signatureHeaders("");
    const signature = createSign("RSA-SHA256")
      .update(`${headers["wechatpay-timestamp"]}\n${headers["wechatpay-nonce"]}\n`)
      .update(brokenUtf8)
      .update("\n")
      .sign(platformKeys.privateKey, "base64");
    const raw = { headers: { ...headers, "wechatpay-signature": signature }, body: brokenUtf8 };
    expect(await open(raw)).toMatchObject({ refusal: "NOT_JSON", status: 400 });
  });

  it("nothing of the body is parsed before the signature is verified", async () => {
    const bomb = `${"[".repeat(50_000)}`;
    const forged = { headers: { ...signatureHeaders(bomb, { keys: newKeyPair() }) }, body: Buffer.from(bomb) };
    expect(await open(forged)).toMatchObject({ refusal: "BAD_SIGNATURE" });
  });
});

describe("five seconds are all that WeChat Pay waits", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("so a callback whose certificate does not arrive is answered 503 after three and comes again", async () => {
    vi.useFakeTimers();
    const stuck: TrustStore = { publicKeyId: undefined, keysFor: () => new Promise(() => undefined) };
    const result = openNotification(good, { ...account, trust: stuck });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await result).toMatchObject({ refusal: "KEYS_UNAVAILABLE", status: 503 });
  });
});
