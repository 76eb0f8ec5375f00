import type { Card } from "../../../cards/card.ts";
import type { Actor } from "../../db/audit.ts";
import type { ApprovalState, Decided } from "../../domain/approval/decide.ts";
import type { ApprovalStep, ApprovalType } from "../../domain/approval/policy.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BillNotices } from "../billing/publish-bills.ts";
import type { ExceptionCards } from "../exceptions/exception.ts";
import type { RefundNotices } from "../refunds/notices.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import type { Delegation } from "./delegations.ts";

/** One line of what an approver has to know. */
export interface ApprovalFact {
  readonly label: string;
  readonly value: string;
}

/** Plain JSON of the subject: what will be done when the last approver agrees. */
export type ApprovalPayload = Readonly<Record<string, unknown>>;

/** A stored approval document with its decisions of the version in force. */
export interface ApprovalRequest {
  readonly id: string;
  /** "SP-202609-00001" */
  readonly number: string;
  readonly type: ApprovalType;
  /** Of the content: a click on an earlier one is stale. */
  readonly version: number;
  /** Grows with everything that a card shows. */
  readonly revision: number;
  readonly state: ApprovalState;
  /** Undefined for what belongs to no legal entity: a tariff, a policy. */
  readonly entityId: string | undefined;
  readonly projectId: string | undefined;
  readonly tenantId: string | undefined;
  /** Of the lease or meter that it is about, else of the tenant's leases; empty: a whole project, or more. */
  readonly buildingIds: readonly string[];
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly amountFen: Fen;
  readonly payload: ApprovalPayload;
  readonly title: string;
  readonly facts: readonly ApprovalFact[];
  /** Why it is asked for. */
  readonly reason: string;
  readonly policyId: string;
  readonly steps: readonly ApprovalStep[];
  /** Person, not necessarily of the staff: a tenant's contact asks for refunds. */
  readonly requestedBy: string;
  readonly requestedByName: string;
  readonly businessDate: CivilDate;
  readonly decisions: readonly DecisionOnRecord[];
  readonly closedReason: string | undefined;
}

export interface DecisionOnRecord extends Decided {
  readonly personName: string;
  readonly onBehalfOfName?: string | undefined;
  readonly reason?: string | undefined;
  readonly decidedOn: CivilDate;
  readonly channel: string;
}

/** The cards of an approval; bot/notices/approval-notices.ts builds them, compose.ts hands them in. */
export interface ApprovalCards {
  /** For somebody who is asked to decide. */
  readonly asked: (request: ApprovalRequest, approver: StaffMember) => Card;
  /** For everybody else who sees it: decided, cancelled, changed. */
  readonly status: (request: ApprovalRequest) => Card;
  /** For whoever is reminded (`again`) or informed in the approvers' place. */
  readonly late: (request: ApprovalRequest, reader: StaffMember, as: "approver" | "superior") => Card;
  /** For the two people of a delegation; `waiting`: documents that the stand-in may decide now. */
  readonly delegation: (
    delegation: Delegation,
    shown: { readonly as: "delegator" | "delegate"; readonly what: "began" | "ended"; readonly waiting: number },
  ) => Card;
}

/** Who acts, from where and when. */
export interface ApprovalContext extends Actor {
  readonly today: CivilDate;
  /** Business clock. */
  readonly nowMs: number;
  readonly cards: ApprovalCards;
  /** Asked and decided in one transaction: nobody is asked or told who stands beside it anyway. */
  readonly atOnce?: true | undefined;
  /** What a refund tells its tenant and finance when it is decided. */
  readonly refunds?: RefundNotices | undefined;
  /** The cards of a difference that an approval settles. */
  readonly exceptions?: Pick<ExceptionCards, "status"> | undefined;
  /** What tenants are told of a bill that an approval publishes. */
  readonly billNotices?: BillNotices | undefined;
  /** The copy of the card that was clicked: the answer to the click replaces it. */
  readonly clickedTaskId?: string | undefined;
}
