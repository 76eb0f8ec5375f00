import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { mayTenant, ROLES_OF_TENANT_ACTION, type TenantAction } from "../../domain/people/tenant-permissions.ts";
import type { Sender } from "../queries/find-sender.ts";

/**
 * The person who acts for a tenant, if a member in a role that may: by what is known of who speaks, and again by query, so that
 * a membership that ended meanwhile, or a caller who took the wrong tenant, does nothing. Undefined: may not.
 */
export async function findActingMember(
  tx: Transaction,
  sender: Sender | undefined,
  tenantId: string,
  action: TenantAction,
): Promise<string | undefined> {
  const membership = sender?.memberships.find((one) => one.tenantId === tenantId);
  if (!sender || !membership || !mayTenant(membership.role, action)) return undefined;
  const held = await row(
    tx,
    Prisma.sql`SELECT 1 AS held FROM tenant_member WHERE tenant_id = ${tenantId}::uuid
      AND person_id = ${sender.personId}::uuid AND revoked_at IS NULL
      AND role = ANY (${[...ROLES_OF_TENANT_ACTION[action]]})`,
  );
  return held ? sender.personId : undefined;
}
