import { afterEach, expect, it } from "vitest";
import { startWechatPay } from "../../../playground/wechat-pay/wechat-pay.ts";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { FileProof } from "../../../src/domain/reconciliation/file-proof.ts";
import type { ParsedLine } from "../../../src/domain/reconciliation/statement.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createWechatPayAccount } from "../../../src/payments/wechat-pay/account.ts";
import { createChannelBills } from "../../../src/payments/wechat-pay/bill-download.ts";
import { createPaymentGateway } from "../../../src/payments/wechat-pay/gateway.ts";
import { createRefundGateway } from "../../../src/payments/wechat-pay/refunds.ts";
import type { BillKind } from "../../../src/ports/channel-bills.ts";
import { movableClock } from "../../support/clock.ts";

const DAY = parseCivilDate("2026-08-15");
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop();
});

/** A day with two payments, ¥1,234.50 and ¥100.00, and a refund of ¥40.00; then the next morning at eleven. */
async function open() {
  const business = movableClock("2026-08-15T10:00:00+08:00");
  const wechat = await startWechatPay(
    { merchants: [{ mchId: "1900000001", appIds: ["wx0000000000000001"] }], resendTimeScale: 0 },
    { nowMs: business.nowMs, wireNowMs: () => Date.now() },
  );
  toStop.push(() => wechat.close());
  const merchant = wechat.merchant("1900000001");
  const key = wechat.keys.publicKey;
  if (key === undefined) throw new Error("no public key");
  const account = createWechatPayAccount(
    {
      merchantId: merchant.mchId,
      appId: "wx0000000000000001",
      merchantSerialNo: merchant.serialNo,
      merchantPrivateKeyPem: merchant.privateKeyPem,
      apiV3Key: merchant.apiV3Key,
      trust: { mode: "public-key", publicKeyId: key.serial, publicKeyPem: key.pem },
      apiBase: wechat.url,
      paymentNotifyUrl: "http://127.0.0.1:9/payment",
      refundNotifyUrl: "http://127.0.0.1:9/refund",
      timeoutMs: 2_000,
    },
    { nowMs: () => Date.now() },
  );
  const gateway = createPaymentGateway(account, business);
  for (const [outTradeNo, amountFen] of [
    ["PL202608150001", 123_450n],
    ["PL202608150002", 10_000n],
  ] as const) {
    const order = await gateway.createNative({
      outTradeNo,
      description: "租金, 物业费",
      amountFen,
      expiresAtMs: business.nowMs() + 7_200_000,
    });
    if (order.state !== "ready" || !("codeUrl" in order)) throw new Error("no QR code");
    wechat.pay(order.codeUrl, "oPayer-0000000000000000001");
  }
  await createRefundGateway(account).request({
    outTradeNo: "PL202608150002",
    outRefundNo: "RF1",
    refundFen: 4_000n,
    orderTotalFen: 10_000n,
  });
  return { wechat, business, bills: createChannelBills(account) };
}

async function read(bytes: Uint8Array, kind: BillKind) {
  const file = await statementOf("bill.csv", bytes, { source: kind === "trade" ? "wechat-trade" : "wechat-fund" });
  const proof = new FileProof(kind === "fund");
  const lines: ParsedLine[] = [];
  for await (const event of file.events()) {
    if (event.type === "line") {
      lines.push(event.line);
      proof.add(event.line);
    } else if (event.type === "end") expect(proof.result(event.declared).gaps).toEqual([]);
    else throw new Error(JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? String(value) : value)));
  }
  return lines.map(({ kind: what, amountFen, feeFen, orderNo, refundNo }) => [
    what,
    amountFen,
    feeFen,
    refundNo ?? orderNo,
  ]);
}

it("gives the bills of yesterday after ten, and both add up", async () => {
  const { bills, business, wechat } = await open();
  business.moveTo("2026-08-16T09:30:00+08:00");
  expect(await bills.download("trade", DAY)).toEqual({ state: "creating" });
  business.moveTo("2026-08-16T10:00:00+08:00");
  const trade = await bills.download("trade", DAY);
  if (trade.state !== "ready") throw new Error(JSON.stringify(trade));
  // 0.60 %: 7.407 → 7.41, 0.60, and 0.24 back.
  expect(await read(trade.bytes, "trade")).toEqual([
    ["payment", 123_450n, 741n, "PL202608150001"],
    ["payment", 10_000n, 60n, "PL202608150002"],
    ["refund", -4_000n, -24n, "RF1"],
  ]);
  const gross = await bills.download("fund", DAY);
  if (gross.state !== "ready") throw new Error(JSON.stringify(gross));
  expect((await read(gross.bytes, "fund")).map(([what, amountFen]) => [what, amountFen])).toEqual([
    ["payment", 123_450n],
    ["fee", -741n],
    ["payment", 10_000n],
    ["fee", -60n],
    ["refund", -4_000n],
    ["fee-refund", 24n],
  ]);
  wechat.bills.fundStyle = "net";
  const net = await bills.download("fund", DAY);
  if (net.state !== "ready") throw new Error(JSON.stringify(net));
  expect(await read(net.bytes, "fund")).toEqual([
    ["payment", 122_709n, 741n, "PL202608150001"],
    ["payment", 9_940n, 60n, "PL202608150002"],
    ["refund", -3_976n, -24n, "RF1"],
  ]);
});

it("knows a day without trade, today, and a link that has expired or bytes that are not the announced ones", async () => {
  const { bills, business, wechat } = await open();
  expect(await bills.download("trade", DAY)).toMatchObject({ state: "refused", code: "INVALID_REQUEST" });
  business.moveTo("2026-08-17T11:00:00+08:00");
  expect(await bills.download("trade", parseCivilDate("2026-08-16"))).toEqual({ state: "none" });
  wechat.bills.expireNextLinks(2);
  expect(await bills.download("trade", DAY)).toMatchObject({ state: "ready" });
  wechat.bills.corruptNextDownloads(1);
  expect(await bills.download("trade", DAY)).toMatchObject({ state: "ready" });
  wechat.bills.corruptNextDownloads(9);
  expect(await bills.download("trade", DAY)).toEqual({ state: "unknown", reason: "HASH_MISMATCH" });
  wechat.faults.arm("GET", /tradebill/, { kind: "drop-before" }, 9);
  expect(await bills.download("trade", DAY)).toMatchObject({ state: "unknown" });
});
