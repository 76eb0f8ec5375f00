import type { Context } from "koa";
import { type Fen, parseYuan } from "../../domain/money/fen.ts";
import {
  findPrepaymentParties,
  PREPAYMENT_LEAST_FEN,
  PREPAYMENT_MOST_FEN,
  preparePrepayment,
} from "../../usecases/payments/prepare-prepayment.ts";
import { rawBodyOf } from "../raw-body.ts";
import { methodFor, payerOf } from "./cashier-routes.ts";
import type { H5Context } from "./context.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { linkRefusedPage, noticePage } from "./notice-page.ts";
import { orderUrl } from "./order-page.ts";
import { seeOther, sendPage } from "./page.ts";
import { prepayPage } from "./prepay-page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { receiveVisitor, type Visitor } from "./visitor.ts";

/** GET /h5/prepay: the amount said in the chat stands in the field and may be changed. */
export async function prepayRoute(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "prepay", "sign-in");
  if (!visitor) return;
  const said = typeof ctx.query.amount === "string" ? ctx.query.amount : "";
  const amount = amountFenOf(said) === undefined ? "" : said;
  await sendForm(ctx, context, visitor, { amount, isBadAmount: false, again: ctx.query.again === "1" });
}

/** POST /h5/prepay: makes the order, then sends the browser to its page, so that reloading never pays twice. */
export async function prepayForm(ctx: Context, context: H5Context): Promise<void> {
  const visitor = await receiveVisitor(ctx, context, "prepay", "sign-in");
  if (!visitor) return;
  const form = new URLSearchParams(rawBodyOf(ctx).toString("utf8"));
  const amount = form.get("amount") ?? "";
  const amountFen = amountFenOf(amount);
  if (amountFen === undefined) return sendForm(ctx, context, visitor, { amount, isBadAmount: true, again: false });
  const home = `/h5/prepay?t=${visitor.token}`;
  const spent = await spendFormToken(context, visitor.token, visitor.openId, form.get("form") ?? "");
  if (spent !== "fresh") return seeOther(ctx, `${home}&again=1`);
  const { tenantId, entityId } = visitor.claims;
  const request = { tenantId, entityId, amountFen, ...(await payerOf(visitor, context)) };
  const prepared = await preparePrepayment(context.db, request, context.payments);
  if (prepared.state === "payable") return seeOther(ctx, orderUrl(visitor.token, prepared.outTradeNo));
  const links = [{ label: H5_TEXT.order.back, href: home }];
  sendPage(ctx, noticePage({ title: H5_TEXT.notice.refusedTitle, text: prepared.message, status: 409, links }));
}

async function sendForm(
  ctx: Context,
  context: H5Context,
  visitor: Visitor,
  view: { readonly amount: string; readonly isBadAmount: boolean; readonly again: boolean },
): Promise<void> {
  const parties = await findPrepaymentParties(context.db, visitor.claims);
  if (!parties) return sendPage(ctx, linkRefusedPage("tampered"));
  const { visibility, token: linkToken, openId } = visitor;
  const formToken = newFormToken(context, linkToken, openId);
  const method = await methodFor(visitor, context);
  sendPage(ctx, prepayPage({ ...parties, ...view, visibility, method, linkToken, formToken }));
}

/** "5000", "5,000.00"; undefined for anything that is no amount between ¥1 and ¥1,000,000. */
function amountFenOf(text: string): Fen | undefined {
  const plain = text.normalize("NFKC").replace(/[,\s¥]/g, "");
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(plain)) return undefined;
  const amountFen = parseYuan(plain);
  return amountFen >= PREPAYMENT_LEAST_FEN && amountFen <= PREPAYMENT_MOST_FEN ? amountFen : undefined;
}
