import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import { groupBy } from "../../domain/group-by.ts";
import { type MemberRole, mayTenant } from "../../domain/people/tenant-permissions.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { DUNNING_WAYS, type DunningContext, type DunningWay } from "./context.ts";

/** One way to one person of a tenant. */
export interface Contact {
  readonly way: DunningWay;
  readonly personId: string;
  readonly personName: string;
  /** Openid; for SMS and e-mail the person's id. */
  readonly recipient: string;
}

interface MemberRow {
  readonly tenantId: string;
  readonly personId: string;
  readonly personName: string;
  readonly role: MemberRole;
  readonly openId: string | null;
  readonly hasPhone: boolean;
  readonly hasEmail: boolean;
}

/** Who hears first: who pays is reminded, who answers for it gets what is grave. */
const FIRST_ROLE: Readonly<Record<DunningAction, MemberRow["role"]>> = {
  remind: "finance",
  notice: "finance",
  "steward-task": "finance",
  "formal-notice": "owner",
  escalate: "owner",
};

/** So long what has failed without anybody hearing of a step is tried after all that has not. */
const FAILED_DAYS = 3;

/**
 * The ways to each tenant in the order in which they are tried: by the tenant's preference, and within a way by role; what
 * failed on the days before, so that a step had to be taken back, comes last. One message goes by the first; the next one
 * is for when that has failed. Three queries, whatever the number of tenants.
 */
export async function findContacts(
  tx: Transaction,
  tenants: readonly { readonly tenantId: string; readonly action: DunningAction }[],
  date: CivilDate,
  context: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail">,
): Promise<ReadonlyMap<string, readonly Contact[]>> {
  const ids = tenants.map(({ tenantId }) => tenantId);
  const members = await loadMembers(tx, ids, context);
  const preferred = new Map(
    (
      await rows<{ tenantId: string; ways: DunningWay[] }>(
        tx,
        Prisma.sql`SELECT tenant_id AS "tenantId", ways FROM dunning_preference WHERE tenant_id = ANY (${ids}::uuid[])`,
      )
    ).map(({ tenantId, ways }) => [tenantId, ways]),
  );
  const failed = await failedLately(tx, ids, date);
  return new Map(
    tenants.map(({ tenantId, action }) => {
      const ordered = inOrder(members.get(tenantId) ?? [], FIRST_ROLE[action]);
      const ways = preferred.get(tenantId) ?? DUNNING_WAYS;
      const contacts = ways.flatMap((way) => ordered.flatMap((member) => contactOf(member, way, context)));
      const hasFailed = ({ way, personId }: Contact): boolean => failed.has(`${tenantId}|${way}|${personId}`);
      return [tenantId, [...contacts.filter((one) => !hasFailed(one)), ...contacts.filter(hasFailed)]];
    }),
  );
}

async function loadMembers(
  tx: Transaction,
  ids: readonly string[],
  context: Pick<DunningContext, "officialAccountAppId">,
): Promise<ReadonlyMap<string, readonly MemberRow[]>> {
  return groupBy(
    await rows<MemberRow>(
      tx,
      Prisma.sql`SELECT m.tenant_id AS "tenantId", p.id AS "personId", p.name AS "personName", m.role,
          p.email IS NOT NULL AS "hasEmail",
          EXISTS (SELECT 1 FROM person_phone f WHERE f.person_id = p.id) AS "hasPhone",
          (SELECT c.external_id FROM channel_identity c WHERE c.person_id = p.id AND c.platform = 'official-account'
            AND c.app_id = ${context.officialAccountAppId ?? ""} AND c.reachable
            ORDER BY c.bound_at DESC, c.external_id LIMIT 1) AS "openId"
        FROM tenant_member m JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
        WHERE m.tenant_id = ANY (${[...ids]}::uuid[]) AND m.revoked_at IS NULL
        ORDER BY p.name COLLATE "C", p.id`,
    ),
    (member) => member.tenantId,
  );
}

/** The ways by which somebody of a tenant can be reached, and the order that was chosen, if one was. */
export async function findWays(
  tx: Transaction,
  tenantId: string,
  context: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail">,
): Promise<{ readonly reachable: readonly DunningWay[]; readonly chosen: readonly DunningWay[] | undefined }> {
  const members = (await loadMembers(tx, [tenantId], context)).get(tenantId) ?? [];
  const [preference] = await rows<{ ways: DunningWay[] }>(
    tx,
    Prisma.sql`SELECT ways FROM dunning_preference WHERE tenant_id = ${tenantId}::uuid`,
  );
  return {
    reachable: DUNNING_WAYS.filter((way) => members.some((member) => contactOf(member, way, context).length > 0)),
    chosen: preference?.ways,
  };
}

/** "tenant|way|person" of messages of steps that were taken back because nothing of them arrived. */
async function failedLately(
  tx: Transaction,
  tenantIds: readonly string[],
  date: CivilDate,
): Promise<ReadonlySet<string>> {
  const failed = await rows<{ key: string }>(
    tx,
    Prisma.sql`SELECT s.tenant_id || '|' || m.way || '|' || m.person_id AS key
      FROM dunning_step s JOIN dunning_message m ON m.step_id = s.id JOIN outbox o ON o.dedupe_key = m.dedupe_key
      WHERE s.tenant_id = ANY (${[...tenantIds]}::uuid[]) AND s.recalled_at IS NOT NULL
        AND s.handled_on >= ${date}::date - ${FAILED_DAYS}::int
        AND (o.state = 'dead' OR EXISTS (SELECT 1 FROM delivery d WHERE d.outbox_id = o.id AND d.state = 'undelivered'))`,
  );
  return new Set(failed.map(({ key }) => key));
}

function inOrder(members: readonly MemberRow[], first: MemberRow["role"]): MemberRow[] {
  const rank = (member: MemberRow): number =>
    member.role === first ? 0 : mayTenant(member.role, "money.hear") ? 1 : 2;
  return [...members].sort((a, b) => rank(a) - rank(b));
}

function contactOf(
  member: MemberRow,
  way: DunningWay,
  { hasSms, hasEmail }: Pick<DunningContext, "hasSms" | "hasEmail">,
): Contact[] {
  const { personId, personName, openId } = member;
  switch (way) {
    case "official-account":
      return openId === null ? [] : [{ way, personId, personName, recipient: openId }];
    case "sms":
      return hasSms && member.hasPhone ? [{ way, personId, personName, recipient: personId }] : [];
    case "email":
      return hasEmail && member.hasEmail ? [{ way, personId, personName, recipient: personId }] : [];
    default:
      return way satisfies never;
  }
}

/** In which order a tenant is reached from now on. */
export async function preferWays(
  tx: Transaction,
  tenantId: string,
  ways: readonly DunningWay[],
  changedBy: string,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`INSERT INTO dunning_preference (tenant_id, ways, changed_by)
    VALUES (${tenantId}::uuid, ${[...ways]}::text[], ${changedBy})
    ON CONFLICT (tenant_id) DO UPDATE SET ways = EXCLUDED.ways, changed_by = EXCLUDED.changed_by, changed_at = now()`);
}
