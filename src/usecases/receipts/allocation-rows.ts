import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart } from "../../domain/allocation/open-line.ts";
import type { StandingAllocation } from "../../domain/allocation/undo.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** An allocation about to be written; amounts above zero. */
export interface NewAllocation {
  readonly entityId: string;
  readonly tenantId: string;
  readonly source: "receipt" | "prepayment";
  readonly sourceId: string;
  readonly lineId: string;
  readonly part: LinePart;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly rule: string;
  /** Who selected the line; undefined: nobody, the order did. */
  readonly designatedBy?: string | undefined;
}

/** Writes allocations in the given order and lowers the open principal of their lines. */
export async function writeAllocations(tx: Transaction, allocations: readonly NewAllocation[]): Promise<void> {
  if (allocations.length === 0) return;
  const nextSequence = await nextSequences(tx, allocations);
  const values = allocations.map((allocation) => {
    const sequence = nextSequence.get(allocation.sourceId) ?? 0;
    nextSequence.set(allocation.sourceId, sequence + 1);
    return {
      id: newId(),
      entity_id: allocation.entityId,
      tenant_id: allocation.tenantId,
      source: allocation.source,
      source_id: allocation.sourceId,
      sequence,
      line_id: allocation.lineId,
      component: allocation.part,
      amount_fen: allocation.amountFen,
      value_date: allocation.valueDate,
      rule: allocation.rule,
      designated_by: allocation.designatedBy ?? null,
    };
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO allocation (id, entity_id, tenant_id, source, source_id, sequence, line_id, component,
        amount_fen, value_date, rule, designated_by)
      SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, entity_id uuid, tenant_id uuid,
        source text, source_id uuid, sequence integer, line_id uuid, component text, amount_fen bigint, value_date date,
        rule text, designated_by text)`,
  );
  await movePrincipal(
    tx,
    allocations.map(({ lineId, part, amountFen }) => ({ lineId, part, amountFen: -amountFen })),
  );
}

/** A counter-entry about to be written. */
export interface NewCounterEntry {
  readonly allocationId: string;
  readonly eventId: string;
  readonly amountFen: Fen;
  readonly reason: "undo" | "correction" | "late-fee" | "refund";
  /** From this day on the money no longer counts. */
  readonly effectiveDate: CivilDate;
}

/** Writes counter-entries only; what they open again is the caller's to say (movePrincipal). */
export async function writeCounterEntries(tx: Transaction, entries: readonly NewCounterEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const values = entries.map((entry) => ({
    allocation_id: entry.allocationId,
    event_id: entry.eventId,
    amount_fen: entry.amountFen,
    reason: entry.reason,
    effective_date: entry.effectiveDate,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO allocation_reversal (allocation_id, event_id, amount_fen, reason, effective_date)
      SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(allocation_id uuid, event_id uuid,
        amount_fen bigint, reason text, effective_date date)`,
  );
}

/** Adds to the open principal of lines; parts that are late fee are passed over (accrueLateFees restates those). */
export async function movePrincipal(
  tx: Transaction,
  movements: readonly { readonly lineId: string; readonly part: LinePart; readonly amountFen: Fen }[],
): Promise<void> {
  const values = movements
    .filter((movement) => movement.part === "principal")
    .map(({ lineId, amountFen }) => ({ line_id: lineId, amount_fen: amountFen }));
  if (values.length === 0) return;
  await execute(
    tx,
    Prisma.sql`UPDATE receivable r SET open_fen = r.open_fen + moved.amount_fen
      FROM (SELECT line_id, sum(amount_fen) AS amount_fen
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(line_id uuid, amount_fen bigint) GROUP BY line_id) moved
      WHERE r.line_id = moved.line_id`,
  );
}

/** An allocation as it stands, with where its money came from. */
export interface StandingRow extends StandingAllocation {
  readonly lineId: string;
  readonly part: LinePart;
  readonly source: "receipt" | "prepayment";
  readonly sourceId: string;
  /** Whose money it is; null: a prepayment of no receipt. */
  readonly receiptId: string | null;
}

/** All allocations of some lines, or all that a receipt's money pays (also by way of its prepayment), in order of booking. */
export async function loadStandingAllocations(
  tx: Transaction,
  of: { readonly lineIds: readonly string[] } | { readonly receiptId: string },
): Promise<StandingRow[]> {
  const condition =
    "lineIds" in of
      ? Prisma.sql`a.line_id = ANY (${[...of.lineIds]}::uuid[])`
      : Prisma.sql`(a.source = 'receipt' AND a.source_id = ${of.receiptId}::uuid) OR (a.source = 'prepayment'
          AND a.source_id IN (SELECT id FROM prepayment WHERE receipt_id = ${of.receiptId}::uuid))`;
  const found = await rows<Omit<StandingRow, "sequence">>(
    tx,
    Prisma.sql`SELECT a.id AS "allocationId", a.line_id AS "lineId", a.component AS part, a.source,
        a.source_id AS "sourceId", a.value_date::text AS "valueDate",
        CASE a.source WHEN 'receipt' THEN a.source_id
          ELSE (SELECT p.receipt_id FROM prepayment p WHERE p.id = a.source_id) END AS "receiptId",
        (a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0))::bigint
          AS "remainingFen"
      FROM allocation a WHERE ${condition} ORDER BY a.id`,
  );
  // Ids grow with time and all writers hold the account's lock: their order is the order of booking.
  return found.map((row, sequence) => ({ ...row, sequence }));
}

async function nextSequences(tx: Transaction, allocations: readonly NewAllocation[]): Promise<Map<string, number>> {
  const sources = [...new Set(allocations.map((allocation) => allocation.sourceId))];
  const taken = await rows<{ source_id: string; next: number }>(
    tx,
    Prisma.sql`SELECT source_id, max(sequence) + 1 AS next FROM allocation
      WHERE source_id = ANY (${sources}::uuid[]) GROUP BY source_id`,
  );
  return new Map(taken.map((row) => [row.source_id, row.next]));
}
