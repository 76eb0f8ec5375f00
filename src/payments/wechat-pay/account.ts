import { createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import Pay from "wechatpay-node-v3";
import type { WireClock } from "../../ports/clock.ts";
import { type ApiAnswer, createHttpService, OFFICIAL_API_BASE, rebase } from "./http.ts";
import { createTrustStore, type TrustMode, type TrustStore } from "./keys.ts";
import { exchange } from "./transport.ts";
import { readSignature, type SignedMessage } from "./verify.ts";

export interface WechatPayConfig {
  readonly merchantId: string;
  readonly appId: string;
  /** Serial of the merchant's own API certificate, 40 hex digits. */
  readonly merchantSerialNo: string;
  readonly merchantPrivateKeyPem: string;
  /** 32 bytes. */
  readonly apiV3Key: string;
  readonly trust: TrustMode;
  /** Default https://api.mch.weixin.qq.com */
  readonly apiBase?: string;
  /** Public, at most 255 characters, without a query string. */
  readonly paymentNotifyUrl: string;
  readonly refundNotifyUrl: string;
  /** Of one call, default 8,000. */
  readonly timeoutMs?: number;
  /** Hears what an operator should know; texts are free of secrets and personal data. */
  readonly onProblem?: (problem: string) => void;
}

/** One merchant account, ready to make signed calls. Holds secrets: never log it. */
export interface WechatPayAccount {
  readonly config: WechatPayConfig;
  readonly apiV3Key: string;
  readonly privateKey: KeyObject;
  readonly pay: Pay;
  readonly trust: TrustStore;
  readonly clock: WireClock;
}

const USER_AGENT = "ParkLedger/0.1";
const DEFAULT_TIMEOUT_MS = 8_000;

/**
 * Prepares one merchant account. Makes no call. Throws when a key, the APIv3 key or a notify URL cannot work, so that a
 * wrong configuration is found at the start and not at the first payment.
 */
export function createWechatPayAccount(config: WechatPayConfig, clock: WireClock): WechatPayAccount {
  const privateKey = createPrivateKey(config.merchantPrivateKeyPem);
  if (privateKey.asymmetricKeyType !== "rsa") throw new TypeError("the merchant's private key is not an RSA key");
  if (Buffer.byteLength(config.apiV3Key) !== 32) throw new RangeError("the APIv3 key must have 32 bytes");
  if (!/^[0-9A-Fa-f]{1,40}$/.test(config.merchantSerialNo)) throw new RangeError("the merchant serial is not hex");
  checkNotifyUrl(config.paymentNotifyUrl);
  checkNotifyUrl(config.refundNotifyUrl);
  const apiBase = config.apiBase ?? OFFICIAL_API_BASE;
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const pay = new Pay({
    appid: config.appId,
    mchid: config.merchantId,
    serial_no: config.merchantSerialNo,
    // The package reads a serial from here when it has none; it has one (reference/wechat-pay.md section 8.1).
    publicKey: Buffer.from("unused"),
    privateKey: Buffer.from(config.merchantPrivateKeyPem),
    userAgent: USER_AGENT,
  });
  const trust = createTrustStore({
    trust: config.trust,
    apiV3Key: config.apiV3Key,
    clock,
    downloadCertificates: () => downloadCertificates(pay, apiBase, timeoutMs, clock),
    onProblem: config.onProblem ?? (() => undefined),
  });
  pay.createHttp(createHttpService({ apiBase, timeoutMs, trust, clock }));
  return { config, apiV3Key: config.apiV3Key, privateKey, pay, trust, clock };
}

/** Makes one call of the package and takes our own answer out of what it returns. */
export async function ask(call: () => Promise<{ readonly data?: unknown }>): Promise<ApiAnswer> {
  const { data } = await call();
  if (!isApiAnswer(data)) throw new TypeError("wechatpay-node-v3 did not hand our answer through");
  return data;
}

function isApiAnswer(value: unknown): value is ApiAnswer {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "ok" || value.kind === "refused" || value.kind === "unknown";
}

/** The one call whose answer brings the key that verifies it; the package's own would accept a forged list. */
async function downloadCertificates(
  pay: Pay,
  apiBase: string,
  timeoutMs: number,
  clock: WireClock,
): Promise<SignedMessage> {
  const path = "/v3/certificates";
  const nonce = randomBytes(16).toString("hex");
  const timestamp = String(Math.floor(clock.nowMs() / 1000));
  const signature = pay.getSignature("GET", nonce, timestamp, path);
  const result = await exchange({
    method: "GET",
    url: rebase(OFFICIAL_API_BASE + path, apiBase),
    headers: {
      Accept: "application/json",
      "User-Agent": USER_AGENT,
      Authorization: pay.getAuthorization(nonce, timestamp, signature),
    },
    timeoutMs,
  });
  if (result.kind === "failed") throw new Error(result.reason);
  if (result.status !== 200) throw new Error(`HTTP ${result.status}`);
  const signed = readSignature(result.header, result.body);
  if (signed === undefined) throw new Error("the answer is not signed");
  return signed;
}

/** WeChat Pay refuses a query string only when it calls back, which nobody would see (section 2.2). */
function checkNotifyUrl(url: string): void {
  const parsed = new URL(url);
  if (url.length > 255 || parsed.search !== "" || parsed.hash !== "") {
    throw new RangeError("a notify URL must have at most 255 characters and no query string");
  }
}
