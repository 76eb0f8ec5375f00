import type { Context } from "koa";
import { findReceiptOfOrder } from "../../usecases/payments/find-receipt.ts";
import { refreshOrder } from "../../usecases/payments/query-due-orders.ts";
import { freshTicketOf, type StoredOrder } from "../../usecases/payments/stored-order.ts";
import type { H5Context } from "./context.ts";
import { newFormToken } from "./form-token.ts";
import { noticePage } from "./notice-page.ts";
import { endedPage, orderPage, paidPage } from "./order-page.ts";
import { sendPage } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { receiveVisitor, type Visitor } from "./visitor.ts";

/** GET /h5/pay/order: the code or the button of one order, then its result. `check=1`: the payer says it is paid. */
export async function orderRoute(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, ["pay", "prepay"], "as-is");
  if (!visitor) return;
  const checked = ctx.query.check === "1";
  const order = await orderOf(ctx, context, visitor, checked);
  if (!order) {
    const { missingTitle: title, missing: text } = H5_TEXT.notice;
    const links = [{ label: H5_TEXT.order.back, href: homeOf(visitor) }];
    return sendPage(ctx, noticePage({ title, text, status: 404, links }));
  }
  if (order.state === "PAID")
    return sendPage(ctx, paidPage(await findReceiptOfOrder(context.db, order.orderId), order));
  if (order.state === "CLOSED") return sendPage(ctx, endedPage(homeOf(visitor)));
  const ticket = freshTicketOf(order, context.payments.businessClock.nowMs());
  // The cashier asks the channel for a new ticket of the same order.
  if (ticket === undefined && order.state === "PAYABLE" && !isExpired(order, context)) {
    return ctx.redirect(homeOf(visitor));
  }
  const { token: linkToken, insideWechat, openId } = visitor;
  const formToken = newFormToken(context, linkToken, openId);
  const shown = isFor(visitor, order) ? ticket : undefined;
  sendPage(
    ctx,
    orderPage({ order, ticket: shown, linkToken, home: homeOf(visitor), formToken, insideWechat, checked }),
  );
}

/** GET /h5/pay/status: what the waiting page asks. Tells nothing but whether the order is paid, waiting or ended. */
export async function statusRoute(ctx: Context, context: H5Context): Promise<void> {
  ctx.set("Cache-Control", "no-store");
  const visitor = await receiveVisitor(ctx, context, ["pay", "prepay"], "as-is");
  if (!visitor) return;
  const order = await orderOf(ctx, context, visitor, false);
  ctx.body = { state: standingOf(order, context) };
}

/** The page that an order was made on. */
const homeOf = ({ claims, token }: Visitor): string => `/h5/${claims.purpose}?t=${token}`;

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

/** `ended`: there is something else to see than this code. An expired order waits for the channel's last word. */
function standingOf(order: StoredOrder | undefined, context: H5Context): "paid" | "waiting" | "ended" {
  if (!order || order.state === "CLOSED") return "ended";
  if (order.state === "PAID") return "paid";
  const isStale = freshTicketOf(order, context.payments.businessClock.nowMs()) === undefined;
  return order.state === "PAYABLE" && isStale && !isExpired(order, context) ? "ended" : "waiting";
}

const isExpired = (order: StoredOrder, context: H5Context): boolean =>
  order.expiresAtMs <= context.payments.businessClock.nowMs();

/** A code is for whoever scans it; the parameters of the page inside WeChat only for the openid that asked for them. */
const isFor = (visitor: Visitor, order: StoredOrder): boolean =>
  order.method === "native" || (visitor.openId !== undefined && order.prepay.payerOpenId === visitor.openId);
