import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { REMINDER_TASK_KEY } from "../reminders/remind-of-dates.ts";
import type { MoveOutContext } from "./context.ts";
import { tellTenant } from "./notices.ts";
import { loadProgress } from "./progress.ts";
import { auditMoveOut, findMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

/**
 * Closes a lease that is settled: its reminders end with it, and the tenant's virtual account where no other lease at the
 * entity goes on. The units are vacant since the day after the last one. Refused while a step is missing. Twice is once.
 */
export async function closeMoveOut(
  tx: Transaction,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
): Promise<{ readonly ok: true; readonly moveOut: StoredMoveOut } | Refusal> {
  if (moveOut.state === "closed") return { ok: true, moveOut };
  const { steps } = await loadProgress(tx, moveOut, context.today);
  if (steps.find(({ step }) => step === "close")?.state !== "now") {
    return refuse("STEPS_MISSING", "退租结算还有步骤没有完成，不能结案。", "Steps of the settlement are missing.");
  }
  await execute(
    tx,
    Prisma.sql`UPDATE move_out SET state = 'closed', closed_on = ${context.today}::date WHERE id = ${moveOut.moveOutId}::uuid`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE virtual_account SET valid = daterange(lower(valid), ${context.today}::date, '[]')
      WHERE tenant_id = ${moveOut.tenantId}::uuid AND entity_id = ${moveOut.entityId}::uuid
        AND valid @> (${context.today}::date + 1)
        AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = ${moveOut.tenantId}::uuid
          AND l.entity_id = ${moveOut.entityId}::uuid AND l.id <> ${moveOut.leaseId}::uuid AND l.end_date >= ${context.today}::date)`,
  );
  // What is paid closes its tasks by itself; a promise to return a deposit has no other end.
  await execute(
    tx,
    Prisma.sql`UPDATE steward_task t SET state = 'done', closed_on = ${context.today}::date, closed_by = ${context.actor},
        closed_reason = 'settled', version = t.version + 1
      FROM reminder r WHERE t.state = 'open' AND t.kind = 'reminder' AND r.lease_id = ${moveOut.leaseId}::uuid
        AND t.subject_key = ${REMINDER_TASK_KEY} || r.subject_key`,
  );
  await auditMoveOut(tx, context, moveOut.moveOutId, "closed");
  const closed = await findMoveOut(tx, moveOut);
  if (!closed) throw new Error("a settlement that was just closed is gone");
  await tellTenant(tx, "closed", closed, context);
  return { ok: true, moveOut: closed };
}
