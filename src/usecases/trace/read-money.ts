import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import type { TraceSubjects } from "./find-subjects.ts";
import { maskText } from "./masking.ts";
import type { TraceEntry } from "./trace.ts";

interface EntryRow {
  readonly at: Date;
  readonly subject: string;
  readonly amount_fen: Fen;
  readonly detail: string;
}

/** Bills, orders with the calls made for them, receipts and what they paid. */
export async function moneyEntries(tx: Transaction, subjects: TraceSubjects): Promise<TraceEntry[]> {
  const { billIds, lineIds, orderIds, receiptIds } = subjects;
  const entries: TraceEntry[] = [];
  const add = async (what: TraceEntry["what"], query: Prisma.Sql): Promise<void> => {
    for (const { at, subject, amount_fen, detail } of await rows<EntryRow>(tx, query)) {
      const amount = amount_fen === 0n ? "" : `${formatYuan(amount_fen)} `;
      entries.push({ at: at.toISOString(), what, subject, detail: `${amount}${maskCall(what, detail)}` });
    }
  };
  await add(
    "bill",
    Prisma.sql`SELECT issued_at AS at, bill_no AS subject, total_fen AS amount_fen, 'issued, due ' || due_date AS detail
        FROM bill WHERE id = ANY (${[...billIds]}::uuid[]) AND issued_at IS NOT NULL
      UNION ALL SELECT published_at, bill_no, total_fen, 'published' FROM bill
        WHERE id = ANY (${[...billIds]}::uuid[]) AND published_at IS NOT NULL`,
  );
  await add(
    "order",
    Prisma.sql`SELECT created_at AS at, out_trade_no AS subject, amount_fen, concat_ws(', ', method, state,
        'frozen as of ' || frozen_as_of) AS detail FROM payment_order WHERE id = ANY (${[...orderIds]}::uuid[])`,
  );
  await add(
    "vendor-call",
    Prisma.sql`SELECT started_at AS at, vendor || ' ' || operation AS subject, 0::bigint AS amount_fen,
        'try ' || attempt || ': ' || state || coalesce(', ' || (finished_at - started_at)::text, ', no outcome yet') AS detail
      FROM vendor_call WHERE subject_id = ANY (${[...orderIds, ...receiptIds]}::uuid[])`,
  );
  await add(
    "receipt",
    Prisma.sql`SELECT known_at AS at, receipt_no AS subject, amount_fen, concat_ws(', ', channel,
        'value date ' || value_date, state) AS detail FROM receipt WHERE id = ANY (${[...receiptIds]}::uuid[])`,
  );
  const ofThese = Prisma.sql`(a.source = 'receipt' AND a.source_id = ANY (${[...receiptIds]}::uuid[])
      OR a.source = 'prepayment' AND a.source_id IN (SELECT id FROM prepayment WHERE receipt_id = ANY (${[...receiptIds]}::uuid[]))
      OR a.line_id = ANY (${[...lineIds]}::uuid[]))`;
  await add(
    "allocation",
    Prisma.sql`SELECT ${eventTime(Prisma.sql`a.source_id`, ["receipt.recorded", "receipt.claimed"], Prisma.sql`a.recorded_at`)} AS at, b.bill_no AS subject, a.amount_fen, concat_ws(' ', l.charge_code, a.component,
        'from ' || a.source || ',', 'value date ' || a.value_date || ',', a.rule) AS detail
      FROM allocation a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id WHERE ${ofThese}`,
  );
  await add(
    "counter-entry",
    Prisma.sql`SELECT ${eventTime(Prisma.sql`v.event_id`, ["receipt.undone"], Prisma.sql`v.recorded_at`)} AS at, b.bill_no AS subject, -v.amount_fen AS amount_fen, concat_ws(' ', l.charge_code,
        a.component || ',', v.reason, 'as of ' || v.effective_date) AS detail
      FROM allocation_reversal v JOIN allocation a ON a.id = v.allocation_id JOIN bill_line l ON l.id = a.line_id
      JOIN bill b ON b.id = l.bill_id WHERE ${ofThese}`,
  );
  await add(
    "prepayment",
    Prisma.sql`SELECT recorded_at AS at, id::text AS subject, amount_fen, 'of ' || origin || ', left '
        || to_char(remaining_fen / 100.0, 'FM999999999990.00') AS detail
      FROM prepayment WHERE receipt_id = ANY (${[...receiptIds]}::uuid[])`,
  );
  return entries;
}

/**
 * When the event began that wrote a row. Allocations keep the moment of writing, the books the begin of the transaction:
 * without this, what a receipt paid would come after the posting of it.
 */
const eventTime = (eventId: Prisma.Sql, types: readonly string[], otherwise: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`coalesce((SELECT max(t.recorded_at) FROM ledger_transaction t WHERE t.event_type = ANY (${[...types]}::text[])
    AND t.event_id = ${eventId}), ${otherwise})`;

/** Only calls carry a vendor's words. */
const maskCall = (what: TraceEntry["what"], detail: string): string =>
  what === "vendor-call" ? maskText(detail) : detail;
