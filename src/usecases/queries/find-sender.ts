import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { MemberRole } from "../../domain/people/tenant-permissions.ts";

export interface Membership {
  readonly tenantId: string;
  readonly tenantName: string;
  /** Of the tenant's first lease; "" for a tenant without one. */
  readonly projectName: string;
  readonly role: MemberRole;
}

/** A person whom we know on a platform, with the tenants that the person may speak for, by name. */
export interface Sender {
  readonly personId: string;
  readonly personName: string;
  readonly memberships: readonly Membership[];
}

/** Who speaks; undefined for a stranger, who learns nothing about anyone. */
export async function findSender(
  tx: Transaction,
  identity: { readonly platform: string; readonly appId: string; readonly externalId: string },
): Promise<Sender | undefined> {
  const found = await rows<{
    person_id: string;
    person_name: string;
    tenant_id: string | null;
    tenant_name: string;
    project_name: string;
    role: Membership["role"];
  }>(
    tx,
    Prisma.sql`SELECT p.id AS person_id, p.name AS person_name, t.id AS tenant_id, t.name AS tenant_name,
        coalesce((SELECT pr.name FROM lease l JOIN project pr ON pr.id = l.project_id
          WHERE l.tenant_id = t.id ORDER BY l.start_date DESC, l.code COLLATE "C" LIMIT 1), '') AS project_name, m.role
      FROM channel_identity c
      JOIN person p ON p.id = c.person_id AND p.forgotten_at IS NULL
      LEFT JOIN tenant_member m ON m.person_id = p.id AND m.revoked_at IS NULL
      LEFT JOIN tenant t ON t.id = m.tenant_id
      WHERE c.platform = ${identity.platform} AND c.app_id = ${identity.appId} AND c.external_id = ${identity.externalId}
      ORDER BY t.name COLLATE "C"`,
  );
  const [first] = found;
  if (!first) return undefined;
  return {
    personId: first.person_id,
    personName: first.person_name,
    memberships: found.flatMap((row) =>
      row.tenant_id === null
        ? []
        : [{ tenantId: row.tenant_id, tenantName: row.tenant_name, projectName: row.project_name, role: row.role }],
    ),
  };
}

/** The name of a tenant, for sentences about it. */
export async function findTenantName(tx: Transaction, tenantId: string): Promise<string> {
  const [tenant] = await rows<{ name: string }>(tx, Prisma.sql`SELECT name FROM tenant WHERE id = ${tenantId}::uuid`);
  return tenant?.name ?? "";
}
