import { Prisma } from "../../../generated/prisma/client.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { covers, may } from "../staff/permissions.ts";
import type { ApprovalRequest } from "./approval.ts";
import { decidableBy, findApprovers, placeOf } from "./eligible.ts";
import { findRequest, loadRequests } from "./stored-request.ts";

/** Pending documents that somebody of the staff may decide now, the oldest first. */
export async function findWaitingFor(
  tx: Transaction,
  member: StaffMember,
  today: CivilDate,
): Promise<ApprovalRequest[]> {
  const pending = await loadRequests(
    tx,
    Prisma.sql`r.state = 'pending' AND r.requested_by <> ${member.personId}::uuid`,
  );
  return decidableBy(tx, pending, member.personId, today);
}

/** All pending documents, the oldest first: for the operator. */
export const findAllPending = (tx: Transaction): Promise<ApprovalRequest[]> =>
  loadRequests(tx, Prisma.sql`r.state = 'pending'`);

/** Pending documents that a person asked for. */
export const findAskedBy = (tx: Transaction, personId: string): Promise<ApprovalRequest[]> =>
  loadRequests(tx, Prisma.sql`r.state = 'pending' AND r.requested_by = ${personId}::uuid`);

/** A document by number or id, if somebody of the staff may see it: asked, decided or may decide it, or it is in reach. */
export async function findVisible(
  tx: Transaction,
  member: StaffMember,
  reference: string,
  today: CivilDate,
): Promise<ApprovalRequest | undefined> {
  const request = await findRequest(tx, reference);
  if (!request) return undefined;
  const isParty =
    request.requestedBy === member.personId ||
    request.decisions.some(({ personId }) => personId === member.personId) ||
    (may(member, "approval.read") && covers(member, placeOf(request)));
  if (isParty) return request;
  const approvers = await findApprovers(tx, request, today);
  return approvers.some(({ personId }) => personId === member.personId) ? request : undefined;
}

/** Whether somebody may decide a document now. */
export const mayDecideNow = async (
  tx: Transaction,
  member: StaffMember,
  request: ApprovalRequest,
  today: CivilDate,
): Promise<boolean> =>
  request.state === "pending" &&
  (await findApprovers(tx, request, today)).some(({ personId }) => personId === member.personId);
