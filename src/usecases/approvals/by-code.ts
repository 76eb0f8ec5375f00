import type { Actor } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BillNotices } from "../billing/publish-bills.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { RefundNotices } from "../refunds/notices.ts";
import { findStaffMember, type StaffMember } from "../staff/find-staff-member.ts";
import type { ApprovalCards, ApprovalContext } from "./approval.ts";
import { type DecidedApproval, decideApproval } from "./decide-approval.ts";
import { PLAIN_APPROVAL_CARDS } from "./plain-cards.ts";
import type { RequestedApproval } from "./request-approval.ts";

/** What a command of the operator's command line knows when it asks for approval. */
export interface CommandContext extends Actor {
  readonly today: CivilDate;
  /** Business clock; default: the beginning of today. */
  readonly nowMs?: number | undefined;
  readonly cards?: ApprovalCards | undefined;
  readonly refunds?: RefundNotices | undefined;
  readonly exceptions?: ApprovalContext["exceptions"];
  readonly billNotices?: BillNotices | undefined;
}

export const approvalContextOf = (context: CommandContext): ApprovalContext => ({
  ...context,
  nowMs: context.nowMs ?? Date.parse(`${context.today}T00:00:00+08:00`),
  cards: context.cards ?? PLAIN_APPROVAL_CARDS,
});

/** Somebody of the staff by code, or a sentence about the code. */
export async function findColleague(
  tx: Transaction,
  code: string,
): Promise<{ readonly ok: true; readonly member: StaffMember } | Refusal> {
  const member = await findStaffMember(tx, { code });
  if (member) return { ok: true, member };
  return refuse(
    "STAFF_UNKNOWN",
    `没有编号为 ${code} 的在职员工，请检查员工编号。`,
    `There is no active staff member ${code}. Check the code.`,
  );
}

/**
 * Asks in the name of one colleague and, where a second is named, lets them decide in the same transaction: the two people
 * of `--as` and `--approve-as`. The document is the same as in the chat; more people may be wanted after this one.
 */
export async function askAndDecide(
  tx: Transaction,
  people: { readonly requestedBy: string; readonly approvedBy?: string | undefined },
  command: CommandContext,
  ask: (requester: StaffMember, context: ApprovalContext) => Promise<RequestedApproval | Refusal>,
): Promise<DecidedApproval | Refusal> {
  const requester = await findColleague(tx, people.requestedBy);
  if (!requester.ok) return requester;
  const approver = people.approvedBy === undefined ? undefined : await findColleague(tx, people.approvedBy);
  if (approver && !approver.ok) return approver;
  const context: ApprovalContext = { ...approvalContextOf(command), ...(approver ? { atOnce: true } : {}) };
  const asked = await ask(requester.member, context);
  if (!asked.ok || !approver) return asked;
  const { id: requestId, version } = asked.request;
  return decideApproval(
    tx,
    { requestId, version, decision: "approve", personId: approver.member.personId },
    { ...context, actor: `staff:${approver.member.code}` },
  );
}
