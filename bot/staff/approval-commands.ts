import { textCard } from "../../cards/card.ts";
import { type Answer, say } from "../context.ts";
import { startRejection } from "../dialogs/reject-approval.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import { cancel, decide, listApprovals, showApproval } from "./approvals.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

const TEXT = STAFF_SAY.approvals;

/** “同意 SP-202609-00001”, “驳回 SP-202609-00001 金额不对”: for platforms and moments without buttons. */
const DECISION = /^(同意|通过|批准|驳回|拒绝|不同意|撤回|取消|查看?|看)?\s*(SP-\d{6}-\d{5,})(?:[\s，,：:]+(.+))?$/i;

/** Fixed phrases with an approval's number. Undefined: none of them. */
export function approvalCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const found = DECISION.exec(text);
  if (!found) return undefined;
  const [, verb = "查", number = "", reason] = found;
  return (context) => obey(context, verb, number, reason);
}

async function obey(context: StaffContext, verb: string, number: string, reason: string | undefined): Promise<Answer> {
  const request = await context.desk.approval(context.staff, number);
  if (!request) return say(textCard(TEXT.unknown));
  const { id: requestId, version } = request;
  switch (verb) {
    case "同意":
    case "通过":
    case "批准":
      return decide(context, { requestId, version, decision: "approve" });
    case "驳回":
    case "拒绝":
    case "不同意":
      return reason === undefined
        ? startRejection(context, { personId: context.staff.personId, requestId, version, number: request.number })
        : decide(context, { requestId, version, decision: "reject", reason });
    case "撤回":
    case "取消":
      return cancel(context, requestId);
    default:
      return showApproval(context, number);
  }
}

/** The buttons of approval cards. */
export const APPROVAL_ACTIONS: StaffActionHandlers = {
  "approval.list": listApprovals,
  "approval.show": (context, { number }) => showApproval(context, number),
  async "approval.cancel"(context, { number }) {
    const request = await context.desk.approval(context.staff, number);
    if (!request) return say(textCard(TEXT.unknown));
    return (await forwarded(context)) ?? cancel(context, request.id);
  },
  async "approval.decide"(context, { number, version, decision }) {
    const foreign = await forwarded(context);
    if (foreign) return foreign;
    const request = await context.desk.approval(context.staff, number);
    if (!request) return say(textCard(TEXT.unknown));
    const { id: requestId } = request;
    if (decision === "approve") return decide(context, { requestId, version, decision });
    // What would be refused anyway is refused before a reason is asked for.
    const waits = await context.desk.approvalsWaitingFor(context.staff);
    if (request.version !== version || !waits.some(({ id }) => id === requestId)) {
      return decide(context, { requestId, version, decision });
    }
    return startRejection(context, { personId: context.staff.personId, requestId, version, number });
  },
};

/** A card that was sent to somebody else decides nothing in other hands, whoever holds it. */
async function forwarded(context: StaffContext): Promise<Answer | undefined> {
  const copy = await context.desk.clickedCopy();
  if (!copy || copy.recipientKind === "group" || copy.recipient === context.event.senderId) return undefined;
  return say(textCard(TEXT.forwarded));
}
