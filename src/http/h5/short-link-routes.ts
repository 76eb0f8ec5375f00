import type { Context } from "koa";
import { inTransaction } from "../../db/transaction.ts";
import { openShortCode } from "../../usecases/dunning/short-link.ts";
import { cashierLink } from "./cashier-link.ts";
import type { H5Context } from "./context.ts";
import { linkRefusedPage, noticePage } from "./notice-page.ts";
import { sendPage } from "./page.ts";

const TEXT = {
  paidTitle: "已经付清",
  paid: "目前没有待付的账单，谢谢您。",
  chooseTitle: "选择收款方",
  choose: "您有两家以上收款方的账单，请分别付款。",
} as const;

/** GET /s/:code of an SMS: on to the signed cashier of what is owed today; nothing is shown about anybody here. */
export async function shortLinkRoute(ctx: Context, context: H5Context, code: string): Promise<void> {
  const { businessClock } = context.payments;
  const opened = await inTransaction(context.db, (tx) => openShortCode(tx, code, businessClock.today()));
  if (!opened.ok) return sendPage(ctx, linkRefusedPage(opened.refusal));
  const links = opened.orders.map((order) => ({
    label: order.entityName,
    href: cashierLink({ publicUrl: context.publicUrl, linkKey: context.linkKeys[0], businessClock }, order).url,
  }));
  const [only] = links;
  if (!only) return sendPage(ctx, noticePage({ title: TEXT.paidTitle, text: TEXT.paid, status: 200 }));
  if (links.length > 1) {
    return sendPage(ctx, noticePage({ title: TEXT.chooseTitle, text: TEXT.choose, status: 200, links }));
  }
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(only.href);
}
