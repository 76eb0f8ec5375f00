import { type ApprovalView, approvalCard } from "../../cards/approval-card.ts";
import { STAFF_CARD_TEXT } from "../../cards/approval-text.zh-CN.ts";
import type { Card } from "../../cards/card.ts";
import { type DelegationView, delegationCard } from "../../cards/delegation-card.ts";
import type { ApprovalCards, ApprovalRequest } from "../../src/usecases/approvals/approval.ts";
import type { Delegation } from "../../src/usecases/approvals/delegations.ts";
import { APPROVER_ROLE_NAMES } from "../../src/usecases/approvals/refusals.ts";
import type { StaffMember } from "../../src/usecases/staff/find-staff-member.ts";

/** The page of a document, where there is one (src/http/h5); it names the document, never the person. */
export type ApprovalLink = (request: ApprovalRequest) => string | undefined;

const TEXT = STAFF_CARD_TEXT.approval;

/** The cards of approvals, with links to the page where it is known. */
export const approvalCards = (linkOf: ApprovalLink = () => undefined): ApprovalCards => ({
  asked: (request) => approvalCard(approvalView(request), { may: "decide", url: linkOf(request) }),
  status: (request) => approvalCard(approvalView(request), { may: "read" }),
  late: (request, _reader, as) =>
    as === "approver"
      ? approvalCard(approvalView(request), { may: "decide", url: linkOf(request), note: TEXT.again })
      : approvalCard(approvalView(request), { may: "read", note: TEXT.superior }),
  delegation: (delegation, shown) => delegationCard(delegationView(delegation), shown),
});

export const delegationView = (delegation: Delegation): DelegationView => ({
  ...delegation,
  roleNames: delegation.roles.map((role) => APPROVER_ROLE_NAMES[role]),
});

/** The card for somebody who looks at a document: with the buttons that it has for them. */
export function cardForReader(
  request: ApprovalRequest,
  reader: StaffMember,
  mayDecide: boolean,
  linkOf: ApprovalLink,
): Card {
  const view = approvalView(request);
  if (mayDecide) return approvalCard(view, { may: "decide", url: linkOf(request) });
  return reader.personId === request.requestedBy
    ? approvalCard(view, { may: "cancel", url: linkOf(request) })
    : approvalCard(view, { may: "read" });
}

/** A document as its card shows it. */
export const approvalView = (request: ApprovalRequest): ApprovalView => ({
  id: request.id,
  number: request.number,
  version: request.version,
  state: request.state,
  title: request.title,
  amountFen: request.amountFen,
  facts: request.facts,
  reason: request.reason,
  requesterName: request.requestedByName,
  steps: request.steps.map(({ role, count }, index) => ({
    role: APPROVER_ROLE_NAMES[role],
    count,
    agreed: request.decisions.filter(({ step, decision }) => step === index && decision === "approve").length,
  })),
  decisions: request.decisions.map((decision) => ({
    name: decision.personName,
    inNameOf: decision.onBehalfOfName,
    decision: decision.decision,
    reason: decision.reason,
    on: decision.decidedOn,
  })),
  closedReason: request.closedReason,
});
