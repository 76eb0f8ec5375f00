import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { MEMBER_ROLES } from "../../domain/people/tenant-permissions.ts";
import type { Platform } from "../../ports/messenger.ts";
import type { Membership } from "../queries/find-sender.ts";

/** A member of a tenant who can be written to on one app. A person with two phones is there twice. */
export interface ReachableMember {
  readonly tenantId: string;
  readonly personId: string;
  readonly personName: string;
  readonly role: Membership["role"];
  readonly externalId: string;
}

/**
 * The members of many tenants whom a notice can reach on this app, owners first, then by name. One query, whatever their
 * number; tenants that nobody speaks for are absent.
 */
export async function findReachableMembers(
  tx: Transaction,
  app: { readonly platform: Platform; readonly appId: string },
  tenantIds: readonly string[],
): Promise<Map<string, ReachableMember[]>> {
  const found = await rows<ReachableMember>(
    tx,
    Prisma.sql`SELECT m.tenant_id AS "tenantId", p.id AS "personId", p.name AS "personName", m.role,
        c.external_id AS "externalId"
      FROM tenant_member m
      JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
      JOIN channel_identity c ON c.person_id = p.id AND c.reachable
        AND c.platform = ${app.platform} AND c.app_id = ${app.appId}
      WHERE m.tenant_id = ANY (${[...tenantIds]}::uuid[]) AND m.revoked_at IS NULL
      ORDER BY m.tenant_id, array_position(${[...MEMBER_ROLES]}, m.role), p.name COLLATE "C", c.external_id`,
  );
  const byTenant = new Map<string, ReachableMember[]>();
  for (const member of found) {
    const members = byTenant.get(member.tenantId);
    if (members) members.push(member);
    else byTenant.set(member.tenantId, [member]);
  }
  return byTenant;
}
