import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { currentStep, type DecisionAttempt, type Principal } from "../../domain/approval/decide.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { findAllStaff, type StaffMember } from "../staff/find-staff-member.ts";
import { covers, type Place } from "../staff/permissions.ts";
import type { ApprovalRequest } from "./approval.ts";

/** Where a document lies, for the portfolio of its approvers and readers. */
export const placeOf = ({ entityId, projectId, buildingIds }: ApprovalRequest): Place => ({
  entityId,
  projectId,
  buildingIds,
});

interface Delegation {
  readonly delegatorId: string;
  readonly delegateId: string;
  readonly role: string;
}

/** Who stands for whom on a day, by role. */
export const findDelegations = (tx: Transaction, today: CivilDate): Promise<Delegation[]> =>
  rows<Delegation>(
    tx,
    Prisma.sql`SELECT delegator_id AS "delegatorId", delegate_id AS "delegateId", role FROM approval_delegation
      WHERE valid @> ${today}::date AND (revoked_on IS NULL OR revoked_on > ${today}::date) ORDER BY recorded_at, id`,
  );

/** The facts about somebody who clicks, as the judgement wants them. */
export async function loadAttempt(
  tx: Transaction,
  request: ApprovalRequest,
  click: {
    readonly personId: string;
    readonly version: number;
    readonly decision: "approve" | "reject";
    readonly reason?: string | undefined;
  },
  today: CivilDate,
): Promise<DecisionAttempt> {
  const staff = await findAllStaff(tx);
  return {
    ...click,
    isStaff: staff.some((member) => member.personId === click.personId),
    isTenantContact: await isContactOf(tx, click.personId, request.tenantId),
    principals: principalsOf(request, click.personId, staff, await findDelegations(tx, today)),
  };
}

/** Who may be asked to decide the step that a document waits for: holders of the role and their delegates. */
export async function findApprovers(
  tx: Transaction,
  request: ApprovalRequest,
  today: CivilDate,
): Promise<StaffMember[]> {
  const staff = await findAllStaff(tx);
  const delegations = await findDelegations(tx, today);
  const contacts = await contactsOf(tx, request.tenantId);
  const seen = new Set<string>();
  return staff.filter(({ personId }) => {
    if (seen.has(personId) || contacts.has(personId)) return false;
    const able = isAble(request, personId, staff, delegations);
    if (able) seen.add(personId);
    return able;
  });
}

/** Those of some documents that a person may decide now. A few queries, whatever their number. */
export async function decidableBy(
  tx: Transaction,
  requests: readonly ApprovalRequest[],
  personId: string,
  today: CivilDate,
): Promise<ApprovalRequest[]> {
  const staff = await findAllStaff(tx);
  const delegations = await findDelegations(tx, today);
  const ownTenants = new Set(
    (
      await rows<{ tenant_id: string }>(
        tx,
        Prisma.sql`SELECT tenant_id FROM tenant_member WHERE person_id = ${personId}::uuid AND revoked_at IS NULL`,
      )
    ).map((member) => member.tenant_id),
  );
  return requests.filter(
    (request) =>
      (request.tenantId === undefined || !ownTenants.has(request.tenantId)) &&
      isAble(request, personId, staff, delegations),
  );
}

/** Whether somebody, or whoever they stand for, is one of the people that the open step wants. */
function isAble(
  request: ApprovalRequest,
  personId: string,
  staff: readonly StaffMember[],
  delegations: readonly Delegation[],
): boolean {
  const wanted = request.steps[currentStep(request.steps, request.decisions)];
  const decided = new Set(request.decisions.flatMap((one) => [one.personId, one.onBehalfOf]));
  if (wanted === undefined || personId === request.requestedBy || decided.has(personId)) return false;
  return principalsOf(request, personId, staff, delegations).some(
    (principal) =>
      principal.personId !== request.requestedBy &&
      !decided.has(principal.personId) &&
      (wanted.role === "any" || principal.roles.includes(wanted.role)),
  );
}

/**
 * In whose name somebody may act: their own first, then those who delegated a role to them and hold it still. Only roles count
 * that are held where the document lies; nobody has a say from another place.
 */
function principalsOf(
  request: ApprovalRequest,
  personId: string,
  staff: readonly StaffMember[],
  delegations: readonly Delegation[],
): Principal[] {
  const isThere = isAtStep(request);
  const rolesOf = (id: string): string[] =>
    staff.filter((member) => member.personId === id && isThere(member)).flatMap(({ roles }) => [...roles]);
  const isActive = staff.some((member) => member.personId === personId);
  if (!isActive) return [];
  return [
    { personId, roles: rolesOf(personId) },
    ...delegations
      .filter(({ delegateId }) => delegateId === personId)
      .map(({ delegatorId, role }) => ({
        personId: delegatorId,
        roles: rolesOf(delegatorId).filter((held) => held === role),
      })),
  ].filter(({ roles }) => roles.length > 0);
}

/**
 * Whom the open step finds where the document lies. A second pair of eyes (`any`: publishing, reopening) is any colleague of the
 * project, also who has some of its buildings, or was given no project at all: they see sums there, and no tenant.
 */
function isAtStep(request: ApprovalRequest): (member: StaffMember) => boolean {
  const wanted = request.steps[currentStep(request.steps, request.decisions)];
  const place = placeOf(request);
  if (wanted?.role !== "any") return (member) => covers(member, place);
  const { buildingIds: _, ...project } = place;
  return (member) => member.projectIds.length === 0 || covers(member, project);
}

async function isContactOf(tx: Transaction, personId: string, tenantId: string | undefined): Promise<boolean> {
  if (tenantId === undefined) return false;
  const member = await row(
    tx,
    Prisma.sql`SELECT 1 AS found FROM tenant_member
      WHERE tenant_id = ${tenantId}::uuid AND person_id = ${personId}::uuid AND revoked_at IS NULL`,
  );
  return member !== undefined;
}

async function contactsOf(tx: Transaction, tenantId: string | undefined): Promise<ReadonlySet<string>> {
  if (tenantId === undefined) return new Set();
  const members = await rows<{ person_id: string }>(
    tx,
    Prisma.sql`SELECT person_id FROM tenant_member WHERE tenant_id = ${tenantId}::uuid AND revoked_at IS NULL`,
  );
  return new Set(members.map((member) => member.person_id));
}
