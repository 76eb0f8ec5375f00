import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import type { ReconciliationContext } from "../reconciliation/context.ts";
import { runReconciliation } from "../reconciliation/run-reconciliation.ts";

/** An account of which nothing came for so long is not watched any more; a day further back is for people. */
const WATCHED_DAYS = 40;

/**
 * Judges the day that has ended for every account whose statements come in, also where this day's did not: it is then on
 * record as open, and says so. Looks again at every day on record that is open, since a later file may cover it. Returns how
 * many days were looked at and how many are closed now.
 */
export async function closeDueDays(
  db: Database,
  day: CivilDate,
  context: ReconciliationContext,
): Promise<{ readonly days: number; readonly closed: number }> {
  const since = addDays(day, -WATCHED_DAYS);
  const due = await inTransaction(db, (tx) =>
    rows<{ accountCode: string; day: CivilDate }>(
      tx,
      Prisma.sql`SELECT account_code AS "accountCode", ${day} AS day FROM statement_file f
          WHERE statement_date BETWEEN ${since}::date AND ${day}::date
            AND NOT EXISTS (SELECT 1 FROM statement_day s WHERE s.account_code = f.account_code AND s.day = ${day}::date)
        UNION SELECT account_code, day::text FROM statement_day
          WHERE NOT closed AND day BETWEEN ${since}::date AND ${day}::date
        ORDER BY 2, 1`,
    ),
  );
  let closed = 0;
  for (const { accountCode, day: date } of due) {
    const result = await runReconciliation(db, { accountCode, date, listMatched: false }, context);
    if (result.ok && result.closed) closed += 1;
  }
  return { days: due.length, closed };
}
