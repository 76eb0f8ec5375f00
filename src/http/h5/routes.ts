import Router from "@koa/router";
import type { Context } from "koa";
import { approvalForm, approvalRoute } from "./approval-routes.ts";
import { billRoute, cashierForm, cashierRoute } from "./cashier-routes.ts";
import type { H5Context } from "./context.ts";
import { documentCheckRoute, documentRoute } from "./document-routes.ts";
import { exceptionForm, exceptionRoute } from "./exception-routes.ts";
import { invoiceFileRoute, invoiceForm, invoiceRoute } from "./invoice-routes.ts";
import { openLink } from "./link.ts";
import { noticePage } from "./notice-page.ts";
import { orderRoute, statusRoute } from "./order-routes.ts";
import { type Page, sendPage } from "./page.ts";
import { photoRoute } from "./photo-routes.ts";
import { prepayForm, prepayRoute } from "./prepay-routes.ts";
import { privacyPage } from "./privacy-page.ts";
import { finishOAuth } from "./session.ts";
import { shortLinkRoute } from "./short-link-routes.ts";
import { callRoute, collectRoute } from "./steward-routes.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { titleCheckRoute, titleForm, titleRoute } from "./title-routes.ts";

/** The pages that open from chat: cashier, its order, the read-only bill, and the way back from WeChat's sign-in. */
export function h5Routes(context: H5Context): Router {
  const router = new Router();
  router.get("/h5/pay", (ctx) => cashierRoute(ctx, context));
  router.post("/h5/pay", (ctx) => cashierForm(ctx, context));
  router.get("/h5/pay/order", (ctx) => orderRoute(ctx, context));
  router.get("/h5/pay/status", (ctx) => statusRoute(ctx, context));
  router.get("/h5/prepay", (ctx) => prepayRoute(ctx, context));
  router.post("/h5/prepay", (ctx) => prepayForm(ctx, context));
  router.get("/h5/bill", (ctx) => billRoute(ctx, context));
  router.get("/h5/document/check", (ctx) => documentCheckRoute(ctx, context));
  router.get("/h5/document/:token", (ctx) => documentRoute(ctx, context, ctx.params.token ?? ""));
  router.get("/h5/approval", (ctx) => approvalRoute(ctx, context));
  router.post("/h5/approval", (ctx) => approvalForm(ctx, context));
  router.get("/h5/exception", (ctx) => exceptionRoute(ctx, context));
  router.post("/h5/exception", (ctx) => exceptionForm(ctx, context));
  router.get("/h5/invoice", (ctx) => invoiceRoute(ctx, context));
  router.post("/h5/invoice", (ctx) => invoiceForm(ctx, context));
  router.get("/h5/invoice/file", (ctx) => invoiceFileRoute(ctx, context));
  router.get("/h5/title", (ctx) => titleRoute(ctx, context));
  router.post("/h5/title", (ctx) => titleForm(ctx, context));
  router.get("/h5/title/check", (ctx) => titleCheckRoute(ctx, context));
  router.get("/h5/qr", (ctx) => collectRoute(ctx, context));
  router.get("/s/:code", (ctx) => shortLinkRoute(ctx, context, ctx.params.code ?? ""));
  router.get("/h5/photo", (ctx) => photoRoute(ctx, context));
  router.get("/h5/call", (ctx) => callRoute(ctx, context));
  router.get("/h5/privacy", (ctx) => sendPage(ctx, privacyPage));
  router.get("/h5/oauth", (ctx) => oauthRoute(ctx, context));
  return router;
}

async function oauthRoute(ctx: Context, context: H5Context): Promise<void> {
  const token = typeof ctx.query.t === "string" ? ctx.query.t : "";
  const link = openLink(context.linkKeys, token, context.payments.businessClock.nowMs());
  const end = await finishOAuth(ctx, context, token);
  const target = end.target ?? `/h5/${link.ok ? link.claims.purpose : "pay"}?t=${encodeURIComponent(token)}`;
  // Whoever was not sent away from here, or has a dead link, is told by the page itself.
  if (end.state !== "failed" || context.signIns.length === 0 || (end.target === undefined && !link.ok)) {
    return ctx.redirect(target);
  }
  sendPage(ctx, loginFailedPage(target));
}

const loginFailedPage = (target: string): Page =>
  noticePage({
    title: H5_TEXT.notice.loginTitle,
    text: H5_TEXT.notice.login,
    status: 403,
    links: [
      { label: H5_TEXT.notice.retry, href: target },
      { label: H5_TEXT.notice.byCode, href: `${target}&by=code` },
    ],
  });
