import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { MemberRole } from "../../domain/people/tenant-permissions.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { takeAllowances } from "./allowance.ts";
import type { BindingContext } from "./bind-code.ts";
import { bindIdentity } from "./channel-identity.ts";
import { joiningCodeHash, newJoiningCode } from "./joining-code.ts";
import { auditMember, type MemberActor, NOT_OWNER } from "./member-change.ts";
import { addMember, isOwner, lockMembers } from "./members.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const INVITATION_LIFE_MS = DAY_MS;
const INVITATIONS_PER_DAY = 20;
/** Guesses of one person; with 8·10⁸ codes and a day's life, hopeless. */
const TRIES_PER_HOUR = 10;

export interface Invitation {
  readonly ok: true;
  /** Said once, to the owner who invites. */
  readonly code: string;
  readonly expiresAtMs: number;
}

/** What a right code tells who holds it. */
export interface FoundInvitation {
  readonly invitationId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly role: MemberRole;
}

/** An owner's code for one colleague: works once, for a day, and gives the role that the owner chose. */
export async function inviteMember(
  tx: Transaction,
  actor: MemberActor,
  tenantId: string,
  role: MemberRole,
): Promise<Invitation | Refusal> {
  if (!isOwner(await lockMembers(tx, tenantId), actor.personId)) return NOT_OWNER();
  const usedUp = await takeAllowances(
    tx,
    [{ key: `invite|${tenantId}`, limit: INVITATIONS_PER_DAY, windowMs: DAY_MS }],
    actor.nowMs,
  );
  if (usedUp) {
    return refuse(
      "TOO_MANY_INVITATIONS",
      "今天发出的邀请太多了，请明天再试。",
      "Too many invitations today; try again tomorrow.",
    );
  }
  const invitationId = newId();
  const code = newJoiningCode();
  const expiresAtMs = actor.nowMs + INVITATION_LIFE_MS;
  await execute(
    tx,
    Prisma.sql`INSERT INTO tenant_invitation (id, tenant_id, kind, code_hash, role, invited_by, created_at, expires_at)
      VALUES (${invitationId}::uuid, ${tenantId}::uuid, 'invitation', ${joiningCodeHash(actor.encryption, code)}, ${role},
        ${actor.personId}::uuid, ${isoOf(actor.nowMs)}::timestamptz, ${isoOf(expiresAtMs)}::timestamptz)`,
  );
  await auditMember(tx, actor, {
    action: "member.invited",
    memberId: invitationId,
    after: { tenantId, role, expiresAt: isoOf(expiresAtMs) },
  });
  return { ok: true, code, expiresAtMs };
}

/** The invitation of a code that works now; undefined for any other code. `too-many`: an hour's guesses are used up. */
export async function findInvitation(
  tx: Transaction,
  context: BindingContext,
  code: string,
): Promise<FoundInvitation | "too-many" | undefined> {
  const usedUp = await takeAllowances(
    tx,
    [{ key: `joining-code|${context.conversationKey}`, limit: TRIES_PER_HOUR, windowMs: HOUR_MS }],
    context.nowMs,
  );
  if (usedUp) return "too-many";
  return selectInvitation(tx, context, Prisma.sql`i.code_hash = ${joiningCodeHash(context.encryption, code)}`);
}

/**
 * Takes up an invitation that findInvitation has found. A stranger becomes a person by the given name; somebody known
 * stays who he is and gets one more tenant. Undefined: it was used, or its inviter is no owner any more.
 */
export async function acceptInvitation(
  tx: Transaction,
  context: BindingContext,
  invitationId: string,
  joining: { readonly personId: string } | { readonly name: string },
): Promise<FoundInvitation | undefined> {
  const open = await selectInvitation(tx, context, Prisma.sql`i.id = ${invitationId}::uuid`);
  if (!open) return undefined;
  const members = await lockMembers(tx, open.tenantId);
  const closed = await row<{ invitedBy: string }>(
    tx,
    Prisma.sql`UPDATE tenant_invitation SET closed_at = ${isoOf(context.nowMs)}::timestamptz
      WHERE id = ${invitationId}::uuid AND closed_at IS NULL RETURNING invited_by AS "invitedBy"`,
  );
  if (!closed || !isOwner(members, closed.invitedBy)) return undefined;
  const personId = "personId" in joining ? joining.personId : await newPerson(tx, context, joining.name);
  await addMember(
    tx,
    { personId, channel: context.identity.platform, today: context.today },
    { tenantId: open.tenantId, personId, role: open.role, invitedBy: closed.invitedBy },
  );
  return open;
}

/** A person whom we know by nothing but this identity and the name given. */
export async function newPerson(tx: Transaction, context: BindingContext, name: string): Promise<string> {
  const personId = newId();
  await execute(tx, Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, ${name})`);
  await bindIdentity(tx, context.identity, personId, context.today);
  return personId;
}

const selectInvitation = (
  tx: Transaction,
  context: BindingContext,
  which: Prisma.Sql,
): Promise<FoundInvitation | undefined> =>
  row<FoundInvitation>(
    tx,
    Prisma.sql`SELECT i.id AS "invitationId", t.id AS "tenantId", t.name AS "tenantName", i.role
      FROM tenant_invitation i JOIN tenant t ON t.id = i.tenant_id
      WHERE ${which} AND i.kind = 'invitation' AND i.closed_at IS NULL
        AND i.expires_at > ${isoOf(context.nowMs)}::timestamptz`,
  );

const isoOf = (ms: number): string => new Date(ms).toISOString();
