import { Prisma } from "../../generated/prisma/client.ts";
import { toRecordset } from "./recordset.ts";
import type { Transaction } from "./transaction.ts";

export interface TenantAccountKey {
  readonly tenantId: string;
  readonly entityId: string;
}

/**
 * Locks the (tenant, entity) accounts until the transaction ends, creating missing ones. Every use case that moves
 * money takes these first and in key order, so that no two of them can wait for each other in a circle.
 */
export async function lockTenantAccounts(tx: Transaction, keys: readonly TenantAccountKey[]): Promise<void> {
  if (keys.length === 0) return;
  const wanted = toRecordset(keys.map((key) => ({ tenant_id: key.tenantId, entity_id: key.entityId })));
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO tenant_account (tenant_id, entity_id)
    SELECT DISTINCT tenant_id, entity_id FROM jsonb_to_recordset(${wanted}::jsonb) AS t(tenant_id uuid, entity_id uuid)
    ORDER BY tenant_id, entity_id
    ON CONFLICT DO NOTHING`);
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS locked FROM tenant_account
    WHERE (tenant_id, entity_id) IN (
      SELECT tenant_id, entity_id FROM jsonb_to_recordset(${wanted}::jsonb) AS t(tenant_id uuid, entity_id uuid))
    ORDER BY tenant_id, entity_id
    FOR UPDATE`);
}
