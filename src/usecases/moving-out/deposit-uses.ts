import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DepositPart } from "../../domain/moving-out/settlement-plan.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

/** Records what of which deposit was set off or kept; the database refuses more than is held. */
export async function writeDepositUses(
  tx: Transaction,
  moveOut: Pick<StoredMoveOut, "moveOutId" | "entityId" | "tenantId" | "leaseId">,
  parts: readonly DepositPart[],
  use: {
    readonly kind: "offset" | "forfeit";
    readonly eventId: string;
    readonly reason: string;
    readonly approvalId?: string;
    readonly usedOn: CivilDate;
  },
): Promise<void> {
  const values = parts.map((part) => ({
    id: newId(),
    line_id: part.lineId,
    receipt_id: part.receiptId,
    amount_fen: part.amountFen,
  }));
  if (values.length === 0) return;
  await execute(
    tx,
    Prisma.sql`INSERT INTO deposit_use (id, entity_id, tenant_id, lease_id, move_out_id, kind, event_id, line_id, receipt_id,
        amount_fen, reason, approval_id, used_on)
      SELECT t.id, ${moveOut.entityId}::uuid, ${moveOut.tenantId}::uuid, ${moveOut.leaseId}::uuid, ${moveOut.moveOutId}::uuid,
        ${use.kind}, ${use.eventId}::uuid, t.line_id, t.receipt_id, t.amount_fen, ${use.reason},
        ${use.approvalId ?? null}::uuid, ${use.usedOn}::date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, line_id uuid, receipt_id uuid, amount_fen bigint)`,
  );
}
