import { randomBytes } from "node:crypto";
import { isRecord } from "../http/server.ts";
import { type Answer, accept, parameterError, refuse } from "./answers.ts";
import type { Merchant } from "./merchant.ts";
import type { Order, OrderBook } from "./order-book.ts";
import { isNotifyUrl } from "./order-request.ts";
import { shanghaiRfc3339 } from "./shanghai-time.ts";

export type RefundEnd = "SUCCESS" | "ABNORMAL" | "CLOSED";

export interface Refund {
  readonly refundId: string;
  readonly outRefundNo: string;
  readonly order: Order;
  readonly merchant: Merchant;
  readonly refundFen: number;
  readonly notifyUrl: string | undefined;
  readonly createdAtMs: number;
  status: "PROCESSING" | RefundEnd;
  endedAtMs: number | undefined;
}

interface RefundRequest {
  readonly order: Order;
  readonly outRefundNo: string;
  readonly refundFen: number;
  readonly totalFen: number;
  readonly notifyUrl: string | undefined;
}

const yearMs = 365 * 86_400_000;
const minuteMs = 60_000;
const maxRefundsPerOrder = 50;

/**
 * Refunds (reference/wechat-pay.md 4). The HTTP status of TRADE_OVERDUE and REFUND_FEE_MISMATCH is not documented; 403
 * and 400 are taken.
 */
export class RefundBook {
  readonly #refunds = new Map<string, Refund>();
  readonly #orders: OrderBook;
  readonly #nowMs: () => number;

  constructor(orders: OrderBook, nowMs: () => number) {
    this.#orders = orders;
    this.#nowMs = nowMs;
  }

  /** Accepts a refund, repeats an accepted one, or says why not. 200 means accepted, not done. */
  apply(
    merchant: Merchant,
    body: Readonly<Record<string, unknown>>,
  ): { readonly answer: Answer; readonly accepted?: Refund } {
    const read = this.#readRequest(merchant, body);
    if ("refusal" in read) return { answer: read.refusal };
    const { order, outRefundNo, refundFen, totalFen } = read.request;
    const existing = this.find(merchant.mchId, outRefundNo);
    if (existing !== undefined) {
      const isSame = existing.order === order && existing.refundFen === refundFen && order.totalFen === totalFen;
      return {
        answer: isSame
          ? accept(refundJson(existing))
          : refuse(400, "REFUND_FEE_MISMATCH", "同一个out_refund_no退款金额要一致"),
      };
    }
    const refusal = this.#refusalOf(merchant, read.request);
    if (refusal !== undefined) return { answer: refusal };
    const refund: Refund = {
      refundId: `5030${Array.from(randomBytes(24), (byte) => byte % 10).join("")}`,
      outRefundNo,
      order,
      merchant,
      refundFen,
      notifyUrl: read.request.notifyUrl,
      createdAtMs: this.#nowMs(),
      status: "PROCESSING",
      endedAtMs: undefined,
    };
    merchant.balanceFen -= refundFen;
    order.state = "REFUND";
    this.#refunds.set(`${merchant.mchId}\n${outRefundNo}`, refund);
    return { answer: accept(refundJson(refund)), accepted: refund };
  }

  all(): readonly Refund[] {
    return [...this.#refunds.values()];
  }

  find(mchId: string, outRefundNo: string): Refund | undefined {
    return this.#refunds.get(`${mchId}\n${outRefundNo}`);
  }

  query(mchId: string, outRefundNo: string): Answer {
    const refund = this.find(mchId, outRefundNo);
    return refund === undefined ? refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在") : accept(refundJson(refund));
  }

  /** Ends a refund that is under way (or mends an abnormal one). A closed one gives the merchant its money back. */
  end(refund: Refund, status: RefundEnd): void {
    if (refund.status !== "PROCESSING" && !(refund.status === "ABNORMAL" && status === "SUCCESS")) {
      throw new Error(`refund ${refund.outRefundNo} is ${refund.status} already`);
    }
    refund.status = status;
    refund.endedAtMs = this.#nowMs();
    if (status === "CLOSED") refund.merchant.balanceFen += refund.refundFen;
  }

  #readRequest(
    merchant: Merchant,
    body: Readonly<Record<string, unknown>>,
  ): { readonly request: RefundRequest } | { readonly refusal: Answer } {
    const { out_refund_no: outRefundNo, notify_url: notifyUrl, amount, reason } = body;
    if (typeof outRefundNo !== "string" || !/^[0-9A-Za-z_\-|*@]{1,64}$/.test(outRefundNo)) {
      return { refusal: parameterError("/out_refund_no", "须为1到64位的数字、字母或_-|*@") };
    }
    if (reason !== undefined && (typeof reason !== "string" || Buffer.byteLength(reason) > 80)) {
      return { refusal: parameterError("/reason", "长度超过80") };
    }
    if (notifyUrl !== undefined && (typeof notifyUrl !== "string" || !isNotifyUrl(notifyUrl))) {
      return { refusal: parameterError("/notify_url", "须为不带参数的https地址") };
    }
    const { refund, total, currency } = isRecord(amount) ? amount : {};
    if (typeof refund !== "number" || !Number.isInteger(refund) || refund < 1) {
      return { refusal: parameterError("/amount/refund", "须为大于0的整数，单位为分") };
    }
    if (typeof total !== "number" || !Number.isInteger(total)) {
      return { refusal: parameterError("/amount/total", "须为整数，单位为分") };
    }
    if (currency !== "CNY") return { refusal: parameterError("/amount/currency", "仅支持CNY") };
    const { transaction_id: transactionId, out_trade_no: outTradeNo } = body;
    if ((typeof transactionId === "string") === (typeof outTradeNo === "string")) {
      return { refusal: parameterError("/transaction_id", "与out_trade_no须填且只填一个") };
    }
    const order =
      typeof transactionId === "string"
        ? this.#orders.findByTransaction(merchant.mchId, transactionId)
        : this.#orders.find(merchant.mchId, String(outTradeNo));
    if (order?.payment === undefined) return { refusal: refuse(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付") };
    return { request: { order, outRefundNo, refundFen: refund, totalFen: total, notifyUrl } };
  }

  #refusalOf(merchant: Merchant, request: RefundRequest): Answer | undefined {
    const { order, refundFen } = request;
    const now = this.#nowMs();
    if (order.payment !== undefined && now - order.payment.paidAtMs > yearMs) {
      return refuse(403, "TRADE_OVERDUE", "订单已经超过可退款的最大期限");
    }
    if (request.totalFen !== order.totalFen) {
      return refuse(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试");
    }
    const others = [...this.#refunds.values()].filter((refund) => refund.order === order);
    const refundedFen = others
      .filter((other) => other.status !== "CLOSED")
      .reduce((sum, other) => sum + other.refundFen, 0);
    if (refundedFen + refundFen > order.totalFen) {
      return refuse(400, "INVALID_REQUEST", "申请退款金额大于订单剩余可退金额");
    }
    if (others.length >= maxRefundsPerOrder) return refuse(400, "INVALID_REQUEST", "部分退款次数超过50次");
    if (others.some((other) => now - other.createdAtMs < minuteMs)) {
      return refuse(429, "FREQUENCY_LIMITED", "频率限制，同一订单多次部分退款间隔须在1分钟以上");
    }
    if (merchant.balanceFen < refundFen) return refuse(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起");
    return undefined;
  }
}

/** Coupons go back in proportion; the payer's share is rounded down to whole fen. */
function payerAmounts(refund: Refund): { readonly payer_total: number; readonly payer_refund: number } {
  const { totalFen, payment } = refund.order;
  const payerTotalFen = totalFen - (payment?.couponFen ?? 0);
  return { payer_total: payerTotalFen, payer_refund: Math.floor((refund.refundFen * payerTotalFen) / totalFen) };
}

/** The refund as apply and query answer it. */
export function refundJson(refund: Refund): Record<string, unknown> {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: refund.order.payment?.transactionId,
    out_trade_no: refund.order.outTradeNo,
    channel: "ORIGINAL",
    user_received_account: "支付用户零钱",
    ...(refund.status === "SUCCESS" ? { success_time: shanghaiRfc3339(refund.endedAtMs ?? refund.createdAtMs) } : {}),
    create_time: shanghaiRfc3339(refund.createdAtMs),
    status: refund.status,
    funds_account: "AVAILABLE",
    amount: {
      total: refund.order.totalFen,
      refund: refund.refundFen,
      ...payerAmounts(refund),
      settlement_refund: refund.refundFen,
      settlement_total: refund.order.totalFen,
      discount_refund: 0,
      currency: "CNY",
      refund_fee: 0,
    },
    promotion_detail: [],
  };
}

/** The refund as the notification states it: `refund_status` instead of `status`, no channel, no funds account. */
export function refundNotificationJson(refund: Refund): Record<string, unknown> {
  return {
    mchid: refund.merchant.mchId,
    out_trade_no: refund.order.outTradeNo,
    transaction_id: refund.order.payment?.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.status,
    ...(refund.status === "SUCCESS" ? { success_time: shanghaiRfc3339(refund.endedAtMs ?? refund.createdAtMs) } : {}),
    user_received_account: "支付用户零钱",
    amount: {
      total: refund.order.totalFen,
      refund: refund.refundFen,
      ...payerAmounts(refund),
    },
  };
}
