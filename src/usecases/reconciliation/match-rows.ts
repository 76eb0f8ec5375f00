import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

export type BookKind = "receipt" | "refund" | "fee" | "settlement" | "exception" | "fund" | "movement";

export interface NewMatch {
  readonly lineId: string;
  readonly bookKind: BookKind;
  readonly bookId: string;
  readonly stage: number;
  readonly reasons: readonly string[];
  readonly matchedBy: string;
}

/** Takes lines with book rows. A line or row that is taken already fails on its unique index: the caller holds the line. */
export async function writeMatches(tx: Transaction, matches: readonly NewMatch[]): Promise<void> {
  if (matches.length === 0) return;
  const values = matches.map((match) => ({
    id: newId(),
    line_id: match.lineId,
    book_kind: match.bookKind,
    book_id: match.bookId,
    stage: match.stage,
    reasons: match.reasons,
    matched_by: match.matchedBy,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO match_item (id, statement_line_id, book_kind, book_id, stage, reasons, active, matched_by)
      SELECT id, line_id, book_kind, book_id, stage, reasons, true, matched_by
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, line_id uuid, book_kind text, book_id uuid,
        stage integer, reasons jsonb, matched_by text)`,
  );
}

/** Lets go of whatever a line is matched with; the row stays as history. */
export const releaseLine = (tx: Transaction, lineId: string): Promise<number> =>
  execute(tx, Prisma.sql`UPDATE match_item SET active = false WHERE statement_line_id = ${lineId}::uuid AND active`);

/** Holds a line until the transaction ends: the lock of everything that matches or releases it. */
export async function lockLine(tx: Transaction, lineId: string): Promise<{ readonly taken: boolean }> {
  await execute(tx, Prisma.sql`SELECT 1 FROM statement_line WHERE id = ${lineId}::uuid FOR UPDATE`);
  const found = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM match_item WHERE statement_line_id = ${lineId}::uuid AND active`,
  );
  return { taken: found !== undefined };
}
