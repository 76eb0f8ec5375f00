import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { escalateOverdue } from "../exceptions/tell-of-exceptions.ts";
import type { ReconciliationContext } from "./context.ts";
import { runReconciliation } from "./run-reconciliation.ts";

/** How far back a day that is not closed is looked at again. */
const LOOK_BACK_DAYS = 40;

/** Reconciles every day of which a statement is in and that is not closed, or has got more since, the oldest first. Returns how many it closed. */
export async function reconcileDueDays(
  db: Database,
  context: ReconciliationContext,
): Promise<{ readonly days: number; readonly closed: number }> {
  const due = await inTransaction(db, (tx) =>
    rows<{ accountCode: string; day: CivilDate }>(
      tx,
      Prisma.sql`SELECT DISTINCT f.account_code AS "accountCode", d.day::text AS day
        FROM statement_file f CROSS JOIN LATERAL (SELECT f.statement_date AS day
          UNION SELECT l.booking_date FROM statement_line l WHERE l.file_id = f.id) d
        LEFT JOIN statement_day s ON s.account_code = f.account_code AND s.day = d.day
        WHERE d.day >= ${addDays(context.today, -LOOK_BACK_DAYS)}::date AND (s.closed IS DISTINCT FROM true
          -- A bill that came in after its day was closed: the fund-flow bill follows the trade bill.
          OR EXISTS (SELECT 1 FROM statement_line l WHERE l.file_id = f.id AND l.amount_fen <> 0
            AND (l.booking_date = d.day OR f.statement_date = d.day)
            AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = l.id AND m.active)))
        ORDER BY 2, 1`,
    ),
  );
  let closed = 0;
  for (const { accountCode, day } of due) {
    const result = await runReconciliation(db, { accountCode, date: day, listMatched: false }, context);
    if (result.ok && result.closed) closed += 1;
  }
  return { days: due.length, closed };
}

export const escalateDifferences = (db: Database, context: ReconciliationContext): Promise<number> =>
  inTransaction(db, (tx) => escalateOverdue(tx, context));
