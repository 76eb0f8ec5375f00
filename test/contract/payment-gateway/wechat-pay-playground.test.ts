import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { KeyMode } from "../../../playground/wechat-pay/platform-keys.ts";
import { startWechatPay } from "../../../playground/wechat-pay/wechat-pay.ts";
import { createWechatPayAccount } from "../../../src/payments/wechat-pay/account.ts";
import { createPaymentGateway } from "../../../src/payments/wechat-pay/gateway.ts";
import type { TrustMode } from "../../../src/payments/wechat-pay/keys.ts";
import { type NotificationResult, openNotification } from "../../../src/payments/wechat-pay/notification.ts";
import { createRefundGateway } from "../../../src/payments/wechat-pay/refunds.ts";
import { movableClock } from "../../support/clock.ts";

/** The whole conversation with the pretend WeChat Pay, whose cryptography and states share nothing with ours. */
const wire = { nowMs: () => Date.now() };
const APP_ID = "wx0000000000000001";
const PAYER = "oPayer-0000000000000000001";
const FIRST_NO = "PL202608150001";

const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop();
});

/** A merchant on the platform, its account on our side, and the callbacks that arrive. */
async function open(keyMode: KeyMode = "public-key") {
  // The business clock stands months away from the wire clock, as a demo may have it.
  const business = movableClock("2026-08-15T10:00:00+08:00");
  const wechat = await startWechatPay(
    {
      merchants: [{ mchId: "1900000001", appIds: [APP_ID] }],
      keyMode,
      resendTimeScale: 0,
      refundsEndThemselves: false,
    },
    { nowMs: business.nowMs, wireNowMs: wire.nowMs },
  );
  toStop.push(() => wechat.close());
  const arrived: NotificationResult[] = [];
  const callbacks = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const result = await openNotification({ headers: request.headers, body: Buffer.concat(chunks) }, account);
    arrived.push(result);
    response.writeHead(result.kind === "refused" ? result.status : 204);
    response.end(result.kind === "refused" ? JSON.stringify(result.body) : undefined);
  });
  await new Promise<void>((resolve) => callbacks.listen(0, "127.0.0.1", resolve));
  toStop.push(() => new Promise((resolve) => callbacks.close(resolve)));
  const ownUrl = `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}`;
  const merchant = wechat.merchant("1900000001");
  const account = createWechatPayAccount(
    {
      merchantId: merchant.mchId,
      appId: APP_ID,
      merchantSerialNo: merchant.serialNo,
      merchantPrivateKeyPem: merchant.privateKeyPem,
      apiV3Key: merchant.apiV3Key,
      trust: trustOf(keyMode, wechat.keys.publicKey),
      apiBase: wechat.url,
      paymentNotifyUrl: `${ownUrl}/payment`,
      refundNotifyUrl: `${ownUrl}/refund`,
      timeoutMs: 2_000,
    },
    wire,
  );
  const gateway = createPaymentGateway(account, business);
  const refunds = createRefundGateway(account);
  const intent = {
    outTradeNo: FIRST_NO,
    description: "星河产业园 2026年8月账单",
    amountFen: 123450n,
    expiresAtMs: business.nowMs() + 7_200_000,
  };
  return { wechat, merchant, gateway, refunds, intent, arrived, business };
}

function trustOf(keyMode: KeyMode, publicKey: { serial: string; pem: string } | undefined): TrustMode {
  if (publicKey === undefined) return { mode: "certificates" };
  const { serial: publicKeyId, pem: publicKeyPem } = publicKey;
  return { mode: keyMode === "mixed" ? "mixed" : "public-key", publicKeyId, publicKeyPem };
}

async function payNative(world: Awaited<ReturnType<typeof open>>) {
  const order = await world.gateway.createNative(world.intent);
  if (order.state !== "ready" || !("codeUrl" in order)) throw new Error(`no QR code: ${JSON.stringify(order)}`);
  expect(world.wechat.pay(order.codeUrl, PAYER).state).toBe("paid");
}

describe.each<KeyMode>(["public-key", "certificate", "mixed"])(
  "a payment with the platform's keys in mode %s",
  (mode) => {
    it("is told alike by the notification and by the query", async () => {
      const world = await open(mode);
      await payNative(world);
      await world.wechat.notifications.settled();
      const status = await world.gateway.query(FIRST_NO);
      if (status.state !== "paid") throw new Error(`not paid: ${JSON.stringify(status)}`);
      expect(status.fact).toMatchObject({ outTradeNo: FIRST_NO, amountFen: 123450n, payerExternalId: PAYER });
      expect(status.fact.successTime).toBe("2026-08-15T10:00:00+08:00");
      expect(world.arrived).toMatchObject([{ kind: "payment", notification: { fact: status.fact } }]);
    });

    it("is told by callbacks under every key that signs at the time", async () => {
      const world = await open(mode);
      world.wechat.notifications.duplicateNext(4);
      await payNative(world);
      await world.wechat.notifications.settled();
      expect(world.arrived.map((result) => result.kind)).toEqual(["payment", "payment", "payment", "payment"]);
    });
  },
);

describe("an order", () => {
  it("is paid in the page inside WeChat with the parameters we sign", async () => {
    const world = await open();
    const order = await world.gateway.createJsapi(world.intent, PAYER);
    if (order.state !== "ready" || !("jsapi" in order)) throw new Error(`no prepay id: ${JSON.stringify(order)}`);
    const {
      appId = "",
      timeStamp = "",
      nonceStr = "",
      signType = "",
      paySign = "",
      package: prepay = "",
    } = order.jsapi;
    const parameters = { appId, timeStamp, nonceStr, package: prepay, signType, paySign };
    const changed = { ...parameters, timeStamp: `${Number(timeStamp) - 1}` };
    expect(world.wechat.payer(PAYER).jsapiPay(changed).state).toBe("refused");
    expect(world.wechat.payer(PAYER).jsapiPay(parameters).state).toBe("paid");
  });

  it("may be asked for again as it is, but not with another amount", async () => {
    const { gateway, intent } = await open();
    expect((await gateway.createNative(intent)).state).toBe("ready");
    expect((await gateway.createNative(intent)).state).toBe("ready");
    expect(await gateway.createNative({ ...intent, amountFen: 1n })).toMatchObject({ code: "OUT_TRADE_NO_USED" });
  });

  it("is missing, then unpaid, then closed, and closing again is no harm", async () => {
    const { gateway, intent } = await open();
    expect(await gateway.query(FIRST_NO)).toEqual({ state: "missing" });
    await gateway.createNative(intent);
    expect(await gateway.query(FIRST_NO)).toEqual({ state: "unpaid" });
    expect(await gateway.close(FIRST_NO)).toEqual({ state: "closed" });
    expect(await gateway.query(FIRST_NO)).toEqual({ state: "closed" });
    expect(await gateway.close(FIRST_NO)).toEqual({ state: "closed" });
  });

  it("that is paid a moment before the close says so", async () => {
    const { wechat, gateway, intent } = await open();
    await gateway.createNative(intent);
    wechat.payBeforeNextClose(PAYER);
    expect(await gateway.close(FIRST_NO)).toEqual({ state: "already-paid" });
    expect((await gateway.query(FIRST_NO)).state).toBe("paid");
  });

  it("whose creation got no answer is unknown, and the query knows that it exists", async () => {
    const { wechat, gateway, intent } = await open();
    wechat.faults.arm("POST", /native$/, { kind: "drop-after" });
    expect((await gateway.createNative(intent)).state).toBe("unknown");
    expect(await gateway.query(FIRST_NO)).toEqual({ state: "unpaid" });
  });
});

describe("a callback", () => {
  it("that is a probe is refused, and its resend is the payment", async () => {
    const world = await open();
    world.wechat.notifications.signTestNext();
    await payNative(world);
    await world.wechat.notifications.settled();
    expect(world.arrived).toMatchObject([{ refusal: "BAD_SIGNATURE", status: 401 }, { kind: "payment" }]);
  });

  it("signed with a certificate that came into use today is understood", async () => {
    const world = await open("certificate");
    await world.wechat.keys.rotateCertificate(Date.now());
    await payNative(world);
    await world.wechat.notifications.settled();
    expect(world.arrived).toMatchObject([{ kind: "payment" }]);
  });
});

describe("a refund", () => {
  const part = { outRefundNo: "RF202608150001", outTradeNo: FIRST_NO, refundFen: 23450n, orderTotalFen: 123450n };

  it("is accepted, then done; the order stays paid", async () => {
    const world = await open();
    await payNative(world);
    expect(await world.refunds.query(part.outRefundNo)).toEqual({ state: "missing" });
    expect(await world.refunds.request(part)).toMatchObject({ state: "accepted", fact: { state: "processing" } });
    world.wechat.endRefund("1900000001", part.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect(await world.refunds.query(part.outRefundNo)).toMatchObject({ state: "known", fact: { state: "succeeded" } });
    expect(world.arrived.at(-1)).toMatchObject({
      kind: "refund",
      notification: { eventType: "REFUND.SUCCESS", fact: { refundFen: 23450n, orderTotalFen: 123450n } },
    });
    expect((await world.gateway.query(FIRST_NO)).state).toBe("paid");
  });

  it("asked for twice under one number is one refund, and other amounts under it are refused", async () => {
    const world = await open();
    await payNative(world);
    const first = await world.refunds.request(part);
    expect(await world.refunds.request(part)).toEqual(first);
    expect(await world.refunds.request({ ...part, refundFen: 1n })).toMatchObject({ code: "REFUND_FEE_MISMATCH" });
  });

  it("waits for the account to be topped up when the money is gone", async () => {
    const world = await open();
    await payNative(world);
    world.merchant.balanceFen = 0;
    expect(await world.refunds.request(part)).toMatchObject({ state: "insufficient-funds", code: "NOT_ENOUGH" });
    world.merchant.balanceFen = 123450;
    expect((await world.refunds.request(part)).state).toBe("accepted");
  });
});
