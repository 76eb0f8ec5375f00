import { approvalListCard } from "../../cards/approval-card.ts";
import { textCard } from "../../cards/card.ts";
import type { ApprovalRequest } from "../../src/usecases/approvals/approval.ts";
import { type Answer, say } from "../context.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import type { StaffContext } from "./context.ts";

const TEXT = STAFF_SAY.approvals;

/** 待审批: what waits for this person, else what this person is waiting for. */
export async function listApprovals(context: StaffContext): Promise<Answer> {
  const { desk, staff } = context;
  const waiting = await desk.approvalsWaitingFor(staff);
  const asked = await desk.approvalsAskedBy(staff);
  const [only, second] = waiting;
  const mine = asked.length === 0 ? [] : [listOf(TEXT.askedTitle(asked.length), asked)];
  if (only === undefined) return say(textCard(TEXT.nothingWaits), ...mine);
  // A single document needs no list in front of it.
  const first =
    second === undefined ? await desk.approvalCard(only, staff) : listOf(TEXT.waitingTitle(waiting.length), waiting);
  return say(first, ...mine);
}

const listOf = (title: string, approvals: readonly ApprovalRequest[]) =>
  approvalListCard({
    title,
    approvals: approvals.map(({ number, title: label, amountFen }) => ({ number, label, amountFen })),
  });

/** One document: with buttons for who may decide it now, else how far it is. */
export async function showApproval(context: StaffContext, reference: string): Promise<Answer> {
  const request = await context.desk.approval(context.staff, reference);
  return say(request ? await context.desk.approvalCard(request, context.staff) : textCard(TEXT.unknown));
}

/** A decision by button or by words; what the use case refuses is said as it says it. */
export async function decide(
  context: StaffContext,
  decision: {
    readonly requestId: string;
    readonly version: number;
    readonly decision: "approve" | "reject";
    readonly reason?: string;
  },
): Promise<Answer> {
  const decided = await context.desk.decideApproval(context.staff, decision);
  if (!decided.ok) return say(textCard(decided.message.zh));
  const { request, impossible } = decided;
  const replacement = context.desk.approvalStatus(request);
  if (impossible) return { replies: [textCard(TEXT.impossible(request.number, impossible.message.zh))], replacement };
  const words =
    decision.decision === "reject"
      ? TEXT.rejected(request.number)
      : request.state === "approved"
        ? TEXT.approved(request.number)
        : TEXT.agreed(request.number);
  return { replies: [textCard(words)], replacement };
}

/** 撤回, by who asked for it. */
export async function cancel(context: StaffContext, requestId: string): Promise<Answer> {
  const cancelled = await context.desk.cancelApproval(context.staff, requestId);
  if (!cancelled.ok) return say(textCard(cancelled.message.zh));
  const { request } = cancelled;
  return { replies: [textCard(TEXT.cancelled(request.number))], replacement: context.desk.approvalStatus(request) };
}
