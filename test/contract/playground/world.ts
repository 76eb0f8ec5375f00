import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { Wechatpay } from "wechatpay-axios-plugin";
import { newPlatformCertificate, newPlatformPublicKey, type PlatformKey } from "../../../playground/wechat-pay/keys.ts";
import { type KeyMode, PlatformKeys } from "../../../playground/wechat-pay/platform-keys.ts";
import { startWechatPay, type WechatPay, type WechatPayOptions } from "../../../playground/wechat-pay/wechat-pay.ts";

/** Business noon of 2026-08-15 in Shanghai. */
export const noon = Date.parse("2026-08-15T12:00:00+08:00");

/** A clock that tests move by hand. */
export class HandClock {
  atMs: number;

  constructor(atMs: number) {
    this.atMs = atMs;
  }

  readonly nowMs = (): number => this.atMs;

  pass(milliseconds: number): void {
    this.atMs += milliseconds;
  }
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly target: string;
  readonly method: string;
  readonly body: string;
}

/** A callback address that records what it gets and answers what the test says; null never answers. */
export async function startCallback(
  answer: (received: Received, number: number) => { status: number; body?: string } | null,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      headers: request.headers,
      target: request.url ?? "",
      method: request.method ?? "",
      body: Buffer.concat(chunks).toString("utf8"),
    };
    received.push(one);
    const reply = answer(one, received.length);
    if (reply === null) return;
    response.writeHead(reply.status);
    response.end(reply.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/callback`, received };
}

export const mchId = "1900000109";
export const appId = "wx8888888888888888";
export const apiV3Key = "0123456789abcdef0123456789ABCDEF";

let keysOfThisFile: Promise<[PlatformKey, PlatformKey]> | undefined;
const merchantKeyPem = strangerKeyPem();

/** Making RSA keys takes long: the tests of a file share them. */
async function sharedKeys(mode: KeyMode): Promise<PlatformKeys> {
  keysOfThisFile ??= Promise.all([newPlatformCertificate(Date.now()), newPlatformPublicKey(Date.now())]);
  const [certificate, publicKey] = await keysOfThisFile;
  return new PlatformKeys(
    mode,
    mode === "public-key" ? [] : [certificate],
    mode === "certificate" ? undefined : publicKey,
  );
}

/** A pretend WeChat Pay with one merchant, closed at the end of the test. */
export async function openWechatPay(
  options: Partial<WechatPayOptions> = {},
  clock: HandClock = new HandClock(noon),
): Promise<WechatPay> {
  const pay = await startWechatPay(
    {
      merchants: [{ mchId, appIds: [appId], apiV3Key, privateKeyPem: merchantKeyPem }],
      keys: await sharedKeys(options.keyMode ?? "public-key"),
      resendTimeScale: 0.000_01,
      ...options,
    },
    { nowMs: clock.nowMs, wireNowMs: Date.now },
  );
  onTestFinished(() => pay.close());
  return pay;
}

export interface ClientAnswer {
  readonly status: number;
  readonly data: Record<string, unknown>;
  readonly headers: Record<string, string>;
}

/**
 * The outsider: an independent client that signs every request and verifies the signature of every 2xx answer with the
 * keys it trusts. Refusals come back as answers; a signature it does not accept is thrown.
 */
export function outsideClient(pay: WechatPay, trusted: Record<string, string> = trustedKeys(pay)) {
  const merchant = pay.merchant(mchId);
  const client = new Wechatpay({
    mchid: mchId,
    serial: merchant.serialNo,
    privateKey: merchant.privateKeyPem,
    certs: trusted,
    baseURL: pay.url,
  });
  const at = (path: string) => client.chain(`v3/${path}`);
  return {
    create: (product: "native" | "jsapi", body: unknown, headers: Record<string, string> = {}) =>
      answerOf(at(`pay/transactions/${product}`).post(body, { headers })),
    query: (outTradeNo: string) =>
      answerOf(at(`pay/transactions/out-trade-no/${outTradeNo}`).get({ params: { mchid: mchId } })),
    queryTransaction: (transactionId: string) =>
      answerOf(at(`pay/transactions/id/${transactionId}`).get({ params: { mchid: mchId } })),
    close: (outTradeNo: string) =>
      answerOf(at(`pay/transactions/out-trade-no/${outTradeNo}/close`).post({ mchid: mchId })),
    refund: (body: unknown) => answerOf(at("refund/domestic/refunds").post(body)),
    queryRefund: (outRefundNo: string) => answerOf(at(`refund/domestic/refunds/${outRefundNo}`).get()),
    certificates: () => answerOf(at("certificates").get()),
  };
}

async function answerOf(sent: Promise<ClientAnswer>): Promise<ClientAnswer> {
  try {
    return await sent;
  } catch (error) {
    const refusal: unknown = Reflect.get(Object(error), "response");
    if (refusal === undefined || String(Reflect.get(Object(error), "code")).startsWith("EV3_")) throw error;
    return refusal as ClientAnswer;
  }
}

export function trustedKeys(pay: WechatPay): Record<string, string> {
  const keys = [...pay.keys.certificates, ...(pay.keys.publicKey === undefined ? [] : [pay.keys.publicKey])];
  return Object.fromEntries(keys.map((key) => [key.serial, key.pem]));
}

export function orderBody(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    appid: appId,
    mchid: mchId,
    description: "2026年8月账单",
    out_trade_no: "PL20260815000001",
    notify_url: "http://127.0.0.1:9/callback",
    amount: { total: 123450, currency: "CNY" },
    ...more,
  };
}

/** A key of nobody: the private half, or with `spki` the public one. */
export function strangerKeyPem(half: "pkcs8" | "spki" = "pkcs8"): string {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem =
    half === "spki"
      ? publicKey.export({ type: "spki", format: "pem" })
      : privateKey.export({ type: "pkcs8", format: "pem" });
  return pem.toString();
}
