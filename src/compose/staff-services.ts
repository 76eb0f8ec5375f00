import type { InboundEvent } from "../../bot/events.ts";
import { type ApprovalLink, approvalCards, cardForReader } from "../../bot/notices/approval-notices.ts";
import { type ExceptionLink, exceptionCards } from "../../bot/notices/exception-notices.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import type { StaffServices } from "../../bot/staff-services.ts";
import type { Transaction } from "../db/transaction.ts";
import type { BusinessClock } from "../ports/clock.ts";
import type { ApprovalContext } from "../usecases/approvals/approval.ts";
import { cancelApproval } from "../usecases/approvals/cancel-approval.ts";
import { decideApproval } from "../usecases/approvals/decide-approval.ts";
import { findAskedBy, findVisible, findWaitingFor, mayDecideNow } from "../usecases/approvals/list-approvals.ts";
import { findRecentApprovals, findTrailOf } from "../usecases/audit/audit-trail.ts";
import type { BillNotices } from "../usecases/billing/publish-bills.ts";
import { findCardCopy } from "../usecases/cards/card-copies.ts";
import { liftHolds } from "../usecases/refunds/lift-hold.ts";
import { findStaffMember, type StaffMember } from "../usecases/staff/find-staff-member.ts";
import { cashServicesOf } from "./cash-services.ts";
import { delegationServicesOf } from "./delegation-services.ts";
import type { DocumentDependencies } from "./document-services.ts";
import { staffInvoiceServicesOf } from "./invoice-desk.ts";
import type { InvoiceDependencies } from "./invoice-services.ts";
import { reportServicesOf } from "./report-services.ts";
import { voucherServicesOf } from "./voucher-services.ts";

export interface StaffDependencies extends InvoiceDependencies, DocumentDependencies {
  readonly clock: BusinessClock;
  /** The page of an approval document; absent: cards have no link to it. */
  readonly approvalLink?: ApprovalLink | undefined;
  readonly exceptionLink?: ExceptionLink | undefined;
  /** Through which account tenants hear of their refunds; undefined: it is off. */
  readonly officialAccountAppId?: string | undefined;
  /** What tenants are told of a bill that an approval publishes. */
  readonly billNotices?: BillNotices | undefined;
}

/** The staff side as the bot knows it, tied to one event and its transaction. */
export function staffServicesOf(tx: Transaction, event: InboundEvent, deps: StaffDependencies): StaffServices {
  const today = deps.clock.today();
  const linkOf = deps.approvalLink ?? (() => undefined);
  const cards = approvalCards(linkOf);
  const refunds = refundNotices(deps.officialAccountAppId);
  const contextOf = (member: StaffMember): ApprovalContext => ({
    actor: `staff:${member.code}`,
    channel: event.platform,
    today,
    nowMs: deps.clock.nowMs(),
    cards,
    refunds,
    exceptions: exceptionCards(deps.exceptionLink),
    billNotices: deps.billNotices,
    clickedTaskId: event.kind === "action" ? event.cardTaskId : undefined,
  });
  return {
    ...staffInvoiceServicesOf(tx, event, deps),
    ...voucherServicesOf(tx, event),
    ...cashServicesOf(tx, event, today, deps),
    ...reportServicesOf(tx, event, { today, encryption: deps.encryption }),
    ...delegationServicesOf(tx, contextOf),
    staffMember: () =>
      findStaffMember(tx, { platform: event.platform, appId: event.appId, externalId: event.senderId }),
    approvalsWaitingFor: (member) => findWaitingFor(tx, member, today),
    approvalsAskedBy: (member) => findAskedBy(tx, member.personId),
    approval: (member, reference) => findVisible(tx, member, reference, today),
    decideApproval: (member, decision) =>
      decideApproval(tx, { ...decision, personId: member.personId }, contextOf(member)),
    cancelApproval: (member, requestId) =>
      cancelApproval(tx, { requestId, personId: member.personId }, contextOf(member)),
    approvalCard: async (request, member) =>
      cardForReader(request, member, await mayDecideNow(tx, member, request, today), linkOf),
    approvalStatus: (request) => cards.status(request),
    liftRefundHold: (member, refundNo, note) =>
      liftHolds(tx, { refundNo, staff: member, note }, { ...contextOf(member), notices: refunds }),
    auditTrail: (member, number) => findTrailOf(tx, member, number),
    recentApprovals: (member, limit) => findRecentApprovals(tx, member, limit),
    clickedCopy: async () =>
      event.kind === "action" && event.cardTaskId !== undefined ? findCardCopy(tx, event.cardTaskId) : undefined,
  };
}
