import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

/** A row in every table of moving out (migration 0021), for insertEveryTable: a tenant asked to agree to the first sheet. */
export async function insertMovingOut(
  tx: Transaction,
  ids: {
    readonly entityId: string;
    readonly projectId: string;
    readonly tenantId: string;
    readonly leaseId: string;
  },
): Promise<void> {
  const whose = { entity_id: ids.entityId, tenant_id: ids.tenantId, lease_id: ids.leaseId };
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  const moveOutId = await row("move_out", {
    ...whose,
    number: "TZ-202608-00001",
    project_id: ids.projectId,
    last_day: "2026-08-31",
    notice_on: "2026-08-01",
    reason: "搬厂",
    state: "open",
    sheet_version: 1,
    consent: "asked",
  });
  await insertRow(tx, "move_out_sheet", { move_out_id: moveOutId, version: 1, as_of: "2026-08-31", content: {} });
  // Of the deposit that was taken over: 1 fen of 100.
  await row("deposit_use", {
    ...whose,
    move_out_id: moveOutId,
    kind: "offset",
    event_id: newId(),
    amount_fen: 1n,
    reason: "抵欠费",
    used_on: "2026-08-31",
  });
  await tx.$executeRaw`INSERT INTO move_out_refund (refund_id, move_out_id) SELECT id, ${moveOutId}::uuid FROM refund LIMIT 1`;
}
