import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import type { Party, VoucherEvent } from "../../domain/vouchers/voucher.ts";

interface PairRow {
  readonly id: string;
  readonly type: string;
  readonly booking_date: CivilDate;
  readonly document_no: string;
  readonly debit_account: string;
  readonly credit_account: string;
  readonly amount_fen: Fen;
  readonly tenant_id: string | null;
  readonly tenant_name: string | null;
  readonly project_id: string | null;
  readonly project_name: string | null;
}

/** The events of an entity and month that no voucher holds yet, in booking order. */
export async function loadVoucherEvents(tx: Transaction, entityId: string, month: Month): Promise<VoucherEvent[]> {
  const found = await rows<PairRow>(
    tx,
    Prisma.sql`SELECT t.id, t.event_type AS type, t.booking_date::text AS booking_date,
        coalesce(b.bill_no, r.receipt_no, f.refund_no, s.shift_no, named.bill_no, '') AS document_no,
        p.debit_account, p.credit_account, p.amount_fen, p.tenant_id, n.name AS tenant_name, p.project_id, j.name AS project_name
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
      LEFT JOIN bill b ON b.id = t.event_id
      LEFT JOIN receipt r ON r.id = t.event_id
      LEFT JOIN refund f ON f.id = t.event_id
      LEFT JOIN cashier_shift s ON s.id = t.event_id
      LEFT JOIN bill_line l ON l.id = p.line_id
      LEFT JOIN bill named ON named.id = l.bill_id
      LEFT JOIN tenant n ON n.id = p.tenant_id
      LEFT JOIN project j ON j.id = p.project_id
      WHERE t.entity_id = ${entityId}::uuid AND t.period = ${month}
        AND NOT EXISTS (SELECT 1 FROM voucher_event v WHERE v.transaction_id = t.id)
      ORDER BY t.booking_date, t.id, p.id`,
  );
  const events = new Map<string, VoucherEvent & { readonly pairs: VoucherEvent["pairs"][number][] }>();
  for (const pair of found) {
    const event = events.get(pair.id) ?? {
      id: pair.id,
      type: pair.type,
      bookingDate: pair.booking_date,
      documentNo: pair.document_no,
      pairs: [],
    };
    events.set(pair.id, event);
    event.pairs.push({
      debit: pair.debit_account,
      credit: pair.credit_account,
      amountFen: pair.amount_fen,
      tenant: partyOf(pair.tenant_id, pair.tenant_name),
      project: partyOf(pair.project_id, pair.project_name),
    });
  }
  return [...events.values()];
}

const partyOf = (id: string | null, name: string | null): Party | undefined =>
  id === null ? undefined : { id, name: name ?? "" };
