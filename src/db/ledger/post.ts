import { Prisma } from "../../../generated/prisma/client.ts";
import type { Posting } from "../../domain/ledger/posting.ts";
import { newId } from "../ids.ts";
import { toRecordset } from "../recordset.ts";
import type { Transaction } from "../transaction.ts";

/**
 * One event of money-rules 9 as it enters the books. `eventType` + `eventId` is posted at most once (I10). The postings
 * come from the templates of src/domain/ledger with row ids in their `entity`, `project`, `tenant`, `lease` and `lineId`;
 * they share entity, booking date (see openBookingDate) and value date.
 */
export interface LedgerTransactionRecord {
  readonly eventType: string;
  readonly eventId: string;
  readonly postings: readonly Posting[];
}

/**
 * Writes events and their pairs, set-based. Throws on a second posting of the same event (unique constraint) and on a
 * locked period (trigger): callers decide idempotency before they post.
 */
export async function postToLedger(tx: Transaction, records: readonly LedgerTransactionRecord[]): Promise<void> {
  const transactions = [];
  const postings = [];
  for (const record of records) {
    const [first] = record.postings;
    if (!first) continue;
    const id = newId();
    transactions.push({
      id,
      entity_id: first.entity,
      event_type: record.eventType,
      event_id: record.eventId,
      period: first.bookingDate.slice(0, 7),
      booking_date: first.bookingDate,
      value_date: first.valueDate,
    });
    for (const posting of record.postings) {
      postings.push({
        id: newId(),
        transaction_id: id,
        entity_id: posting.entity,
        debit_account: posting.debit,
        credit_account: posting.credit,
        amount_fen: posting.amountFen,
        project_id: posting.project ?? null,
        tenant_id: posting.tenant ?? null,
        lease_id: posting.lease ?? null,
        line_id: posting.lineId ?? null,
        service_from: posting.servicePeriod?.from ?? null,
        service_to: posting.servicePeriod?.to ?? null,
      });
    }
  }
  if (transactions.length === 0) return;
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO ledger_transaction (id, entity_id, event_type, event_id, period, booking_date, value_date)
    SELECT * FROM jsonb_to_recordset(${toRecordset(transactions)}::jsonb) AS t(
      id uuid, entity_id uuid, event_type text, event_id uuid, period text, booking_date date, value_date date)`);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO ledger_posting (id, transaction_id, entity_id, debit_account, credit_account, amount_fen, project_id,
      tenant_id, lease_id, line_id, service_from, service_to)
    SELECT * FROM jsonb_to_recordset(${toRecordset(postings)}::jsonb) AS t(
      id uuid, transaction_id uuid, entity_id uuid, debit_account text, credit_account text, amount_fen bigint,
      project_id uuid, tenant_id uuid, lease_id uuid, line_id uuid, service_from date, service_to date)`);
}
