import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { MemberRole } from "../../domain/people/tenant-permissions.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { takeAllowances } from "./allowance.ts";
import type { BindingContext } from "./bind-code.ts";
import type { ChannelIdentity } from "./channel-identity.ts";
import { newPerson } from "./invitations.ts";
import { joiningCodeHash, newJoiningCode } from "./joining-code.ts";
import { auditMember, type MemberActor, NOT_OWNER } from "./member-change.ts";
import { addMember, isOwner, lockMembers } from "./members.ts";

const DAY_MS = 86_400_000;
const REQUEST_LIFE_MS = 7 * DAY_MS;
const REQUESTS_PER_DAY = 3;

export interface JoinRequest {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly applicantName: string;
  /** The owners decide by it: on a button, or typed. */
  readonly code: string;
}

export interface DecidedRequest {
  readonly ok: true;
  readonly outcome: "joined" | "refused";
  readonly tenantName: string;
  readonly applicantName: string;
  readonly role: MemberRole | undefined;
  /** To whom the decision is said. */
  readonly applicant: ChannelIdentity;
}

/**
 * Somebody with a paper bill asks to be let in; an owner decides, within a week. A later request of the same person
 * replaces the earlier one. `too-many`: three a day.
 */
export async function requestToJoin(
  tx: Transaction,
  context: BindingContext,
  tenantId: string,
  applicantName: string,
): Promise<JoinRequest | "too-many"> {
  const usedUp = await takeAllowances(
    tx,
    [{ key: `join-request|${context.conversationKey}`, limit: REQUESTS_PER_DAY, windowMs: DAY_MS }],
    context.nowMs,
  );
  if (usedUp) return "too-many";
  const { platform, appId, externalId } = context.identity;
  await execute(
    tx,
    Prisma.sql`UPDATE tenant_invitation SET closed_at = ${isoOf(context.nowMs)}::timestamptz, applicant_name = NULL,
        platform = NULL, app_id = NULL, external_id = NULL
      WHERE tenant_id = ${tenantId}::uuid AND kind = 'request' AND closed_at IS NULL AND platform = ${platform}
        AND app_id = ${appId} AND external_id = ${externalId}`,
  );
  const code = newJoiningCode();
  await execute(
    tx,
    Prisma.sql`INSERT INTO tenant_invitation (id, tenant_id, kind, code_hash, platform, app_id, external_id,
        applicant_name, created_at, expires_at)
      VALUES (${newId()}::uuid, ${tenantId}::uuid, 'request', ${joiningCodeHash(context.encryption, code)}, ${platform},
        ${appId}, ${externalId}, ${applicantName}, ${isoOf(context.nowMs)}::timestamptz,
        ${isoOf(context.nowMs + REQUEST_LIFE_MS)}::timestamptz)`,
  );
  const tenant = await row<{ name: string }>(tx, Prisma.sql`SELECT name FROM tenant WHERE id = ${tenantId}::uuid`);
  return { tenantId, tenantName: tenant?.name ?? "", applicantName, code };
}

/** An owner lets somebody in with a role, or not. What we knew of the applicant beyond that is gone afterwards. */
export async function decideJoinRequest(
  tx: Transaction,
  actor: MemberActor,
  code: string,
  decision: MemberRole | "refuse",
): Promise<DecidedRequest | Refusal> {
  const request = await row<{ id: string; tenantId: string }>(
    tx,
    Prisma.sql`SELECT i.id, i.tenant_id AS "tenantId" FROM tenant_invitation i
      JOIN tenant_member m ON m.tenant_id = i.tenant_id AND m.person_id = ${actor.personId}::uuid AND m.revoked_at IS NULL
      WHERE i.code_hash = ${joiningCodeHash(actor.encryption, code)} AND i.kind = 'request'`,
  );
  if (!request) return requestUnknown();
  if (!isOwner(await lockMembers(tx, request.tenantId), actor.personId)) return NOT_OWNER();
  const open = await row<ChannelIdentity & { applicantName: string; tenantName: string; personId: string | null }>(
    tx,
    Prisma.sql`SELECT i.platform, i.app_id AS "appId", i.external_id AS "externalId", i.applicant_name AS "applicantName",
        t.name AS "tenantName", p.id AS "personId"
      FROM tenant_invitation i JOIN tenant t ON t.id = i.tenant_id
      LEFT JOIN channel_identity c ON c.platform = i.platform AND c.app_id = i.app_id AND c.external_id = i.external_id
      LEFT JOIN person p ON p.id = c.person_id AND p.forgotten_at IS NULL
      WHERE i.id = ${request.id}::uuid AND i.closed_at IS NULL AND i.expires_at > ${isoOf(actor.nowMs)}::timestamptz
      FOR UPDATE OF i`,
  );
  if (!open) return requestUnknown();
  const { platform, appId, externalId, applicantName, tenantName } = open;
  const applicant: ChannelIdentity = { platform, appId, externalId };
  await execute(
    tx,
    Prisma.sql`UPDATE tenant_invitation SET closed_at = ${isoOf(actor.nowMs)}::timestamptz, applicant_name = NULL,
        platform = NULL, app_id = NULL, external_id = NULL, invited_by = ${actor.personId}::uuid,
        role = ${decision === "refuse" ? null : decision} WHERE id = ${request.id}::uuid`,
  );
  if (decision === "refuse") {
    await auditMember(tx, actor, { action: "member.request-refused", memberId: request.id });
    return { ok: true, outcome: "refused", tenantName, applicantName, role: undefined, applicant };
  }
  const binding = { ...actor, identity: applicant, conversationKey: `${platform}|${appId}|${externalId}` };
  const personId = open.personId ?? (await newPerson(tx, binding, applicantName));
  await addMember(tx, actor, { tenantId: request.tenantId, personId, role: decision, invitedBy: actor.personId });
  return { ok: true, outcome: "joined", tenantName, applicantName, role: decision, applicant };
}

const requestUnknown = (): Refusal =>
  refuse(
    "REQUEST_UNKNOWN",
    "这条加入申请已经处理过，或者已经过期了。",
    "This request to join was decided already, or has expired.",
  );

const isoOf = (ms: number): string => new Date(ms).toISOString();
