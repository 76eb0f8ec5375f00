import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { MEMBER_ROLES, type MemberRole, mayTenant } from "../../domain/people/tenant-permissions.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { auditMember, LAST_OWNER, MEMBER_UNKNOWN, type MemberActor, NOT_OWNER } from "./member-change.ts";

/** Somebody who may speak for a tenant. */
export interface Member {
  readonly memberId: string;
  readonly personId: string;
  readonly name: string;
  readonly role: MemberRole;
}

export interface ChangedMember {
  readonly ok: true;
  readonly member: Member;
}

/** The members of a tenant, owners first, then by name. */
export const findMembers = (tx: Transaction, tenantId: string): Promise<Member[]> => selectMembers(tx, tenantId, false);

const selectMembers = (tx: Transaction, tenantId: string, lock: boolean): Promise<Member[]> =>
  rows<Member>(
    tx,
    Prisma.sql`SELECT m.id AS "memberId", p.id AS "personId", p.name, m.role
      FROM tenant_member m JOIN person p ON p.id = m.person_id
      WHERE m.tenant_id = ${tenantId}::uuid AND m.revoked_at IS NULL
      ORDER BY array_position(${[...MEMBER_ROLES]}, m.role), p.name COLLATE "C", m.id
      ${lock ? Prisma.sql`FOR UPDATE OF m` : Prisma.empty}`,
  );

/**
 * The members, nobody of whom changes until the transaction ends: two owners who remove each other at the same moment
 * must not leave a tenant without one.
 */
export async function lockMembers(tx: Transaction, tenantId: string): Promise<Member[]> {
  await execute(tx, Prisma.sql`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`);
  return selectMembers(tx, tenantId, true);
}

/** Another role for a member; only an owner may, and the last owner stays one. */
export async function changeMemberRole(
  tx: Transaction,
  actor: MemberActor,
  change: { readonly tenantId: string; readonly memberId: string; readonly role: MemberRole },
): Promise<ChangedMember | Refusal> {
  const found = await memberToChange(tx, actor, change, "owner-only");
  if (!found.ok) return found;
  const { member, members } = found;
  if (member.role === change.role) return { ok: true, member };
  if (isLastOwner(member, members)) return LAST_OWNER();
  await execute(tx, Prisma.sql`UPDATE tenant_member SET role = ${change.role} WHERE id = ${member.memberId}::uuid`);
  await auditMember(tx, actor, {
    action: "member.role-changed",
    memberId: member.memberId,
    before: { role: member.role },
    after: { tenantId: change.tenantId, personId: member.personId, role: change.role },
  });
  return { ok: true, member: { ...member, role: change.role } };
}

/** Ends a membership: an owner removes a colleague, or anybody leaves. The last owner can do neither. */
export async function removeMember(
  tx: Transaction,
  actor: MemberActor,
  change: { readonly tenantId: string; readonly memberId: string },
): Promise<ChangedMember | Refusal> {
  const found = await memberToChange(tx, actor, change, "owner-or-self");
  if (!found.ok) return found;
  const { member, members } = found;
  if (isLastOwner(member, members)) return LAST_OWNER();
  await revokeMember(tx, actor, change.tenantId, member);
  return { ok: true, member };
}

/** Writes the end of a membership; callers have made sure that it may end. */
export async function revokeMember(
  tx: Transaction,
  actor: MemberActor,
  tenantId: string,
  member: Member,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE tenant_member SET revoked_at = ${new Date(actor.nowMs).toISOString()}::timestamptz
      WHERE id = ${member.memberId}::uuid AND revoked_at IS NULL`,
  );
  await auditMember(tx, actor, {
    action: actor.personId === member.personId ? "member.left" : "member.removed",
    memberId: member.memberId,
    before: { tenantId, personId: member.personId, role: member.role },
  });
}

/** Makes a person a member; a no-op for who is one already, whose role stays. Callers hold lockMembers. */
export async function addMember(
  tx: Transaction,
  by: { readonly personId: string; readonly channel: MemberActor["channel"]; readonly today: MemberActor["today"] },
  joining: {
    readonly tenantId: string;
    readonly personId: string;
    readonly role: MemberRole;
    readonly invitedBy: string;
  },
): Promise<void> {
  const existing = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM tenant_member WHERE tenant_id = ${joining.tenantId}::uuid
      AND person_id = ${joining.personId}::uuid AND revoked_at IS NULL`,
  );
  if (existing) return;
  const memberId = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role, invited_by)
      VALUES (${memberId}::uuid, ${joining.tenantId}::uuid, ${joining.personId}::uuid, ${joining.role},
        ${joining.invitedBy}::uuid)`,
  );
  await auditMember(tx, by, { action: "member.joined", memberId, after: joining });
}

export const isLastOwner = (member: Member, members: readonly Member[]): boolean =>
  manages(member) && members.filter(manages).length === 1;

export const isOwner = (members: readonly Member[], personId: string): boolean =>
  members.some((member) => member.personId === personId && manages(member));

const manages = ({ role }: Member): boolean => mayTenant(role, "members.manage");

async function memberToChange(
  tx: Transaction,
  actor: MemberActor,
  change: { readonly tenantId: string; readonly memberId: string },
  who: "owner-only" | "owner-or-self",
): Promise<{ readonly ok: true; readonly member: Member; readonly members: readonly Member[] } | Refusal> {
  const members = await lockMembers(tx, change.tenantId);
  const member = members.find((one) => one.memberId === change.memberId);
  const isSelf = who === "owner-or-self" && member?.personId === actor.personId;
  if (!isOwner(members, actor.personId) && !isSelf) return NOT_OWNER();
  return member ? { ok: true, member, members } : MEMBER_UNKNOWN();
}
