import type { Context } from "koa";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { exceptionCards } from "../../../bot/notices/exception-notices.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { ApprovalContext, ApprovalRequest } from "../../usecases/approvals/approval.ts";
import { cancelApproval } from "../../usecases/approvals/cancel-approval.ts";
import { type DecidedApproval, decideApproval } from "../../usecases/approvals/decide-approval.ts";
import { findVisible, mayDecideNow } from "../../usecases/approvals/list-approvals.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import type { StaffMember } from "../../usecases/staff/find-staff-member.ts";
import { rawBodyOf } from "../raw-body.ts";
import { APPROVAL_TEXT, approvalPage } from "./approval-page.ts";
import { boundTo, type Colleague, receiveColleague } from "./colleague.ts";
import type { H5Context } from "./context.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { noticePage } from "./notice-page.ts";
import { seeOther, sendPage } from "./page.ts";
import { pageUrl, receiveLink } from "./page-link.ts";

/** A colleague in front of a document: the link named it, OAuth told who holds the phone. */
interface Reader extends Colleague {
  readonly token: string;
  readonly requestId: string;
}

/** GET /h5/approval */
export async function approvalRoute(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (!reader) return;
  await sendDocument(ctx, context, reader, ctx.query.again === "1" ? APPROVAL_TEXT.again : undefined);
}

/** POST /h5/approval: one decision, then the browser looks again, so that reloading decides nothing. */
export async function approvalForm(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (!reader) return;
  const form = new URLSearchParams(rawBodyOf(ctx).toString("utf8"));
  const decision = form.get("decision") ?? "";
  const reason = (form.get("reason") ?? "").slice(0, 200);
  // Nothing is decided yet, so the form stays good.
  if (decision === "reject" && reason.trim() === "") {
    return sendDocument(ctx, context, reader, APPROVAL_TEXT.reasonMissing);
  }
  const home = `/h5/approval?t=${encodeURIComponent(reader.token)}`;
  const spent = await spendFormToken(context, reader.token, boundTo(reader.signedIn), form.get("form") ?? "");
  if (spent !== "fresh") return seeOther(ctx, `${home}&again=1`);
  const problem = await act(context, reader, { decision, reason, version: Number(form.get("version")) });
  if (problem === undefined) return seeOther(ctx, home);
  const links = [{ label: APPROVAL_TEXT.back, href: home }];
  sendPage(ctx, noticePage({ title: APPROVAL_TEXT.refusedTitle, text: problem, status: 409, links }));
}

/** The sentence of what did not happen, or undefined. */
async function act(
  context: H5Context,
  { requestId, staff }: Reader,
  form: { readonly decision: string; readonly reason: string; readonly version: number },
): Promise<string | undefined> {
  const { decision, reason, version } = form;
  const approval = contextOf(context, staff);
  const { personId } = staff;
  const result = await inTransaction(context.db, async (tx): Promise<DecidedApproval | Refusal | undefined> => {
    const visible = await findVisible(tx, staff, requestId, approval.today);
    if (!visible) return undefined;
    if (decision === "cancel") return cancelApproval(tx, { requestId, personId }, approval);
    if (decision !== "approve" && decision !== "reject") return undefined;
    return decideApproval(tx, { requestId, version, decision, reason, personId }, approval);
  });
  if (result === undefined) return APPROVAL_TEXT.unknown;
  if (!result.ok) return result.message.zh;
  return result.impossible && APPROVAL_TEXT.impossible(result.impossible.message.zh);
}

/** Undefined when the request is answered already: a calm page, or the way to the platform's sign-in. */
async function receiveReader(ctx: Context, context: H5Context): Promise<Reader | undefined> {
  const link = receiveLink(ctx, context, "approval");
  const colleague = link && (await receiveColleague(ctx, context, link.token, APPROVAL_TEXT));
  return colleague && { ...colleague, token: link.token, requestId: link.id };
}

async function sendDocument(ctx: Context, context: H5Context, reader: Reader, problem?: string): Promise<void> {
  const { staff, requestId, token, signedIn } = reader;
  const today = context.payments.businessClock.today();
  const found = await inTransaction(context.db, async (tx) => {
    const request = await findVisible(tx, staff, requestId, today);
    return request && { request, decides: await mayDecideNow(tx, staff, request, today) };
  });
  if (!found) {
    const { strangerTitle, unknown } = APPROVAL_TEXT;
    return sendPage(ctx, noticePage({ title: strangerTitle, text: unknown, status: 404 }));
  }
  const { request, decides } = found;
  const may = decides ? "decide" : request.requestedBy === staff.personId ? "cancel" : "read";
  const formToken = newFormToken(context, token, boundTo(signedIn));
  sendPage(ctx, approvalPage({ request, may, linkToken: token, formToken, problem }));
}

function contextOf(context: H5Context, staff: StaffMember): ApprovalContext {
  const { businessClock, officialAccountAppId } = context.payments;
  const nowMs = businessClock.nowMs();
  const link = { publicUrl: context.publicUrl, linkKey: context.linkKeys[0], nowMs };
  return {
    actor: `staff:${staff.code}`,
    channel: "h5",
    today: businessClock.today(),
    nowMs,
    cards: approvalCards((request: ApprovalRequest) => pageUrl(link, "approval", request.id)),
    refunds: refundNotices(officialAccountAppId),
    exceptions: exceptionCards((exception) => pageUrl(link, "exception", exception.id)),
    billNotices: context.billNotices,
  };
}
