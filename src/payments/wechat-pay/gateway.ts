import { z } from "zod";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import type {
  CloseResult,
  PaymentGateway,
  PaymentIntent,
  PaymentStatus,
  PrepayResult,
} from "../../ports/payment-gateway.ts";
import { ask, type WechatPayAccount } from "./account.ts";
import type { ApiAnswer } from "./http.ts";
import { signJsapi } from "./jsapi.ts";
import { isPaidState, orderSchema, toPaymentFact } from "./transaction.ts";

const MINUTE_MS = 60_000;
/** The documents disagree (15 days or 7), so the smaller (reference/wechat-pay.md section 2.2). */
const LONGEST_LIFE_MS = 7 * 24 * 60 * MINUTE_MS;
const SHANGHAI_OFFSET_MS = 8 * 60 * MINUTE_MS;
/** Documented characters without `|`: node sends it as %7C while the package signs it as it is. */
const OUT_TRADE_NO = /^[0-9A-Za-z_*-]{6,32}$/;

/**
 * The PaymentGateway of one WeChat Pay merchant account: Native and JSAPI orders, query, close. `businessClock` is the
 * clock on which `expiresAtMs` was set; signatures keep to the account's wire clock.
 */
export function createPaymentGateway(
  account: WechatPayAccount,
  businessClock: Pick<BusinessClock, "nowMs">,
): PaymentGateway {
  const { pay } = account;
  return {
    merchantId: account.config.merchantId,
    async createNative(intent) {
      const order = toOrder(intent, account.config.paymentNotifyUrl, businessClock.nowMs());
      if (order.state === "refused") return order;
      const answer = await ask(() => pay.transactions_native(order.params));
      return toPrepayResult(answer, (body) => {
        const parsed = z.object({ code_url: z.string().min(1) }).safeParse(body);
        return parsed.success ? { state: "ready", codeUrl: parsed.data.code_url } : undefined;
      });
    },
    async createJsapi(intent, payerOpenId) {
      const order = toOrder(intent, account.config.paymentNotifyUrl, businessClock.nowMs());
      if (order.state === "refused") return order;
      const answer = await ask(() => pay.transactions_jsapi({ ...order.params, payer: { openid: payerOpenId } }));
      return toPrepayResult(answer, (body) => {
        const parsed = z.object({ prepay_id: z.string().min(1) }).safeParse(body);
        if (!parsed.success) return undefined;
        const prepayId = parsed.data.prepay_id;
        return { state: "ready", prepayId, jsapi: signJsapi(prepayId, account) };
      });
    },
    async query(outTradeNo) {
      if (!OUT_TRADE_NO.test(outTradeNo)) return { state: "missing" };
      return toPaymentStatus(await ask(() => pay.query({ out_trade_no: outTradeNo })), outTradeNo);
    },
    async close(outTradeNo) {
      if (!OUT_TRADE_NO.test(outTradeNo)) return { state: "unknown", reason: "INVALID_OUT_TRADE_NO" };
      return toCloseResult(await ask(() => pay.close(outTradeNo)));
    },
  };
}

/** RFC 3339 in Shanghai without fractions, 1785283200000 → "2026-07-29T08:00:00+08:00". */
export function toTimeExpire(epochMs: number): string {
  return `${new Date(epochMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19)}+08:00`;
}

/**
 * The common parameters. Equal intents give equal parameters, because WeChat Pay lets a number be asked for again only
 * with identical ones; hence a life that is too long is refused instead of being cut to what is left from now.
 */
function toOrder(intent: PaymentIntent, notifyUrl: string, nowMs: number) {
  const description = toDescription(intent.description);
  const leftMs = intent.expiresAtMs - nowMs;
  if (!OUT_TRADE_NO.test(intent.outTradeNo)) return refuse("INVALID_OUT_TRADE_NO", "支付单号格式不正确，请联系管理员");
  if (intent.amountFen < 1n || intent.amountFen > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refuse("INVALID_AMOUNT", "支付金额必须大于零，请刷新账单后重试");
  }
  if (description === "") return refuse("INVALID_DESCRIPTION", "支付说明为空，请联系管理员");
  // WeChat Pay would move an earlier expiry up to a minute from now, and the order would outlive ours.
  if (leftMs < MINUTE_MS) return refuse("ORDER_EXPIRED", "支付单已过期，请重新发起支付");
  if (leftMs > LONGEST_LIFE_MS) return refuse("EXPIRY_TOO_FAR", "支付单有效期超过7天，请联系管理员");
  const params = {
    description,
    out_trade_no: intent.outTradeNo,
    time_expire: toTimeExpire(intent.expiresAtMs),
    notify_url: notifyUrl,
    amount: { total: toJsonInteger(intent.amountFen), currency: "CNY" },
  };
  return { state: "order" as const, params };
}

/** Control characters break the order only when it is scanned (系统繁忙), so they go here. */
function toDescription(text: string): string {
  return [...text.replace(/[\p{Cc}\p{Cs}]+/gu, " ").trim()].slice(0, 127).join("");
}

function refuse(code: string, reason: string) {
  return { state: "refused" as const, code, reason };
}

function toPrepayResult(answer: ApiAnswer, ready: (body: unknown) => PrepayResult | undefined): PrepayResult {
  switch (answer.kind) {
    case "ok":
      return ready(answer.body) ?? { state: "unknown", reason: "ANSWER_INCOMPLETE" };
    case "refused":
      return refuse(answer.code, answer.message);
    case "unknown":
      return { state: "unknown", reason: answer.reason };
  }
}

function toPaymentStatus(answer: ApiAnswer, outTradeNo: string): PaymentStatus {
  if (answer.kind === "unknown") return { state: "unknown", reason: answer.reason };
  if (answer.kind === "refused") {
    return answer.code === "ORDER_NOT_EXIST" ? { state: "missing" } : { state: "unknown", reason: answer.code };
  }
  const order = orderSchema.safeParse(answer.body);
  // The signature covers no path: an answer about another order, replayed, would be just as genuine.
  if (!order.success || order.data.out_trade_no !== outTradeNo)
    return { state: "unknown", reason: "ANSWER_INCOMPLETE" };
  const tradeState = order.data.trade_state;
  if (isPaidState(tradeState)) {
    const fact = toPaymentFact(order.data);
    return fact === undefined ? { state: "unknown", reason: "ANSWER_INCOMPLETE" } : { state: "paid", fact };
  }
  // PAYERROR and USERPAYING belong to payment codes, but an order in them can still be paid or closed.
  if (["NOTPAY", "USERPAYING", "PAYERROR"].includes(tradeState)) return { state: "unpaid" };
  if (["CLOSED", "REVOKED"].includes(tradeState)) return { state: "closed" };
  return { state: "unknown", reason: `TRADE_STATE_${tradeState}`.slice(0, 64) };
}

/** Which code a paid order gives is not documented (section 12, doubt 8); the caller queries after any of these. */
const PAID_ON_CLOSE = new Set(["ORDERPAID", "ORDER_PAID", "TRADE_ERROR", "RULE_LIMIT"]);

function toCloseResult(answer: ApiAnswer): CloseResult {
  switch (answer.kind) {
    case "ok":
      return { state: "closed" };
    case "refused":
      if (PAID_ON_CLOSE.has(answer.code)) return { state: "already-paid" };
      return answer.code === "ORDER_CLOSED" ? { state: "closed" } : { state: "unknown", reason: answer.code };
    case "unknown":
      return { state: "unknown", reason: answer.reason };
  }
}
