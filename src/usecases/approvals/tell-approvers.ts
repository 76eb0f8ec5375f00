import type { CardSubject } from "../../db/outbox/content.ts";
import type { Transaction } from "../../db/transaction.ts";
import { updateCards } from "../cards/update-cards.ts";
import { findStaffMember } from "../staff/find-staff-member.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { tellProjectGroups } from "../staff-groups/tell-group.ts";
import type { ApprovalContext, ApprovalRequest } from "./approval.ts";
import { findApprovers } from "./eligible.ts";

/** What the copies of an approval's card are known by; the version of a copy is the document's revision. */
export const cardSubjectOf = (request: ApprovalRequest): CardSubject => ({
  kind: "approval",
  id: request.id,
  version: request.revision,
});

/** Sends the card to everybody who may decide the step that the document waits for, each once per version and step. */
export async function askApprovers(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<void> {
  const approvers = await findApprovers(tx, request, context.today);
  if (approvers.length === 0) return;
  await tellStaff(tx, {
    to: { staffIds: approvers.map(({ staffId }) => staffId) },
    card: (member) => context.cards.asked(request, member),
    subject: cardSubjectOf(request),
    // By revision: who was asked before and may still decide sees a fresh card, since the old copies show the state only.
    dedupeKey: `approval|${request.id}|${request.revision}|asked`,
  });
  const [first] = approvers;
  if (request.projectId === undefined || !first) return;
  // One card for all of the project's group, with buttons for those alone who may decide this step.
  await tellProjectGroups(tx, {
    projectId: request.projectId,
    card: context.cards.asked(request, first),
    buttonsForPersonIds: approvers.map(({ personId }) => personId),
    subject: cardSubjectOf(request),
    dedupeKey: `approval|${request.id}|${request.revision}|asked-group`,
  });
}

/** Tells a requester of the staff what became of it; a tenant is told by whoever owns the subject. */
export async function tellRequester(
  tx: Transaction,
  request: ApprovalRequest,
  context: ApprovalContext,
): Promise<void> {
  const requester = await findStaffMember(tx, { personId: request.requestedBy });
  if (!requester) return;
  await tellStaff(tx, {
    to: { staffIds: [requester.staffId] },
    card: context.cards.status(request),
    dedupeKey: `approval|${request.id}|${request.version}|${request.state}`,
  });
}

/** Brings every copy of the card up to date: who was asked sees what became of it and has no buttons any more. */
export async function refreshCards(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<void> {
  await updateCards(tx, {
    subject: cardSubjectOf(request),
    version: request.revision,
    card: context.cards.status(request),
    isFinal: request.state !== "pending",
    exceptTaskId: context.clickedTaskId,
  });
}
