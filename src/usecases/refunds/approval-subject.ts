import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import type { ApprovalSubject } from "../approvals/subject.ts";
import { beginRefundReversals, planRefundReversals } from "../invoices/refund-red-letters.ts";
import { bookApprovedRefund } from "./book-refund.ts";
import { alertFinance, type RefundNotices, tellTenant } from "./notices.ts";
import { moveToBankPayout } from "./payout-moves.ts";
import { holdForRisks } from "./risk-holds.ts";
import { findRefund, mustWait, setRefundState } from "./stored-refund.ts";

/** A refund that is approved is owed to its payer from that moment; a job pays it as soon as no hold stands. */
export const refundSubject: ApprovalSubject = {
  type: "refund",
  async apply(tx, request, context) {
    const refund = await findRefund(tx, { refundId: request.subjectId }, "lock");
    if (!refund) throw new Error(`approval ${request.number} is about a refund that does not exist`);
    const notices = noticesOf(context);
    const { lineId, lineEffect } = refund;
    const reversals =
      lineId === null || lineEffect === null ? [] : await planRefundReversals(tx, { ...refund, lineId });
    if ("ok" in reversals) return reversals;
    const impossible = await bookApprovedRefund(tx, refund, context.today);
    if (impossible) return impossible;
    const letters = await beginRefundReversals(tx, refund, reversals, context);
    await setRefundState(tx, refund, "approved", { approvedOn: context.today, nextStepAtMs: 0 });
    const approved = { ...refund, state: "approved" as const, approvedOn: context.today };
    for (const letter of letters)
      await alertFinance(tx, { kind: "red-letter", refund: approved, letter }, notices, letter.redNo);
    await holdForRisks(tx, approved, { ...context, notices });
    await tellTenant(tx, { step: "approved", refund: approved }, notices);
    const now = await findRefund(tx, { refundId: refund.refundId });
    if (now && now.route === "bank" && !mustWait(now)) await moveToBankPayout(tx, now, notices);
    return { ok: true, before: { state: "requested" }, after: { state: "approved", amountFen: refund.amountFen } };
  },
  async release(tx, request, how, context) {
    const refund = await findRefund(tx, { refundId: request.subjectId }, "lock");
    if (refund?.state !== "requested") return;
    const reason = how === "rejected" ? await reasonOfRejection(tx, request.id, request.version) : undefined;
    await setRefundState(tx, refund, how === "rejected" ? "rejected" : "cancelled", {
      nextStepAtMs: null,
      closingReason: reason ?? how,
    });
    await tellTenant(tx, { step: how, refund, reason }, noticesOf(context));
  },
};

/** The rejection stands among the decisions before the document is closed by it. */
const reasonOfRejection = async (tx: Transaction, requestId: string, version: number): Promise<string | undefined> =>
  (
    await row<{ reason: string | null }>(
      tx,
      Prisma.sql`SELECT reason FROM approval_decision WHERE request_id = ${requestId}::uuid
        AND request_version = ${version} AND decision = 'reject'`,
    )
  )?.reason ?? undefined;

/** Whoever decides approvals hands the words over; money that moves without telling its owner would be a silent mistake. */
function noticesOf({ refunds }: ApprovalContext): RefundNotices {
  if (!refunds)
    throw new Error("refunds are decided without the words to tell their tenants (ApprovalContext.refunds)");
  return refunds;
}
