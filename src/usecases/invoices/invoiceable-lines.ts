import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { InvoiceableLine } from "../../domain/invoice/invoiceable-line.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

interface LineRow extends Omit<InvoiceableLine, "period"> {
  readonly period_from: CivilDate;
  readonly period_to: CivilDate;
}

/** Which lines: those of the named bills, or all of the tenant that may have something to invoice. */
export interface InvoiceableFilter {
  readonly tenantId: string;
  readonly billNos?: readonly string[] | undefined;
  /** Only charges of these kinds. */
  readonly kinds?: readonly string[] | undefined;
  /** Only lines whose service period begins in these months, "YYYY-MM" both ends included. */
  readonly months?: { readonly from: string; readonly to: string } | undefined;
  readonly lineIds?: readonly string[] | undefined;
}

/**
 * Issued lines with what is due, received and invoiced, in bill order; each line's late fee follows it where there is one.
 * Received is what allocations gave and reversals did not take back: a waiver or a write-off is no money.
 */
export async function loadInvoiceableLines(tx: Transaction, filter: InvoiceableFilter): Promise<InvoiceableLine[]> {
  const found = await rows<LineRow>(
    tx,
    Prisma.sql`WITH chosen AS (
        SELECT l.id, l.bill_id, l.lease_id, l.entity_id, l.kind, l.charge_code, l.period_from, l.period_to, l.position, l.tax_rate,
          b.bill_no, b.due_date, b.published_at IS NOT NULL OR b.origin = 'opening' AS published,
          r.principal_fen, r.late_fee_accrued_fen - r.late_fee_waived_fen AS fee_fen, r.disputed_since IS NOT NULL AS disputed
        FROM receivable r JOIN bill_line l ON l.id = r.line_id JOIN bill b ON b.id = l.bill_id
        WHERE r.tenant_id = ${filter.tenantId}::uuid AND b.state <> 'draft'
          AND ${filter.billNos === undefined ? Prisma.sql`true` : Prisma.sql`b.bill_no = ANY(${[...filter.billNos]}::text[])`}
          AND ${filter.lineIds === undefined ? Prisma.sql`true` : Prisma.sql`l.id = ANY(${[...filter.lineIds]}::uuid[])`}
          AND ${filter.kinds === undefined ? Prisma.sql`true` : Prisma.sql`l.kind = ANY(${[...filter.kinds]}::text[])`}
          AND ${
            filter.months === undefined
              ? Prisma.sql`true`
              : Prisma.sql`to_char(l.period_from, 'YYYY-MM') BETWEEN ${filter.months.from} AND ${filter.months.to}`
          }
      ), received AS (
        SELECT a.line_id, a.component, sum(a.amount_fen - coalesce(v.amount_fen, 0))::bigint AS fen
        FROM allocation a JOIN chosen c ON c.id = a.line_id
        LEFT JOIN LATERAL (SELECT sum(amount_fen) AS amount_fen FROM allocation_reversal v WHERE v.allocation_id = a.id) v ON true
        GROUP BY a.line_id, a.component
      ), part AS (
        SELECT c.*, 'principal' AS component, principal_fen AS due FROM chosen c
        UNION ALL
        SELECT c.*, 'late-fee', fee_fen FROM chosen c WHERE fee_fen > 0
      )
      SELECT p.id AS "lineId", p.component, p.bill_no AS "billNo", p.published, p.entity_id AS "entityId", p.lease_id AS "leaseId",
        p.kind, p.charge_code AS charge, p.period_from::text AS period_from, p.period_to::text AS period_to,
        p.tax_rate::text AS "taxRate", p.due AS "dueFen", coalesce(v.fen, 0) AS "receivedFen", coalesce(i.invoiced_fen, 0) AS "invoicedFen",
        p.disputed,
        EXISTS (SELECT 1 FROM invoice_coverage g JOIN red_letter x ON x.invoice_id = g.invoice_id
          WHERE g.line_id = p.id AND x.state IN ('draft', 'pending-approval', 'approved', 'awaiting-peer', 'confirmed')) AS reversing,
        EXISTS (SELECT 1 FROM refund f WHERE f.line_id = p.id AND f.state NOT IN ('paid', 'rejected', 'cancelled')) AS refunding
      FROM part p
      LEFT JOIN received v ON v.line_id = p.id AND v.component = p.component
      LEFT JOIN line_invoiced i ON i.line_id = p.id AND i.component = p.component
      ORDER BY p.due_date, p.bill_no COLLATE "C", p.position, p.component DESC`,
  );
  return found.map(({ period_from: from, period_to: to, ...line }) => ({ ...line, period: { from, to } }));
}
