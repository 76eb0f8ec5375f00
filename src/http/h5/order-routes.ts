import type { Context } from "koa";
import { findReceiptOfOrder } from "../../usecases/payments/find-receipt.ts";
import { refreshOrder } from "../../usecases/payments/query-due-orders.ts";
import { isLive, type PaymentTicket, type StoredOrder } from "../../usecases/payments/stored-order.ts";
import type { H5Context } from "./context.ts";
import { noticePage } from "./notice-page.ts";
import { endedPage, orderPage, paidPage } from "./order-page.ts";
import { sendPage } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { receiveVisitor, type Visitor } from "./visitor.ts";

/** GET /h5/pay/order: the code or the button of one order, then its result. `check=1`: the payer says it is paid. */
export async function orderRoute(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "pay", "as-is");
  if (!visitor) return;
  const checked = ctx.query.check === "1";
  const order = await orderOf(ctx, context, visitor, checked);
  if (!order) {
    const { missingTitle: title, missing: text } = H5_TEXT.notice;
    const links = [{ label: H5_TEXT.order.back, href: `/h5/pay?t=${visitor.token}` }];
    return sendPage(ctx, noticePage({ title, text, status: 404, links }));
  }
  if (order.state === "PAID")
    return sendPage(ctx, paidPage(await findReceiptOfOrder(context.db, order.orderId), order));
  if (hasEnded(order, context)) return sendPage(ctx, endedPage(visitor.token));
  const { token: linkToken, insideWechat } = visitor;
  sendPage(ctx, orderPage({ order, ticket: ticketFor(visitor, order), linkToken, insideWechat, checked }));
}

/** GET /h5/pay/status: what the waiting page asks. Tells nothing but whether the order is paid, waiting or ended. */
export async function statusRoute(ctx: Context, context: H5Context): Promise<void> {
  ctx.set("Cache-Control", "no-store");
  const visitor = await receiveVisitor(ctx, context, "pay", "as-is");
  if (!visitor) return;
  const order = await orderOf(ctx, context, visitor, false);
  ctx.body = { state: !order || hasEnded(order, context) ? "ended" : order.state === "PAID" ? "paid" : "waiting" };
}

/** The order with the number of the request, if it is of the link's tenant and entity. */
async function orderOf(
  ctx: Context,
  context: H5Context,
  visitor: Visitor,
  insist: boolean,
): Promise<StoredOrder | undefined> {
  const outTradeNo = typeof ctx.query.o === "string" ? ctx.query.o : "";
  const order = await refreshOrder(context.db, outTradeNo, context.payments, insist);
  const { tenantId, entityId } = visitor.claims;
  return order?.tenantId === tenantId && order.entityId === entityId ? order : undefined;
}

const hasEnded = (order: StoredOrder, context: H5Context): boolean =>
  order.state === "CLOSED" || (isLive(order.state) && order.expiresAtMs <= context.payments.businessClock.nowMs());

/** A code is for whoever scans it; the parameters of the page inside WeChat only for the openid that asked for them. */
function ticketFor(visitor: Visitor, order: StoredOrder): PaymentTicket | undefined {
  if (order.state !== "PAYABLE") return undefined;
  if (order.method === "jsapi" && order.prepay.payerOpenId !== visitor.openId) return undefined;
  return order.prepay.ticket;
}
