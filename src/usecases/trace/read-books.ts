import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import type { TraceSubjects } from "./find-subjects.ts";
import type { TraceEntry } from "./trace.ts";

/** What of it is in the books, and who did what. */
export async function bookEntries(tx: Transaction, subjects: TraceSubjects): Promise<TraceEntry[]> {
  const { billIds, lineIds, orderIds, receiptIds } = subjects;
  const subjectIds = [...billIds, ...lineIds, ...orderIds, ...receiptIds];
  if (subjectIds.length === 0) return [];
  return [...(await ledgerEntries(tx, subjectIds, lineIds)), ...(await auditEntries(tx, subjectIds))];
}

/** Events of these subjects, and other events' pairs on their lines. */
async function ledgerEntries(
  tx: Transaction,
  subjectIds: readonly string[],
  lineIds: readonly string[],
): Promise<TraceEntry[]> {
  const found = await rows<{
    recorded_at: Date;
    event_type: string;
    period: string;
    debit: string;
    credit: string;
    amount_fen: Fen;
  }>(
    tx,
    Prisma.sql`SELECT t.recorded_at, t.event_type, t.period, p.debit_account AS debit, p.credit_account AS credit,
        sum(p.amount_fen)::bigint AS amount_fen
      FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id
      WHERE t.event_id = ANY (${[...subjectIds]}::uuid[]) OR p.line_id = ANY (${[...lineIds]}::uuid[])
      GROUP BY t.id, p.debit_account, p.credit_account ORDER BY t.id, p.debit_account, p.credit_account`,
  );
  return found.map(({ recorded_at, event_type, period, debit, credit, amount_fen }) => ({
    at: recorded_at.toISOString(),
    what: "ledger",
    subject: event_type,
    detail: `${debit} → ${credit} ${formatYuan(amount_fen)} in ${period}`,
  }));
}

/** Who and what, not the contents: before and after may hold personal data. */
async function auditEntries(tx: Transaction, subjectIds: readonly string[]): Promise<TraceEntry[]> {
  const found = await rows<{ at: Date; sequence: bigint; actor: string; channel: string; action: string }>(
    tx,
    Prisma.sql`SELECT at, sequence, actor, channel, action FROM audit_event WHERE subject_id = ANY (${[...subjectIds]}::text[])`,
  );
  return found.map(({ at, sequence, actor, channel, action }) => ({
    at: at.toISOString(),
    what: "audit",
    subject: `event ${sequence}`,
    detail: `${action} by ${actor} (${channel})`,
  }));
}
