import { randomBytes } from "node:crypto";
import type { Config } from "../../config/env.ts";
import type { WechatPayMerchant } from "../../config/merchants.ts";
import { ask, createWechatPayAccount, type WechatPayAccount } from "../../payments/wechat-pay/account.ts";
import { createPaymentGateway } from "../../payments/wechat-pay/gateway.ts";
import type { ApiAnswer } from "../../payments/wechat-pay/http.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";

const TIMEOUT_MS = 5_000;
const ORDER_LIFE_MS = 5 * 60_000;

export async function checkWechatPay(config: Config, clock: WireClock): Promise<Finding[]> {
  const publicUrl = config.publicUrl.replace(/[?#].*$/, "");
  const groups = await Promise.all(
    [...config.wechatPay].map(([code, merchant]) => checkMerchant(code, merchant, publicUrl, clock)),
  );
  return groups.flat();
}

/** First whether WeChat Pay knows us, then whether we know it, then whether an order can be made. */
async function checkMerchant(
  code: string,
  merchant: WechatPayMerchant,
  publicUrl: string,
  clock: WireClock,
): Promise<Finding[]> {
  const prefix = code === "default" ? "WECHAT_PAY" : `MERCHANT_${code}`;
  const problems: string[] = [];
  const path = code === "default" ? "" : `/${code}`;
  let account: WechatPayAccount;
  try {
    account = createWechatPayAccount(
      {
        merchantId: merchant.mchId,
        appId: merchant.appId,
        merchantSerialNo: merchant.serialNo,
        merchantPrivateKeyPem: merchant.privateKey.reveal(),
        apiV3Key: merchant.apiV3Key.reveal(),
        trust:
          merchant.publicKey === undefined
            ? { mode: "certificates" }
            : { mode: "mixed", publicKeyId: merchant.publicKey.id, publicKeyPem: merchant.publicKey.pem.reveal() },
        apiBase: merchant.apiBase,
        paymentNotifyUrl: `${publicUrl}/callbacks/wechat-pay/payment${path}`,
        refundNotifyUrl: `${publicUrl}/callbacks/wechat-pay/refund${path}`,
        timeoutMs: TIMEOUT_MS,
        onProblem: (problem) => problems.push(problem),
      },
      clock,
    );
  } catch (error) {
    // Forms that loadConfig lets pass: a key that is not RSA, a serial too long.
    return [wrong("CONFIG_INVALID", { variable: `${prefix}_…`, detail: error instanceof Error ? error.message : "" })];
  }
  const outTradeNo = `DOCTOR${randomBytes(8).toString("hex").toUpperCase()}`;
  const known = judgeQuery(await ask(() => account.pay.query({ out_trade_no: outTradeNo })), prefix);
  if (known !== undefined) return [known];
  const trust = await checkApiV3Key(account, problems, prefix);
  if (trust.some(({ level }) => level === "error")) return trust;
  return [...trust, ...(await checkOrder(account, outTradeNo, clock, prefix))];
}

/** Nothing when WeChat Pay says that there is no such order: then it has accepted our number, serial, key and clock. */
function judgeQuery(answer: ApiAnswer, prefix: string): Finding | undefined {
  switch (answer.kind) {
    case "ok":
      return undefined;
    case "unknown":
      return wrong("PAY_API_UNREACHABLE", { prefix, detail: answer.reason });
    case "refused":
      if (answer.code === "ORDER_NOT_EXIST") return undefined;
      // The code is one for all; the words, which may change, are a hint here and never a branch for money.
      if (answer.status === 401) return signatureRefused(answer.message, prefix);
      if (answer.message.includes("Wechatpay-Serial")) return wrong("PAY_PUBLIC_KEY_ID_WRONG", { prefix });
      return wrong("PAY_REFUSED", { prefix, detail: `${answer.code} ${answer.message}` });
    default:
      return answer satisfies never;
  }
}

function signatureRefused(message: string, prefix: string): Finding {
  if (message.includes("5分钟") || message.includes("timestamp")) return wrong("CLOCK_SKEW");
  if (message.includes("序列号")) return wrong("PAY_SERIAL_WRONG", { prefix });
  return wrong("PAY_PRIVATE_KEY_WRONG", { prefix, detail: message });
}

/** Platform certificates come encrypted with the APIv3 key. A merchant with the public key only has none to try it on. */
async function checkApiV3Key(
  account: WechatPayAccount,
  problems: readonly string[],
  prefix: string,
): Promise<Finding[]> {
  const trusted = await account.trust.keysFor("none");
  const [problem] = problems;
  if (problem === undefined && trusted.size > 0) return [fine(`${prefix}_API_V3_KEY`, "APIv3 密钥能解开平台证书")];
  if (problem?.includes("HTTP 404")) {
    return account.trust.publicKeyId === undefined
      ? [wrong("PAY_PUBLIC_KEY_MISSING", { prefix })]
      : [fine(`${prefix}_API_V3_KEY`, "只有微信支付公钥的商户，APIv3 密钥要到第一笔支付通知才能验证")];
  }
  if (problem?.includes("APIv3 key")) return [wrong("PAY_API_V3_KEY_WRONG", { prefix })];
  // Our signature was accepted a moment ago, so it is neither key nor serial.
  if (problem?.includes("HTTP 401") || problem?.includes("STALE")) return [wrong("CLOCK_SKEW")];
  if (problem?.includes("not genuine")) return [wrong("PAY_PUBLIC_KEY_WRONG", { prefix })];
  return [wrong("PAY_API_UNREACHABLE", { prefix, detail: problem ?? "没有平台证书" })];
}

/** An order over one fen, whose code nobody sees, closed at once: only a signed answer shows that its key is right. */
async function checkOrder(
  account: WechatPayAccount,
  outTradeNo: string,
  clock: WireClock,
  prefix: string,
): Promise<Finding[]> {
  const gateway = createPaymentGateway(account, clock);
  const created = await gateway.createNative({
    outTradeNo,
    description: "配置检查，不收款",
    amountFen: 1n,
    expiresAtMs: clock.nowMs() + ORDER_LIFE_MS,
  });
  if (created.state !== "refused") await gateway.close(outTradeNo);
  switch (created.state) {
    case "ready":
      return [fine(`${prefix}_MCH_ID`, "微信支付可以下单，回答验签通过")];
    case "unknown":
      return [
        created.reason.startsWith("ANSWER_")
          ? wrong("PAY_PUBLIC_KEY_WRONG", { prefix })
          : wrong("PAY_API_UNREACHABLE", { prefix, detail: created.reason }),
      ];
    case "refused":
      if (created.code === "APPID_MCHID_NOT_MATCH") return [wrong("PAY_APP_ID_NOT_BOUND", { prefix })];
      if (created.reason.includes("notify_url")) return [wrong("NOTIFY_URL_NOT_HTTPS")];
      return [wrong("PAY_REFUSED", { prefix, detail: `${created.code} ${created.reason}` })];
    default:
      return created satisfies never;
  }
}
