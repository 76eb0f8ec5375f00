import { verify } from "node:crypto";
import type { Merchant } from "./merchant.ts";
import type { Notifications } from "./notifications.ts";
import { type Order, type OrderBook, transactionJson } from "./order-book.ts";

/** What the payer sees after pressing the button. */
export type PayResult =
  | { readonly state: "paid"; readonly transactionId: string; readonly outTradeNo: string; readonly amountFen: number }
  | { readonly state: "refused"; readonly reason: string };

/** The parameters of `getBrandWCPayRequest`. */
export interface JsapiParameters {
  readonly appId: string;
  readonly timeStamp: string;
  readonly nonceStr: string;
  /** `prepay_id=…` */
  readonly package: string;
  readonly signType: string;
  readonly paySign: string;
}

export interface PayOptions {
  /** Part of the total that a coupon of WeChat Pay covers, in fen: less than the total. */
  readonly couponFen?: number;
}

export interface CashierWorld {
  readonly orders: OrderBook;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly notifications: Notifications;
  readonly nowMs: () => number;
  readonly onPaid: (appId: string, openId: string) => void;
}

/** Pays the order behind a code_url or prepay_id: takes the money and sends the notification. */
export function payTicket(
  world: CashierWorld,
  ticket: string,
  payerOpenId: string,
  options: PayOptions = {},
): PayResult {
  const order = world.orders.findByTicket(ticket);
  if (order === undefined || order.ticket !== ticket) return refused("商家订单信息有误，请重新下单支付");
  if (order.hasNull) return refused("系统繁忙，请稍后再试");
  if (order.product === "native") {
    order.scannedBy ??= payerOpenId;
    if (order.scannedBy !== payerOpenId) return refused("商家订单信息有误，请重新下单支付");
  } else if (order.payerOpenId !== payerOpenId) {
    return refused("支付用户与下单用户不一致");
  }
  const now = world.nowMs();
  if (order.payment !== undefined) return refused("该订单已支付");
  if (order.state === "CLOSED" || world.orders.find(order.mchId, order.outTradeNo)?.state === "CLOSED") {
    return refused("订单已关闭");
  }
  if (now >= order.timeExpireMs || now >= order.ticketExpiresAtMs) return refused("订单已过期，请重新下单");
  return takeMoney(world, order, payerOpenId, options);
}

/** Moves the money, whatever the ticket says: also used for the payment just before a close. */
export function takeMoney(world: CashierWorld, order: Order, payerOpenId: string, options: PayOptions = {}): PayResult {
  const merchant = world.merchants.get(order.mchId);
  if (merchant === undefined) throw new Error(`order ${order.outTradeNo} belongs to no merchant`);
  const couponFen = options.couponFen ?? 0;
  if (couponFen < 0 || couponFen >= order.totalFen) throw new Error("a coupon covers a part of the total only");
  const payment = world.orders.markPaid(order, payerOpenId, couponFen);
  merchant.balanceFen += order.totalFen;
  world.onPaid(order.appId, payerOpenId);
  world.notifications.send({
    merchant,
    notifyUrl: order.notifyUrl,
    eventType: "TRANSACTION.SUCCESS",
    resource: transactionJson(order),
  });
  return {
    state: "paid",
    transactionId: payment.transactionId,
    outTradeNo: order.outTradeNo,
    amountFen: order.totalFen,
  };
}

/**
 * What `WeixinJSBridge.invoke('getBrandWCPayRequest', …)` does: checks the paySign over
 * `appId\ntimeStamp\nnonceStr\npackage\n` with the key of the merchant who made the order, then shows the cashier.
 */
export function payJsapi(world: CashierWorld, parameters: JsapiParameters, payerOpenId: string): PayResult {
  const { appId, timeStamp, nonceStr, signType, paySign } = parameters;
  const prepayId = /^prepay_id=(wx\w+)$/.exec(parameters.package)?.[1];
  if (prepayId === undefined) return refused("package 须为 prepay_id=***");
  if (signType !== "RSA") return refused("signType 须为 RSA");
  if (!/^\d{10}$/.test(timeStamp)) return refused("timeStamp 须为秒的字符串");
  if (nonceStr === "" || nonceStr.length > 32) return refused("nonceStr 须为1到32个字符");
  const order = world.orders.findByTicket(prepayId);
  if (order === undefined || order.appId !== appId) return refused("商家订单信息有误，请重新下单支付");
  const merchant = world.merchants.get(order.mchId);
  const message = Buffer.from(`${appId}\n${timeStamp}\n${nonceStr}\n${parameters.package}\n`, "utf8");
  if (merchant === undefined || !verify("sha256", message, merchant.publicKey, Buffer.from(paySign, "base64"))) {
    return refused("支付验证签名失败");
  }
  return payTicket(world, prepayId, payerOpenId);
}

function refused(reason: string): PayResult {
  return { state: "refused", reason };
}
