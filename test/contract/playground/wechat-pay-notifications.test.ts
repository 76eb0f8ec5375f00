import { describe, expect, it } from "vitest";
import { Aes, Formatter, Rsa } from "wechatpay-axios-plugin";
import type { WechatPay } from "../../../playground/wechat-pay/wechat-pay.ts";
import {
  apiV3Key,
  openWechatPay,
  orderBody,
  outsideClient,
  type Received,
  startCallback,
  trustedKeys,
} from "./world.ts";

const payerOpenId = "oAnna";

async function payOrder(pay: WechatPay, notifyUrl: string, outTradeNo = "PL20260815000001"): Promise<void> {
  const body = orderBody({ notify_url: notifyUrl, out_trade_no: outTradeNo });
  const created = await outsideClient(pay).create("native", body);
  expect(pay.pay(String(created.data.code_url), payerOpenId).state).toBe("paid");
}

/** The outsider's judgement of one notification: signature over the raw body, then the opened resource. */
function openNotification(pay: WechatPay, received: Received) {
  const header = (name: string): string => String(received.headers[`wechatpay-${name}`]);
  const isSigned = Rsa.verify(
    Formatter.response(header("timestamp"), header("nonce"), received.body),
    header("signature"),
    Rsa.from(trustedKeys(pay)[header("serial")] ?? "", "public"),
  );
  const envelope = JSON.parse(received.body);
  const { ciphertext, nonce, associated_data: associatedData } = envelope.resource;
  return { isSigned, envelope, resource: JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, associatedData)) };
}

describe("the notification of a payment", () => {
  it.each(["certificate", "public-key"] as const)(
    "is signed, encrypted and headed as in real captures (%s)",
    async (keyMode) => {
      const pay = await openWechatPay({ keyMode });
      const callback = await startCallback(() => ({ status: 204 }));
      await payOrder(pay, callback.url);
      await pay.notifications.settled();

      expect(callback.received).toHaveLength(1);
      const [received] = callback.received as [Received];
      expect(received.headers).toMatchObject({
        accept: "*/*",
        "cache-control": "no-cache",
        pragma: "no-cache",
        "content-type": "application/json",
        "user-agent": "Mozilla/4.0",
        "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
      });
      expect(received.headers["wechatpay-nonce"]).toHaveLength(32);
      const { isSigned, envelope, resource } = openNotification(pay, received);
      expect(isSigned).toBe(true);
      expect(envelope).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        create_time: "2026-08-15T12:00:00+08:00",
        resource_type: "encrypt-resource",
        event_type: "TRANSACTION.SUCCESS",
        summary: "支付成功",
        resource: { original_type: "transaction", algorithm: "AEAD_AES_256_GCM", associated_data: "transaction" },
      });
      expect(envelope.resource.nonce).toHaveLength(12);
      expect(resource).toMatchObject({
        mchid: "1900000109",
        appid: "wx8888888888888888",
        out_trade_no: "PL20260815000001",
        trade_state: "SUCCESS",
        attach: "",
        success_time: "2026-08-15T12:00:00+08:00",
        payer: { openid: payerOpenId },
        amount: { total: 123450, payer_total: 123450, currency: "CNY", payer_currency: "CNY" },
      });
    },
  );

  it("comes with either key while a merchant switches", async () => {
    const pay = await openWechatPay({ keyMode: "mixed" });
    const callback = await startCallback(() => ({ status: 200 }));
    await payOrder(pay, callback.url, "PL20260815000001");
    await pay.notifications.settled();
    await payOrder(pay, callback.url, "PL20260815000002");
    await pay.notifications.settled();
    const serials = callback.received.map((one) => one.headers["wechatpay-serial"]);
    expect(serials).toEqual([pay.keys.certificates[0]?.serial, pay.keys.publicKey?.serial]);
    expect(callback.received.map((one) => openNotification(pay, one).isSigned)).toEqual([true, true]);
  });
});

describe("delivery of a notification", () => {
  it("is resent, signed anew, until 200 or 204; a 200 that says FAIL counts as success", async () => {
    const pay = await openWechatPay();
    const statuses = [500, 401, 302, 200];
    const fail = JSON.stringify({ code: "FAIL", message: "失败" });
    const callback = await startCallback((_one, number) => ({ status: statuses[number - 1] ?? 500, body: fail }));
    await payOrder(pay, callback.url);
    await pay.notifications.settled();
    expect(pay.notifications.attempts.map((attempt) => attempt.status)).toEqual(statuses);
    expect(new Set(callback.received.map((one) => one.body)).size).toBe(1);
    expect(new Set(callback.received.map((one) => one.headers["wechatpay-nonce"])).size).toBe(4);
    expect(callback.received.every((one) => openNotification(pay, one).isSigned)).toBe(true);
  });

  it("is given up after the first push and 15 resends", async () => {
    const pay = await openWechatPay({ resendTimeScale: 0.000_000_1 });
    const callback = await startCallback(() => ({ status: 503 }));
    await payOrder(pay, callback.url);
    await pay.notifications.settled();
    expect(callback.received).toHaveLength(16);
  });

  it("counts silence as failure", async () => {
    const pay = await openWechatPay({ notificationTimeoutMs: 40 });
    const callback = await startCallback((_one, number) => (number === 1 ? null : { status: 200 }));
    await payOrder(pay, callback.url);
    await pay.notifications.settled();
    expect(pay.notifications.attempts.map((attempt) => attempt.outcome)).toEqual(["timed-out", "accepted"]);
  });

  it("counts a dead address as failure", async () => {
    const pay = await openWechatPay({ resendTimeScale: 0.000_000_1 });
    await payOrder(pay, "http://127.0.0.1:9/callback");
    await pay.notifications.settled();
    expect(pay.notifications.attempts.at(-1)).toMatchObject({ attempt: 16, outcome: "failed" });
  });
});

describe("switches for what goes wrong", () => {
  it("drops one notification for good; the order is paid all the same", async () => {
    const pay = await openWechatPay();
    const callback = await startCallback(() => ({ status: 200 }));
    pay.notifications.dropNext();
    await payOrder(pay, callback.url, "PL20260815000001");
    await payOrder(pay, callback.url, "PL20260815000002");
    await pay.notifications.settled();
    expect(callback.received.map((one) => openNotification(pay, one).resource.out_trade_no)).toEqual([
      "PL20260815000002",
    ]);
    expect((await outsideClient(pay).query("PL20260815000001")).data.trade_state).toBe("SUCCESS");
  });

  it("sends one notification three times under the same id", async () => {
    const pay = await openWechatPay();
    const callback = await startCallback(() => ({ status: 200 }));
    pay.notifications.duplicateNext(3);
    await payOrder(pay, callback.url);
    await pay.notifications.settled();
    const ids = callback.received.map((one) => openNotification(pay, one).envelope.id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it("delivers two notifications in the wrong order", async () => {
    const pay = await openWechatPay();
    const callback = await startCallback(() => ({ status: 200 }));
    pay.notifications.hold();
    await payOrder(pay, callback.url, "PL20260815000001");
    await payOrder(pay, callback.url, "PL20260815000002");
    expect(callback.received).toEqual([]);
    await pay.notifications.release("reversed");
    expect(callback.received.map((one) => openNotification(pay, one).resource.out_trade_no)).toEqual([
      "PL20260815000002",
      "PL20260815000001",
    ]);
  });

  it("delays a notification behind a later one", async () => {
    const pay = await openWechatPay();
    const callback = await startCallback(() => ({ status: 200 }));
    pay.notifications.delayNext(150);
    await payOrder(pay, callback.url, "PL20260815000001");
    await payOrder(pay, callback.url, "PL20260815000002");
    await pay.notifications.settled();
    expect(callback.received.map((one) => openNotification(pay, one).resource.out_trade_no)).toEqual([
      "PL20260815000002",
      "PL20260815000001",
    ]);
  });

  it("probes with a wrong signature first and resends with a good one when the probe is refused", async () => {
    const pay = await openWechatPay();
    const callback = await startCallback((one) => ({ status: openNotification(pay, one).isSigned ? 200 : 401 }));
    pay.notifications.signTestNext();
    await payOrder(pay, callback.url);
    await pay.notifications.settled();
    expect(callback.received[0]?.headers["wechatpay-signature"]).toMatch(/^WECHATPAY\/SIGNTEST\//);
    expect(pay.notifications.attempts).toMatchObject([
      { isSignTest: true, outcome: "refused", status: 401 },
      { isSignTest: false, outcome: "accepted", status: 200 },
    ]);
  });
});
