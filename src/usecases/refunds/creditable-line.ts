import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { refundableFen } from "../../domain/refund/refundable.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptChannel } from "../receipts/receipt.ts";
import type { RefundableSource } from "./refundable-sources.ts";
import type { LineEffect } from "./stored-refund.ts";

/** A line that a payment paid, as the source of a refund by line. */
export interface CreditableLine {
  readonly lineId: string;
  readonly effect: LineEffect;
  readonly source: RefundableSource;
}

/**
 * What a payment has paid on the principal of a charge line, directly or by way of its prepayment; undefined where it has
 * paid nothing of it. Deposits are refunded as deposits, not by line.
 */
export async function findCreditableLine(
  tx: Transaction,
  of: { readonly receiptId: string; readonly lineId: string; readonly effect: LineEffect },
): Promise<CreditableLine | undefined> {
  const found = await row<{
    entityId: string;
    entityCode: string;
    entityName: string;
    projectId: string;
    tenantId: string;
    receiptNo: string;
    channel: ReceiptChannel;
    valueDate: CivilDate;
    leaseCode: string;
    receivedFen: Fen;
    refundedFen: Fen;
    paidFen: Fen;
    askedFen: Fen;
  }>(
    tx,
    Prisma.sql`SELECT b.entity_id AS "entityId", e.code AS "entityCode", e.name AS "entityName",
        b.project_id AS "projectId", b.tenant_id AS "tenantId", r.receipt_no AS "receiptNo", r.channel,
        r.value_date::text AS "valueDate", l.code AS "leaseCode", r.amount_fen AS "receivedFen",
        coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE f.receipt_id = r.id
          AND f.state NOT IN ('rejected', 'cancelled')), 0)::bigint AS "refundedFen",
        coalesce((SELECT sum(a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v
            WHERE v.allocation_id = a.id), 0))
          FROM allocation a LEFT JOIN prepayment p ON a.source = 'prepayment' AND p.id = a.source_id
          WHERE a.line_id = line.id AND a.component = 'principal'
            AND CASE a.source WHEN 'receipt' THEN a.source_id ELSE p.receipt_id END = r.id), 0)::bigint AS "paidFen",
        coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE f.receipt_id = r.id AND f.line_id = line.id
          AND f.line_effect IS NOT NULL AND f.state = 'requested'), 0)::bigint AS "askedFen"
      FROM bill_line line JOIN bill b ON b.id = line.bill_id AND b.state IN ('issued', 'published')
        JOIN legal_entity e ON e.id = b.entity_id JOIN lease l ON l.id = line.lease_id
        JOIN receipt r ON r.id = ${of.receiptId}::uuid AND r.state = 'counted' AND r.tenant_id = b.tenant_id
      WHERE line.id = ${of.lineId}::uuid AND line.kind <> 'deposit' AND line.amount_fen > 0`,
  );
  if (!found || found.paidFen === 0n) return undefined;
  const { receivedFen, refundedFen, paidFen, askedFen, ...place } = found;
  return {
    lineId: of.lineId,
    effect: of.effect,
    source: {
      ...place,
      key: `line:${of.lineId}:${of.receiptId}`,
      source: "prepayment",
      receiptId: of.receiptId,
      leaseId: null,
      lineId: of.lineId,
      refundableFen: refundableFen({ receivedFen, refundedFen, freeFen: paidFen, askedFen }),
    },
  };
}
