import type { Context } from "koa";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { reconciliationMessaging } from "../../../bot/notices/reconciliation-messaging.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { loadClaims } from "../../db/line-claims.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { type Fen, parseYuan } from "../../domain/money/fen.ts";
import { type ExceptionItem, findException, placeOfException } from "../../usecases/exceptions/exception.ts";
import type { ResolutionContext, ResolutionDetails, Resolved } from "../../usecases/exceptions/resolution.ts";
import { resolveException } from "../../usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../usecases/exceptions/undo-resolution.ts";
import { slipsOfException } from "../../usecases/photos/find-photos.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import { loadTenantsOf, openBillsOf } from "../../usecases/reconciliation/open-bills.ts";
import type { StaffMember } from "../../usecases/staff/find-staff-member.ts";
import { may } from "../../usecases/staff/permissions.ts";
import { rawBodyOf } from "../raw-body.ts";
import { boundTo, type Colleague, receiveColleague } from "./colleague.ts";
import type { H5Context } from "./context.ts";
import { exceptionPage, OTHER_TENANT, type PayableChoice } from "./exception-page.ts";
import { EXCEPTION_PAGE_TEXT as TEXT } from "./exception-text.zh-CN.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { noticePage } from "./notice-page.ts";
import { seeOther, sendPage } from "./page.ts";
import { pageUrl, receiveLink } from "./page-link.ts";

/** A colleague in front of a difference: the link named it, OAuth told who holds the phone. */
interface Reader extends Colleague {
  readonly token: string;
  readonly exceptionId: string;
}

/** GET /h5/exception */
export async function exceptionRoute(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (reader) await sendDifference(ctx, context, reader, ctx.query.again === "1" ? TEXT.again : undefined);
}

/** POST /h5/exception: one choice, then the browser looks again, so that reloading settles nothing. */
export async function exceptionForm(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (!reader) return;
  const form = new URLSearchParams(rawBodyOf(ctx).toString("utf8"));
  const wish = wishOf(form);
  // Nothing is settled yet, so the form stays good.
  if (typeof wish === "string") return sendDifference(ctx, context, reader, wish);
  const home = `/h5/exception?t=${encodeURIComponent(reader.token)}`;
  const spent = await spendFormToken(context, reader.token, boundTo(reader.signedIn), form.get("form") ?? "");
  if (spent !== "fresh") return seeOther(ctx, `${home}&again=1`);
  const result = await act(context, reader, wish);
  if (result?.ok) return seeOther(ctx, home);
  const links = [{ label: TEXT.back, href: home }];
  const text = result?.message.zh ?? TEXT.unknown;
  sendPage(ctx, noticePage({ title: TEXT.refusedTitle, text, status: 409, links }));
}

type Wish =
  | { readonly act: "undo"; readonly version: number }
  | {
      readonly act: "resolve";
      readonly proposal: string;
      readonly version: number;
      readonly note: string | undefined;
      readonly details: ResolutionDetails;
    };

/** What the form asks for, or a sentence about what it lacks. */
function wishOf(form: URLSearchParams): Wish | string {
  const version = Number(form.get("version"));
  if (form.get("act") === "undo") return { act: "undo", version };
  const chosen = form.get("proposal") ?? "";
  const tenant = (form.get("tenant") ?? "").trim();
  const proposal = chosen === OTHER_TENANT && tenant !== "" ? `${OTHER_TENANT}:${tenant}` : chosen;
  if (proposal === "" || proposal === OTHER_TENANT) return TEXT.chooseFirst;
  const said = (form.get(`amount:${chosen}`) ?? "").replaceAll(/[,，¥￥\s]/g, "");
  const amountFen = said === "" ? undefined : fenOf(said);
  if (amountFen === null) return TEXT.badAmount;
  const note = (form.get("note") ?? "").trim().slice(0, 200);
  return {
    act: "resolve",
    proposal,
    version,
    note: note === "" ? undefined : note,
    details: { billNos: form.getAll(`bill:${chosen}`), amountFen },
  };
}

function fenOf(text: string): Fen | null {
  if (!/^\d{1,10}(\.\d{1,2})?$/.test(text)) return null;
  return parseYuan(text);
}

/** The same use case as the button of the card; undefined: not theirs to see. */
async function act(
  context: H5Context,
  { exceptionId, staff }: Reader,
  wish: Wish,
): Promise<Resolved | Refusal | undefined> {
  const seen = await inTransaction(context.db, (tx) => visible(tx, staff, exceptionId));
  if (!seen) return undefined;
  const resolution = contextOf(context, staff);
  const { version } = wish;
  if (wish.act === "undo") return undoResolution(context.db, { exceptionId, version }, resolution);
  const { proposal, note, details } = wish;
  return resolveException(context.db, { exceptionId, proposal, version, note, details }, resolution);
}

async function receiveReader(ctx: Context, context: H5Context): Promise<Reader | undefined> {
  const link = receiveLink(ctx, context, "exception");
  const colleague = link && (await receiveColleague(ctx, context, link.token, TEXT));
  return colleague && { ...colleague, token: link.token, exceptionId: link.id };
}

async function visible(tx: Transaction, staff: StaffMember, id: string): Promise<ExceptionItem | undefined> {
  const exception = await findException(tx, id);
  return exception && may(staff, "recon.read", placeOfException(exception)) ? exception : undefined;
}

async function sendDifference(ctx: Context, context: H5Context, reader: Reader, problem?: string): Promise<void> {
  const { staff, token, signedIn } = reader;
  const found = await inTransaction(context.db, async (tx) => {
    const exception = await visible(tx, staff, reader.exceptionId);
    return (
      exception && {
        exception,
        bills: await billsFor(tx, exception),
        photos: await slipsOfException(tx, exception.id),
      }
    );
  });
  if (!found) {
    return sendPage(ctx, noticePage({ title: TEXT.strangerTitle, text: TEXT.unknown, status: 404 }));
  }
  const { exception, bills, photos } = found;
  const mayChoose = may(staff, "exception.resolve", placeOfException(exception));
  const formToken = newFormToken(context, token, boundTo(signedIn));
  const nowMs = context.payments.businessClock.nowMs();
  const link = { publicUrl: context.publicUrl, linkKey: context.linkKeys[0], nowMs };
  const slips = photos.map(({ photoId, tenantName }) => ({ tenantName, url: pageUrl(link, "photo", photoId) }));
  sendPage(ctx, exceptionPage({ exception, mayChoose, bills, slips, nowMs, linkToken: token, formToken, problem }));
}

/** What those owe whose money it may be, as the money meets it on its value date; the earliest due first. */
async function billsFor(tx: Transaction, exception: ExceptionItem): Promise<PayableChoice[]> {
  const { facts, entityId } = exception;
  const codes = new Set([
    ...(facts.candidates ?? []).map((one) => one.tenant),
    ...(facts.tenant ? [facts.tenant] : []),
  ]);
  if (exception.state !== "open" || !exception.proposals.some((one) => one.takes?.includes("bills"))) return [];
  const tenants = (await loadTenantsOf(tx, entityId)).filter((one) => codes.has(one.code));
  const known = new Map(tenants.map((one) => [one.tenantId, one]));
  const bills: PayableChoice[] = [];
  for (const { tenantId, code } of tenants) {
    const claims = await loadClaims(tx, { tenantId, entityId });
    for (const bill of openBillsOf(claims, known, facts.valueDate ?? exception.date)) {
      if (bill.owedFen > 0n)
        bills.push({ tenant: code, billNo: bill.billNo, dueDate: bill.dueDate, owedFen: bill.owedFen });
    }
  }
  return bills.sort((a, b) => (a.dueDate < b.dueDate ? -1 : a.dueDate > b.dueDate ? 1 : a.billNo < b.billNo ? -1 : 1));
}

function contextOf(context: H5Context, staff: StaffMember): ResolutionContext {
  const { businessClock, officialAccountAppId } = context.payments;
  const nowMs = businessClock.nowMs();
  const today = businessClock.today();
  const link = { publicUrl: context.publicUrl, linkKey: context.linkKeys[0], nowMs };
  const notices = refundNotices(officialAccountAppId);
  return {
    actor: `staff:${staff.code}`,
    channel: "h5",
    today,
    nowMs,
    ...reconciliationMessaging(officialAccountAppId, today, (exception) => pageUrl(link, "exception", exception.id)),
    staff,
    approvals: { cards: approvalCards((request) => pageUrl(link, "approval", request.id)), refunds: notices },
    refunding: { notices, encryption: context.encryption },
  };
}
