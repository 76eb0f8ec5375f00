import type { Context } from "koa";
import { findMerchantOf } from "../../usecases/payments/find-merchant.ts";
import { loadPayableBills, type PayableBills } from "../../usecases/payments/payable-bills.ts";
import { type PreparedOrder, type PrepareRequest, prepareOrder } from "../../usecases/payments/prepare-order.ts";
import { countUse, RATE_LIMITS } from "../../usecases/rate-limits/rate-limits.ts";
import { recordStatedFigures } from "../../usecases/reconciliation/stated-figures.ts";
import { rawBodyOf } from "../raw-body.ts";
import { billPage, cashierPage } from "./cashier-page.ts";
import type { H5Context } from "./context.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { linkRefusedPage, noticePage } from "./notice-page.ts";
import { orderUrl } from "./order-page.ts";
import { type Page, sendPage } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { transferAccountFor } from "./transfer-view.ts";
import { receiveVisitor, type Visitor } from "./visitor.ts";

/** GET /h5/pay: today's figures, computed here and now. */
export async function cashierRoute(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "pay", "sign-in");
  if (!visitor) return;
  const payable = await loadPayableBills(context.db, visitor.claims, context.payments.businessClock.today());
  if (!payable) return sendPage(ctx, linkRefusedPage("tampered"));
  await remember(context, visitor, payable, "cashier");
  const formToken = newFormToken(context, visitor.token, visitor.openId);
  const method = await methodFor(visitor, context);
  const { visibility, token: linkToken } = visitor;
  const transfer = await transferAccountFor(context, visitor);
  const again = ctx.query.again === "1";
  sendPage(ctx, cashierPage({ payable, visibility, transfer, method, linkToken, formToken, again }));
}

/** Whoever transfers what the page says within three days has paid (money-rules 8). */
async function remember(
  context: H5Context,
  { claims: { tenantId, entityId, billNos } }: Visitor,
  { totalFen, asOf }: PayableBills,
  source: "cashier" | "bill-page",
): Promise<void> {
  await recordStatedFigures(context.db, [{ tenantId, entityId, billNos, amountFen: totalFen }], asOf, source);
}

/** POST /h5/pay: makes the order, then sends the browser to its page, so that reloading never pays twice. */
export async function cashierForm(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "pay", "sign-in");
  if (!visitor) return;
  const form = new URLSearchParams(rawBodyOf(ctx).toString("utf8"));
  const back = `/h5/pay?t=${visitor.token}`;
  const spent = await spendFormToken(context, visitor.token, visitor.openId, form.get("form") ?? "");
  if (spent !== "fresh") return seeOther(ctx, `${back}&again=1`);
  if (await isTooOften(context, visitor)) return sendPage(ctx, tooOftenPage(back));
  const request = { ...(await requestOf(visitor, context)), renew: form.get("renew") === "1" };
  const prepared = await prepareOrder(context.db, request, context.payments);
  seeOther(ctx, await answerTo(ctx, prepared, visitor, back));
}

/** A link is passed on, so whoever has it shares this; the channel is asked for nothing more until the minute is over. */
async function isTooOften(context: H5Context, visitor: Visitor): Promise<boolean> {
  const count = await countUse(context.db, "order-creation", visitor.token, context.payments.wireClock.nowMs());
  return count > RATE_LIMITS["order-creation"].limit;
}

const tooOftenPage = (back: string): Page =>
  noticePage({
    title: H5_TEXT.notice.refusedTitle,
    text: H5_TEXT.notice.tooOften,
    status: 429,
    links: [{ label: H5_TEXT.order.back, href: back }],
  });

async function answerTo(
  ctx: Context,
  prepared: PreparedOrder,
  visitor: Visitor,
  back: string,
): Promise<string | undefined> {
  switch (prepared.state) {
    case "payable":
      return orderUrl(visitor.token, prepared.order.outTradeNo);
    case "settled":
      return orderUrl(visitor.token, prepared.outTradeNo);
    case "refused":
      if (prepared.code === "NOTHING_OWED") return back;
      sendPage(
        ctx,
        noticePage({
          title: H5_TEXT.notice.refusedTitle,
          text: prepared.message,
          status: 409,
          links: [{ label: H5_TEXT.order.back, href: back }],
        }),
      );
      return undefined;
    default:
      return prepared satisfies never;
  }
}

/** GET /h5/bill: the same bills, to read. */
export async function billRoute(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "bill", "sign-in");
  if (!visitor) return;
  const payable = await loadPayableBills(context.db, visitor.claims, context.payments.businessClock.today());
  if (!payable) return sendPage(ctx, linkRefusedPage("tampered"));
  await remember(context, visitor, payable, "bill-page");
  const transfer = await transferAccountFor(context, visitor);
  sendPage(ctx, billPage({ payable, visibility: visitor.visibility, transfer }));
}

/**
 * JSAPI needs an openid of the appid that the merchant's orders carry; everybody else gets a code. A merchant bound to
 * another appid than the account's would refuse the openid.
 */
export async function methodFor(visitor: Visitor, context: H5Context): Promise<"native" | "jsapi"> {
  if (!visitor.insideWechat || visitor.openId === undefined) return "native";
  const merchant = await findMerchantOf(context.db, visitor.claims.entityId, context.payments);
  const appId = merchant && context.payments.gateways.get(merchant.merchantId)?.appId;
  return appId !== undefined && appId === visitor.signedIn?.appId ? "jsapi" : "native";
}

async function requestOf(visitor: Visitor, context: H5Context): Promise<PrepareRequest> {
  const { tenantId, entityId, billNos } = visitor.claims;
  return { tenantId, entityId, billNos, ...(await payerOf(visitor, context)) };
}

/** Who pays, as far as we know, and how this browser can. */
export async function payerOf(
  visitor: Visitor,
  context: H5Context,
): Promise<
  { readonly createdBy: string } & (
    | { readonly method: "native" }
    | { readonly method: "jsapi"; readonly payerOpenId: string }
  )
> {
  const { openId, personId } = visitor;
  const createdBy = personId !== undefined ? `person:${personId}` : openId !== undefined ? `openid:${openId}` : "h5";
  return openId !== undefined && (await methodFor(visitor, context)) === "jsapi"
    ? { createdBy, method: "jsapi", payerOpenId: openId }
    : { createdBy, method: "native" };
}

function seeOther(ctx: Context, target: string | undefined): void {
  if (target === undefined) return;
  ctx.status = 303;
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(target);
}
