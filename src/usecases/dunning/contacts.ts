import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import { groupBy } from "../../domain/group-by.ts";
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
  readonly role: "owner" | "finance" | "viewer";
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

/**
 * The ways to each tenant in the order in which they are tried: by the tenant's preference, and within a way by role. One
 * message goes by the first; the next one is for when that has failed. Two queries, whatever the number of tenants.
 */
export async function findContacts(
  tx: Transaction,
  tenants: readonly { readonly tenantId: string; readonly action: DunningAction }[],
  context: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail">,
): Promise<ReadonlyMap<string, readonly Contact[]>> {
  const ids = tenants.map(({ tenantId }) => tenantId);
  const members = groupBy(
    await rows<MemberRow>(
      tx,
      Prisma.sql`SELECT m.tenant_id AS "tenantId", p.id AS "personId", p.name AS "personName", m.role,
          p.email IS NOT NULL AS "hasEmail",
          EXISTS (SELECT 1 FROM person_phone f WHERE f.person_id = p.id) AS "hasPhone",
          (SELECT c.external_id FROM channel_identity c WHERE c.person_id = p.id AND c.platform = 'official-account'
            AND c.app_id = ${context.officialAccountAppId ?? ""} AND c.reachable
            ORDER BY c.bound_at DESC, c.external_id LIMIT 1) AS "openId"
        FROM tenant_member m JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
        WHERE m.tenant_id = ANY (${ids}::uuid[]) AND m.revoked_at IS NULL
        ORDER BY p.name COLLATE "C", p.id`,
    ),
    (member) => member.tenantId,
  );
  const preferred = new Map(
    (
      await rows<{ tenantId: string; ways: DunningWay[] }>(
        tx,
        Prisma.sql`SELECT tenant_id AS "tenantId", ways FROM dunning_preference WHERE tenant_id = ANY (${ids}::uuid[])`,
      )
    ).map(({ tenantId, ways }) => [tenantId, ways]),
  );
  return new Map(
    tenants.map(({ tenantId, action }) => {
      const ordered = inOrder(members.get(tenantId) ?? [], FIRST_ROLE[action]);
      const ways = preferred.get(tenantId) ?? DUNNING_WAYS;
      return [tenantId, ways.flatMap((way) => ordered.flatMap((member) => contactOf(member, way, context)))];
    }),
  );
}

function inOrder(members: readonly MemberRow[], first: MemberRow["role"]): MemberRow[] {
  const rank = (member: MemberRow): number => (member.role === first ? 0 : member.role === "viewer" ? 2 : 1);
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
