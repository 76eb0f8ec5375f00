import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StatementGap } from "../../domain/reconciliation/file-proof.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { StoredFile } from "./store-lines.ts";

/** `STATEMENT_GAP` of exception_item: one a day of an account's statement, with everything that does not add up on it. */
export interface DayGaps {
  readonly date: CivilDate;
  readonly gaps: readonly StatementGap[];
}

const gapKey = (file: StoredFile, date: CivilDate): string => `${file.accountCode}|${file.source}|${date}`;

/** Gaps by day; those of the file as a whole stand under the day for which it was given in. */
export function gapsByDay(gaps: readonly StatementGap[], fileDate: CivilDate): DayGaps[] {
  const days = new Map<CivilDate, StatementGap[]>();
  for (const gap of gaps) {
    const date = gap.date ?? fileDate;
    days.set(date, [...(days.get(date) ?? []), gap]);
  }
  return [...days].map(([date, ofDay]) => ({ date, gaps: ofDay })).sort((a, b) => (a.date < b.date ? -1 : 1));
}

/**
 * Puts the gaps before people: one exception a day; known ones get today's facts, resolved ones open again only when the
 * amount is another. Exceptions of the days in `covered` that have no gap any more are resolved: the lines have come.
 */
export async function recordGaps(
  tx: Transaction,
  file: StoredFile,
  days: readonly DayGaps[],
  covered: DateRange,
): Promise<void> {
  const values = days.map(({ date, gaps }) => ({
    id: newId(),
    key: gapKey(file, date),
    facts: {
      account: file.accountCode,
      source: file.source,
      date,
      fileId: file.fileId,
      amountFen: Number(gaps.find(({ amountFen }) => amountFen !== 0n)?.amountFen ?? 0n),
      reasons: gaps.slice(0, 20).map(({ what }) => what),
      differences: gaps.slice(0, 20).map(({ amountFen, what }) => ({ amountFen: Number(amountFen), what })),
      differenceCount: gaps.length,
    },
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
      SELECT id, ${file.entityId}::uuid, 'STATEMENT_GAP', key, facts, 'open'
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, key text, facts jsonb)
      ON CONFLICT (kind, subject_key) DO UPDATE
        SET facts = EXCLUDED.facts, state = 'open', resolved_with = NULL, resolved_by = NULL, resolved_at = NULL
        WHERE exception_item.state = 'open' OR exception_item.resolved_with = 'gap-filled'
          OR exception_item.facts->'amountFen' IS DISTINCT FROM EXCLUDED.facts->'amountFen'`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = 'gap-filled', resolved_by = 'system', resolved_at = now()
      WHERE kind = 'STATEMENT_GAP' AND state = 'open' AND facts->>'account' = ${file.accountCode}
        AND facts->>'source' = ${file.source}
        AND facts->>'date' BETWEEN ${covered.from} AND ${covered.to}
        AND NOT (facts->>'date' = ANY(${days.map(({ date }) => date)}::text[]))`,
  );
}
