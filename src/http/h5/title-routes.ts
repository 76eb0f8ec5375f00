import type { Context } from "koa";
import { inTransaction } from "../../db/transaction.ts";
import { checkTitle, EMPTY_TITLE, type InvoiceTitle } from "../../domain/invoice/title.ts";
import {
  chooseDefaultTitle,
  findParty,
  findTitles,
  retireTitle,
  saveTitle,
  type TitleContext,
} from "../../usecases/invoices/invoice-titles.ts";
import { findActingMember } from "../../usecases/people/acting-member.ts";
import { findSender } from "../../usecases/queries/find-sender.ts";
import { rawBodyOf } from "../raw-body.ts";
import { boundTo } from "./colleague.ts";
import type { H5Context } from "./context.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { noticePage } from "./notice-page.ts";
import { seeOther, sendPage } from "./page.ts";
import { openPageLink, receiveLink, tokenOf } from "./page-link.ts";
import { isInsideWechat, redirectToOAuth, signedInOf, signInOf } from "./session.ts";
import { type TitlePageView, titlePage } from "./title-page.ts";
import { TITLE_TEXT as TEXT } from "./title-text.zh-CN.ts";

/** Who sees to money at a tenant, in front of its titles: the link named the tenant, OAuth told who holds the phone. */
interface Member {
  readonly token: string;
  readonly tenantId: string;
  readonly personId: string;
  /** To whom the form is bound. */
  readonly boundTo: string;
}

const NEWS = { saved: TEXT.saved, known: TEXT.known, changed: TEXT.changed, again: TEXT.again } as const;

/** GET /h5/title */
export async function titleRoute(ctx: Context, context: H5Context): Promise<void> {
  const member = await receiveMember(ctx, context);
  if (!member) return;
  const news = Object.entries(NEWS).find(([name]) => name === ctx.query.news)?.[1];
  await sendTitles(ctx, context, member, { news });
}

/** POST /h5/title: saves, chooses the default or takes one out of use; then the browser looks again. */
export async function titleForm(ctx: Context, context: H5Context): Promise<void> {
  const member = await receiveMember(ctx, context);
  if (!member) return;
  const form = new URLSearchParams(rawBodyOf(ctx).toString("utf8"));
  const { tenantId, token } = member;
  const home = (news: keyof typeof NEWS): void =>
    seeOther(ctx, `/h5/title?t=${encodeURIComponent(token)}&news=${news}`);
  const wish = form.get("do") ?? "save";
  const typed = titleIn(form);
  if (wish === "save") {
    const party = await findParty(context.db, tenantId);
    const check = checkTitle(typed, party ? { party } : {});
    const differs = check.warnings.some((warning) => warning === "NAME_DIFFERS" || warning === "TAX_NO_DIFFERS");
    const confirming = check.problems.length === 0 && differs && form.get("confirmed") !== "1";
    // Nothing is saved yet, so the form stays good.
    if (check.problems.length > 0 || confirming) {
      return sendTitles(ctx, context, member, { typed: { title: typed, check }, confirming, status: 422 });
    }
  }
  if ((await spendFormToken(context, token, member.boundTo, form.get("form") ?? "")) !== "fresh") return home("again");
  const titleContext = contextOf(context, member);
  const titleId = form.get("title") ?? "";
  switch (wish) {
    case "default":
    case "retire": {
      const change = wish === "default" ? chooseDefaultTitle : retireTitle;
      if (!UUID.test(titleId)) return home("again");
      await inTransaction(context.db, (tx) => change(tx, { tenantId, titleId }, titleContext));
      return home("changed");
    }
    default: {
      const saved = await inTransaction(context.db, (tx) => saveTitle(tx, { tenantId, title: typed }, titleContext));
      return home(saved.ok && saved.known ? "known" : "saved");
    }
  }
}

/** GET /h5/title/check: what is to be said of a number while it is typed. Only to the page's own person. */
export async function titleCheckRoute(ctx: Context, context: H5Context): Promise<void> {
  const member = await findMember(ctx, context, tokenOf(ctx));
  ctx.set("Cache-Control", "no-store");
  if (!member) {
    ctx.status = 403;
    return;
  }
  const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 120) : "");
  const party = await findParty(context.db, member.tenantId);
  const title: InvoiceTitle = { ...EMPTY_TITLE, name: text(ctx.query.name), taxNo: text(ctx.query.taxNo) };
  const { problems, warnings } = checkTitle(title, party ? { party } : {});
  const problem = problems.find((one) => one.field === "taxNo");
  const aboutNumber = warnings.filter((one) => one === "LEGACY_FIFTEEN" || one === "TAX_NO_DIFFERS");
  ctx.body = problem
    ? { ok: false, message: TEXT.problems[problem.code], suggestions: problem.suggestions, warnings: [] }
    : { ok: true, suggestions: [], warnings: aboutNumber.map((one) => TEXT.warnings[one]) };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function titleIn(form: URLSearchParams): InvoiceTitle {
  const text = (name: keyof InvoiceTitle): string => (form.get(name) ?? "").slice(0, 200);
  return {
    type: form.get("type") === "person" ? "person" : "company",
    name: text("name"),
    taxNo: text("taxNo"),
    address: text("address"),
    phone: text("phone"),
    bank: text("bank"),
    bankAccount: text("bankAccount"),
    email: text("email"),
  };
}

/** Undefined when the request is answered already. */
async function receiveMember(ctx: Context, context: H5Context): Promise<Member | undefined> {
  const link = receiveLink(ctx, context, "title");
  if (!link) return undefined;
  const { token } = link;
  const signedIn = signedInOf(ctx, context, token);
  const signIn = signInOf(ctx, context);
  if (!signedIn && signIn && ctx.method === "GET") {
    redirectToOAuth(ctx, context, signIn, token);
    return undefined;
  }
  const member = signedIn && (await findMember(ctx, context, token));
  if (member) return member;
  const { insideTitle, insideOnly, strangerTitle, stranger } = TEXT;
  sendPage(
    ctx,
    signedIn
      ? noticePage({ title: strangerTitle, text: stranger, status: 403 })
      : noticePage({ title: insideTitle, text: insideOnly, status: 403 }),
  );
  return undefined;
}

/** The person of this browser's session, if owner or finance of the tenant that the link names. */
async function findMember(ctx: Context, context: H5Context, token: string): Promise<Member | undefined> {
  const link = openPageLink(context.linkKeys, "title", token, context.payments.businessClock.nowMs());
  const signedIn = signedInOf(ctx, context, token);
  if (!link.ok || !signedIn) return undefined;
  const personId = await findActingMember(context.db, await findSender(context.db, signedIn), link.id, "title.edit");
  if (personId === undefined) return undefined;
  return { token, tenantId: link.id, personId, boundTo: boundTo(signedIn) };
}

async function sendTitles(
  ctx: Context,
  context: H5Context,
  member: Member,
  state: Pick<TitlePageView, "typed" | "confirming" | "news"> & { readonly status?: number },
): Promise<void> {
  const { status, ...words } = state;
  const pageUrl = `${context.publicUrl.replace(/\/+$/, "")}${ctx.originalUrl}`;
  const page = titlePage({
    titles: await findTitles(context.db, member.tenantId, context.encryption),
    party: (await findParty(context.db, member.tenantId))?.name,
    linkToken: member.token,
    formToken: newFormToken(context, member.token, member.boundTo),
    jsConfig: isInsideWechat(ctx) ? await context.jsConfig?.(pageUrl) : undefined,
    ...words,
  });
  sendPage(ctx, status === undefined ? page : { ...page, status });
}

const contextOf = (context: H5Context, { personId }: Member): TitleContext => ({
  actor: `person:${personId}`,
  channel: "h5",
  today: context.payments.businessClock.today(),
  encryption: context.encryption,
});
