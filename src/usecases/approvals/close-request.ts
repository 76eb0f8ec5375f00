import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalContext, ApprovalRequest } from "./approval.ts";
import { lockAndLoad } from "./stored-request.ts";

/** Locks the account of a document's tenant and entity, then the document, and reads it. Undefined: there is none. */
export async function lockRequest(tx: Transaction, id: string): Promise<ApprovalRequest | undefined> {
  const known = await row<{ id: string; tenantId: string | null; entityId: string | null }>(
    tx,
    Prisma.sql`SELECT id, tenant_id AS "tenantId", entity_id AS "entityId" FROM approval_request WHERE id::text = ${id}`,
  );
  if (!known) return undefined;
  const { tenantId, entityId } = known;
  if (tenantId !== null && entityId !== null) await lockTenantAccounts(tx, [{ tenantId, entityId }]);
  return lockAndLoad(tx, known.id);
}

/** Ends a document for good; the database lets nobody change it afterwards. */
export async function closeRequest(
  tx: Transaction,
  request: ApprovalRequest,
  end: { readonly state: "approved" | "rejected" | "cancelled" | "expired"; readonly reason?: string | undefined },
  context: ApprovalContext,
): Promise<ApprovalRequest> {
  await execute(
    tx,
    Prisma.sql`UPDATE approval_request SET state = ${end.state}, revision = revision + 1, closed_on = ${context.today}::date,
        closed_by = ${context.actor}, closed_reason = ${end.reason ?? null} WHERE id = ${request.id}::uuid`,
  );
  const closed = await lockAndLoad(tx, request.id);
  if (!closed) throw new Error(`the approval request ${request.id} is gone`);
  return closed;
}
