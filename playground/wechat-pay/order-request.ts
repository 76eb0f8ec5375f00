import { isRecord } from "../http/server.ts";
import { type Answer, mchIdMismatch, parameterError, refuse } from "./answers.ts";
import type { Merchant } from "./merchant.ts";
import { parseRfc3339 } from "./shanghai-time.ts";

export type Product = "native" | "jsapi";

/** A valid order of the merchant. */
export interface OrderRequest {
  readonly product: Product;
  readonly appId: string;
  readonly outTradeNo: string;
  readonly description: string;
  readonly notifyUrl: string;
  readonly totalFen: number;
  readonly attach: string;
  readonly timeExpireMs: number;
  /** The openid the order is for; JSAPI only. */
  readonly payerOpenId: string | undefined;
  /** Nothing explicit in the parameters is null; otherwise scanning ends in 系统繁忙. */
  readonly hasNull: boolean;
  /** All parameters in a fixed order, to tell a repeat from a different order. */
  readonly fingerprint: string;
}

const minuteMs = 60_000;
const weekMs = 7 * 86_400_000;

/**
 * Reads and checks the parameters of a create call (reference/wechat-pay.md 2.2). `time_expire` is at most 7 days ahead,
 * the stricter of the two published limits. Addresses on loopback may be http, everything else must be https.
 */
export function readOrderRequest(
  product: Product,
  body: Readonly<Record<string, unknown>>,
  merchant: Merchant,
  nowMs: number,
  openIdBelongs: (appId: string, openId: string) => boolean,
): { readonly order: OrderRequest } | { readonly refusal: Answer } {
  const { appid, description, out_trade_no: outTradeNo, notify_url: notifyUrl, attach, amount, payer } = body;
  if (typeof body.mchid !== "string") return { refusal: parameterError("/mchid", "为必填项") };
  if (body.mchid !== merchant.mchId) return { refusal: mchIdMismatch };
  if (typeof appid !== "string" || appid === "") return { refusal: parameterError("/appid", "为必填项") };
  if (!merchant.appIds.includes(appid)) {
    return { refusal: refuse(400, "APPID_MCHID_NOT_MATCH", "商户号mch_id与appid不匹配") };
  }
  if (typeof description !== "string" || description === "" || [...description].length > 127) {
    return { refusal: parameterError("/description", "长度须在1到127个字符之间") };
  }
  if (typeof outTradeNo !== "string" || !/^[0-9A-Za-z_\-|*]{6,32}$/.test(outTradeNo)) {
    return { refusal: parameterError("/out_trade_no", "须为6到32位的数字、字母或_-|*") };
  }
  if (typeof notifyUrl !== "string" || !isNotifyUrl(notifyUrl)) {
    return { refusal: parameterError("/notify_url", "须为不带参数的https地址") };
  }
  if (attach !== undefined && attach !== null && (typeof attach !== "string" || attach.length > 128)) {
    return { refusal: parameterError("/attach", "长度超过128") };
  }
  const total = isRecord(amount) ? amount.total : undefined;
  if (typeof total !== "number" || !Number.isInteger(total)) {
    return { refusal: parameterError("/amount/total", "须为整数，单位为分") };
  }
  if (total < 1) return { refusal: parameterError("/amount/total", "值低于最小值 1") };
  if (isRecord(amount) && amount.currency !== undefined && amount.currency !== "CNY") {
    return { refusal: parameterError("/amount/currency", "仅支持CNY") };
  }
  const openId = isRecord(payer) ? payer.openid : undefined;
  if (product === "jsapi") {
    if (typeof openId !== "string" || openId === "") return { refusal: parameterError("/payer/openid", "为必填项") };
    if (!openIdBelongs(appid, openId)) return { refusal: refuse(400, "PARAM_ERROR", "无效的openid") };
  }
  const asked = body.time_expire === undefined ? nowMs + weekMs : parseRfc3339(body.time_expire);
  if (asked === undefined || asked > nowMs + weekMs) {
    return { refusal: parameterError("/time_expire", "须为rfc3339格式且在7天之内") };
  }
  return {
    order: {
      product,
      appId: appid,
      outTradeNo,
      description,
      notifyUrl,
      totalFen: total,
      attach: typeof attach === "string" ? attach : "",
      timeExpireMs: Math.max(asked, nowMs + minuteMs),
      payerOpenId: product === "jsapi" && typeof openId === "string" ? openId : undefined,
      hasNull: containsNull(body),
      fingerprint: `${product}\n${inFixedOrder(body)}`,
    },
  };
}

/** At most 255 characters, no query, https; http only to this machine. */
export function isNotifyUrl(text: string): boolean {
  if (text.length > 255 || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.search !== "" || text.includes("?")) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname));
}

function containsNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).some(containsNull);
}

/** JSON with the names of every object sorted. */
export function inFixedOrder(value: unknown): string {
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${inFixedOrder(value[name])}`)
    .join(",")}}`;
}
