import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { refundableFen } from "../../domain/refund/refundable.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptChannel } from "../receipts/receipt.ts";
import type { RefundSource } from "./stored-refund.ts";

/** Free money that may be asked back, where it lies and how it came. Amounts in fen, above zero unless said. */
export interface RefundableSource {
  /** Names it in a request: "prepayment:<receipt>", "deposit:<lease>:<receipt>"; the same for everybody and for ever. */
  readonly key: string;
  readonly source: RefundSource;
  readonly entityId: string;
  readonly entityCode: string;
  readonly entityName: string;
  readonly projectId: string | null;
  readonly tenantId: string | null;
  /** The payment it came with; null: taken over, or a credit of no payment. */
  readonly receiptId: string | null;
  readonly receiptNo: string | null;
  readonly channel: ReceiptChannel | null;
  readonly valueDate: CivilDate | null;
  readonly leaseId: string | null;
  readonly leaseCode: string | null;
  readonly lineId: string | null;
  /** May be asked for now; 0 where all of it is asked for already. */
  readonly refundableFen: Fen;
}

interface SourceRow extends Omit<RefundableSource, "refundableFen"> {
  readonly receivedFen: Fen | null;
  readonly refundedFen: Fen;
  readonly freeFen: Fen;
  readonly askedFen: Fen;
}

/** Whose, or of which payment; both may be given. */
export interface SourceFilter {
  readonly tenantId?: string | undefined;
  readonly receiptId?: string | undefined;
}

const LIVE = Prisma.sql`f.state NOT IN ('rejected', 'cancelled')`;

/** Deposits paid on a line, by the payment that paid them, also by way of its prepayment. */
const DEPOSITS_PAID = Prisma.sql`SELECT a.line_id, a.tenant_id, a.entity_id,
    CASE a.source WHEN 'receipt' THEN a.source_id ELSE p.receipt_id END AS receipt_id,
    sum(a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0)) AS fen
  FROM allocation a JOIN bill_line l ON l.id = a.line_id AND l.kind = 'deposit'
    LEFT JOIN prepayment p ON a.source = 'prepayment' AND p.id = a.source_id
  WHERE a.component = 'principal' GROUP BY 1, 2, 3, 4`;

/**
 * What may be refunded of a tenant's money, or of one payment: unused prepayment per payment, credits of no payment per
 * entity, deposits per lease and payment, unclaimed money. The latest payment first. One query.
 */
export async function findRefundableSources(tx: Transaction, filter: SourceFilter): Promise<RefundableSource[]> {
  const ofTenant = (column: Prisma.Sql): Prisma.Sql =>
    filter.tenantId === undefined ? Prisma.sql`true` : Prisma.sql`${column} = ${filter.tenantId}::uuid`;
  const ofReceipt = (column: Prisma.Sql): Prisma.Sql =>
    filter.receiptId === undefined ? Prisma.sql`true` : Prisma.sql`${column} = ${filter.receiptId}::uuid`;
  const found = await rows<SourceRow>(
    tx,
    Prisma.sql`WITH free AS (
        SELECT 'prepayment' AS source, p.entity_id, p.tenant_id, p.receipt_id, NULL::uuid AS lease_id, NULL::uuid AS line_id,
            sum(p.remaining_fen) AS free_fen,
            coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE f.state = 'requested' AND f.source = 'prepayment'
              AND f.line_id IS NULL AND f.tenant_id = p.tenant_id AND f.entity_id = p.entity_id
              AND f.receipt_id IS NOT DISTINCT FROM p.receipt_id), 0) AS asked_fen
          FROM prepayment p WHERE p.remaining_fen > 0 AND ${ofTenant(Prisma.sql`p.tenant_id`)}
            AND ${ofReceipt(Prisma.sql`p.receipt_id`)}
          GROUP BY p.entity_id, p.tenant_id, p.receipt_id
        UNION ALL
        SELECT 'deposit', d.entity_id, d.tenant_id, d.receipt_id, l.lease_id, d.line_id, d.fen,
            coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE ${LIVE} AND f.source = 'deposit'
              AND f.line_id = d.line_id AND f.receipt_id IS NOT DISTINCT FROM d.receipt_id), 0)
            + coalesce((SELECT sum(u.amount_fen) FROM deposit_use u
              WHERE u.line_id = d.line_id AND u.receipt_id IS NOT DISTINCT FROM d.receipt_id), 0)
          FROM (${DEPOSITS_PAID}) d JOIN bill_line l ON l.id = d.line_id
          WHERE d.fen > 0 AND ${ofTenant(Prisma.sql`d.tenant_id`)} AND ${ofReceipt(Prisma.sql`d.receipt_id`)}
        UNION ALL
        SELECT 'deposit', o.entity_id, l.tenant_id, NULL::uuid, l.id, NULL::uuid, o.amount_fen,
            coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE ${LIVE} AND f.source = 'deposit'
              AND f.lease_id = l.id AND f.line_id IS NULL), 0)
            + coalesce((SELECT sum(u.amount_fen) FROM deposit_use u WHERE u.lease_id = l.id AND u.line_id IS NULL), 0)
          FROM opening_deposit o JOIN lease l ON l.id = o.lease_id
          WHERE ${ofTenant(Prisma.sql`l.tenant_id`)} AND ${ofReceipt(Prisma.sql`NULL::uuid`)}
        UNION ALL
        SELECT 'unclaimed', r.entity_id, NULL::uuid, r.id, NULL::uuid, NULL::uuid, r.amount_fen,
            coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE ${LIVE} AND f.receipt_id = r.id), 0)
          FROM receipt r WHERE r.tenant_id IS NULL AND r.state = 'counted' AND ${ofTenant(Prisma.sql`r.tenant_id`)}
            AND ${ofReceipt(Prisma.sql`r.id`)}
      )
      SELECT free.source, free.entity_id AS "entityId", e.code AS "entityCode", e.name AS "entityName",
        coalesce(l.project_id, (SELECT own.project_id FROM lease own WHERE own.tenant_id = free.tenant_id
          ORDER BY (own.entity_id = free.entity_id) DESC, own.start_date DESC, own.code COLLATE "C" LIMIT 1)) AS "projectId",
        free.tenant_id AS "tenantId", free.receipt_id AS "receiptId", r.receipt_no AS "receiptNo", r.channel,
        r.value_date::text AS "valueDate", free.lease_id AS "leaseId", l.code AS "leaseCode", free.line_id AS "lineId",
        CASE free.source
          WHEN 'prepayment' THEN 'prepayment:' || coalesce(free.receipt_id::text, 'credit-' || free.entity_id)
          WHEN 'deposit' THEN 'deposit:' || coalesce(free.line_id, free.lease_id) || ':' || coalesce(free.receipt_id::text, '')
          ELSE 'unclaimed:' || free.receipt_id END AS key,
        r.amount_fen AS "receivedFen",
        coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE ${LIVE} AND f.receipt_id = r.id), 0)::bigint AS "refundedFen",
        free.free_fen::bigint AS "freeFen", free.asked_fen::bigint AS "askedFen"
      FROM free JOIN legal_entity e ON e.id = free.entity_id LEFT JOIN receipt r ON r.id = free.receipt_id
        LEFT JOIN lease l ON l.id = free.lease_id
      WHERE r.id IS NULL OR r.state = 'counted'
      ORDER BY r.value_date DESC NULLS LAST, r.receipt_no COLLATE "C" DESC, free.source, l.code COLLATE "C"`,
  );
  return found.map(({ receivedFen, refundedFen, freeFen, askedFen, ...source }) => ({
    ...source,
    refundableFen: refundableFen({ receivedFen: receivedFen ?? undefined, refundedFen, freeFen, askedFen }),
  }));
}
