import { randomBytes } from "node:crypto";
import { type Answer, accept, refuse } from "./answers.ts";
import type { OrderRequest } from "./order-request.ts";
import { shanghaiRfc3339 } from "./shanghai-time.ts";

export interface Order extends OrderRequest {
  readonly mchId: string;
  readonly createdAtMs: number;
  state: "NOTPAY" | "SUCCESS" | "REFUND" | "CLOSED";
  /** The ticket in force: a prepay_id or a code_url. An earlier one is dead. */
  ticket: string;
  ticketExpiresAtMs: number;
  /** The first WeChat user who scanned a code_url; nobody else can pay it. */
  scannedBy: string | undefined;
  payment: Payment | undefined;
}

export interface Payment {
  /** 28 digits beginning with 4200. */
  readonly transactionId: string;
  readonly paidAtMs: number;
  readonly payerOpenId: string;
  /** What WeChat Pay's own coupons paid of the total. */
  readonly couponFen: number;
}

const twoHoursMs = 7_200_000;
const weekMs = 7 * 86_400_000;
const stateText = { NOTPAY: "订单未支付", SUCCESS: "支付成功", REFUND: "转入退款", CLOSED: "订单已关闭" } as const;

/** The orders of all merchants (reference/wechat-pay.md 2.2 and 2.3). */
export class OrderBook {
  readonly #orders = new Map<string, Order>();
  readonly #byTicket = new Map<string, Order>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Creates, or repeats an identical unpaid order with a fresh ticket. */
  create(mchId: string, request: OrderRequest): Answer {
    const existing = this.find(mchId, request.outTradeNo);
    if (existing !== undefined && (existing.fingerprint !== request.fingerprint || existing.payment !== undefined)) {
      return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复");
    }
    if (existing?.state === "CLOSED") return refuse(400, "ORDER_CLOSED", "订单已关闭");
    const order: Order = existing ?? {
      ...request,
      mchId,
      createdAtMs: this.#nowMs(),
      state: "NOTPAY",
      ticket: "",
      ticketExpiresAtMs: 0,
      scannedBy: undefined,
      payment: undefined,
    };
    this.#orders.set(keyOf(mchId, request.outTradeNo), order);
    order.ticket = newTicket(order);
    order.ticketExpiresAtMs = this.#nowMs() + twoHoursMs;
    this.#byTicket.set(order.ticket, order);
    return accept(order.product === "native" ? { code_url: order.ticket } : { prepay_id: order.ticket });
  }

  find(mchId: string, outTradeNo: string): Order | undefined {
    const order = this.#orders.get(keyOf(mchId, outTradeNo));
    // WeChat closes what nobody paid for a week. Passing time_expire alone leaves NOTPAY: the merchant has to close.
    if (order?.state === "NOTPAY" && order.createdAtMs + weekMs <= this.#nowMs()) order.state = "CLOSED";
    return order;
  }

  findByTransaction(mchId: string, transactionId: string): Order | undefined {
    return [...this.#orders.values()].find(
      (order) => order.mchId === mchId && order.payment?.transactionId === transactionId,
    );
  }

  findByTicket(ticket: string): Order | undefined {
    return this.#byTicket.get(ticket);
  }

  all(): readonly Order[] {
    return [...this.#orders.values()];
  }

  /** 204, also for a second time. A paid order is refused with `paidRefusal`. */
  close(mchId: string, outTradeNo: string, paidRefusal: Answer): Answer {
    const order = this.find(mchId, outTradeNo);
    if (order === undefined) return refuse(404, "ORDER_NOT_EXIST", "订单不存在");
    if (order.payment !== undefined) return paidRefusal;
    order.state = "CLOSED";
    return accept(undefined);
  }

  /** Takes the money. The caller has checked that it may. */
  markPaid(order: Order, payerOpenId: string, couponFen: number): Payment {
    const payment = { transactionId: newTransactionId(this.#nowMs()), paidAtMs: this.#nowMs(), payerOpenId, couponFen };
    order.payment = payment;
    order.state = "SUCCESS";
    return payment;
  }
}

/** The order as query and notification state it. Fields of the payment are absent before it. */
export function transactionJson(order: Order): Record<string, unknown> {
  const common = {
    mchid: order.mchId,
    appid: order.appId,
    out_trade_no: order.outTradeNo,
    trade_state: order.state,
    trade_state_desc: stateText[order.state],
    attach: order.attach,
  };
  if (order.payment === undefined) {
    return { ...common, amount: { total: order.totalFen, currency: "CNY" }, promotion_detail: [] };
  }
  return {
    ...common,
    transaction_id: order.payment.transactionId,
    trade_type: order.product === "native" ? "NATIVE" : "JSAPI",
    bank_type: "OTHERS",
    success_time: shanghaiRfc3339(order.payment.paidAtMs),
    payer: { openid: order.payment.payerOpenId },
    amount: {
      total: order.totalFen,
      payer_total: order.totalFen - order.payment.couponFen,
      currency: "CNY",
      payer_currency: "CNY",
    },
    ...(order.payment.couponFen > 0 ? { promotion_detail: [couponJson(order.payment.couponFen)] } : {}),
  };
}

function couponJson(couponFen: number): Record<string, unknown> {
  return {
    coupon_id: "109519",
    name: "微信支付立减",
    scope: "GLOBAL",
    type: "NOCASH",
    amount: couponFen,
    currency: "CNY",
    wechatpay_contribute: couponFen,
    merchant_contribute: 0,
    other_contribute: 0,
  };
}

function keyOf(mchId: string, outTradeNo: string): string {
  return `${mchId}\n${outTradeNo}`;
}

function newTicket(order: OrderRequest): string {
  return order.product === "native"
    ? `weixin://wxpay/bizpayurl?pr=${randomBytes(9).toString("base64url")}`
    : `wx${randomBytes(17).toString("hex")}`;
}

/** `4200`, six random digits, the day, ten random digits: 28 in all. */
function newTransactionId(nowMs: number): string {
  const day = shanghaiRfc3339(nowMs).slice(0, 10).replaceAll("-", "");
  const random = Array.from(randomBytes(16), (byte) => byte % 10).join("");
  return `4200${random.slice(0, 6)}${day}${random.slice(6)}`;
}
