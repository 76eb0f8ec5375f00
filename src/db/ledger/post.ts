import { Prisma } from "../../../generated/prisma/client.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { newId } from "../ids.ts";
import { toRecordset } from "../recordset.ts";
import type { Transaction } from "../transaction.ts";

/** One event of money-rules 9 as it enters the books. `eventType` + `eventId` is posted at most once (I10). */
export interface LedgerTransactionRecord {
  readonly entityId: string;
  readonly eventType: string;
  readonly eventId: string;
  /** Decides the accounting period; see openBookingDate. */
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
  readonly postings: readonly LedgerPostingRecord[];
}

/** A pair: balanced by construction. Amounts of zero are left out by the poster. */
export interface LedgerPostingRecord {
  readonly debitAccount: string;
  readonly creditAccount: string;
  readonly amountFen: Fen;
  readonly projectId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly leaseId?: string | undefined;
  readonly lineId?: string | undefined;
  readonly serviceFrom?: CivilDate | undefined;
  readonly serviceTo?: CivilDate | undefined;
}

/**
 * Writes events and their pairs, set-based. Throws on a second posting of the same event (unique constraint) and on a
 * locked period (trigger): callers decide idempotency before they post.
 */
export async function postToLedger(tx: Transaction, records: readonly LedgerTransactionRecord[]): Promise<void> {
  const transactions = [];
  const postings = [];
  for (const record of records) {
    const pairs = record.postings.filter((posting) => posting.amountFen !== 0n);
    if (pairs.length === 0) continue;
    const id = newId();
    transactions.push({
      id,
      entity_id: record.entityId,
      event_type: record.eventType,
      event_id: record.eventId,
      period: record.bookingDate.slice(0, 7),
      booking_date: record.bookingDate,
      value_date: record.valueDate,
    });
    for (const pair of pairs) {
      postings.push({
        id: newId(),
        transaction_id: id,
        entity_id: record.entityId,
        debit_account: pair.debitAccount,
        credit_account: pair.creditAccount,
        amount_fen: pair.amountFen,
        project_id: pair.projectId ?? null,
        tenant_id: pair.tenantId ?? null,
        lease_id: pair.leaseId ?? null,
        line_id: pair.lineId ?? null,
        service_from: pair.serviceFrom ?? null,
        service_to: pair.serviceTo ?? null,
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
