import type { Card } from "../cards/card.ts";
import type { ApprovalRequest } from "../src/usecases/approvals/approval.ts";
import type { DecidedApproval } from "../src/usecases/approvals/decide-approval.ts";
import type { TrailEntry } from "../src/usecases/audit/audit-trail.ts";
import type { CardCopy } from "../src/usecases/cards/card-copies.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { LiftedHolds } from "../src/usecases/refunds/lift-hold.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";
import type { CashServices } from "./cash-services.ts";
import type { DelegationServices } from "./delegation-services.ts";
import type { ReportServices } from "./report-services.ts";
import type { StaffInvoiceServices } from "./staff-invoice-services.ts";
import type { VoucherServices } from "./voucher-services.ts";

/** What the staff side of the bot may ask and order; tied to the transaction of the message by src/compose. */
export interface StaffServices
  extends StaffInvoiceServices,
    VoucherServices,
    ReportServices,
    CashServices,
    DelegationServices {
  /** Who of the staff speaks; undefined for everybody else, also for a colleague who left. */
  staffMember(): Promise<StaffMember | undefined>;
  /** Documents that wait for this person now, the oldest first. */
  approvalsWaitingFor(member: StaffMember): Promise<readonly ApprovalRequest[]>;
  /** Pending documents that this person asked for. */
  approvalsAskedBy(member: StaffMember): Promise<readonly ApprovalRequest[]>;
  /** By number or id, if this person may see it: approver, requester or portfolio. */
  approval(member: StaffMember, reference: string): Promise<ApprovalRequest | undefined>;
  decideApproval(
    member: StaffMember,
    decision: {
      readonly requestId: string;
      readonly version: number;
      readonly decision: "approve" | "reject";
      readonly reason?: string | undefined;
    },
  ): Promise<DecidedApproval | Refusal>;
  cancelApproval(
    member: StaffMember,
    requestId: string,
  ): Promise<{ readonly ok: true; readonly request: ApprovalRequest } | Refusal>;
  /** The card of a document with the buttons that it has for this person now. */
  approvalCard(request: ApprovalRequest, member: StaffMember): Promise<Card>;
  /** The card of a document for everybody else. */
  approvalStatus(request: ApprovalRequest): Card;
  /** What happened to the document of a number; undefined: none in this person's reach. */
  auditTrail(member: StaffMember, number: string): Promise<readonly TrailEntry[] | undefined>;
  recentApprovals(member: StaffMember, limit: number): Promise<readonly TrailEntry[]>;
  /** The copy of a card that was clicked. */
  clickedCopy(): Promise<CardCopy | undefined>;
  /** Releases a held refund; the note says what was verified. */
  liftRefundHold(member: StaffMember, refundNo: string, note: string): Promise<LiftedHolds | Refusal>;
}
