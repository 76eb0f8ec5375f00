import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/** What counter-entries have left of each allocation. */
const STANDING = Prisma.sql`SELECT a.source, a.source_id, sum(a.amount_fen - coalesce(v.fen, 0)) AS fen
  FROM allocation a
  LEFT JOIN (SELECT allocation_id, sum(amount_fen) AS fen FROM allocation_reversal GROUP BY 1) v ON v.allocation_id = a.id
  GROUP BY 1, 2`;

/** What approved refunds have taken out of each prepayment. */
const REFUNDED = Prisma.sql`SELECT p.prepayment_id, sum(p.amount_fen) AS fen FROM refund_part p
  JOIN refund f ON f.id = p.refund_id AND f.state NOT IN ('requested', 'rejected', 'cancelled') GROUP BY 1`;

/**
 * I5: Σ standing allocations of a receipt + its prepayments (unused, what they pay, what was refunded of them) = its
 * amount; nothing of an undone one. Money of an unknown payer pays nothing before it is claimed. A refunded deposit still
 * counts by its allocation: it had paid its line.
 */
export const checkReceipts = sqlCheck<{ subject: string; expected_fen: Fen; found_fen: Fen }>({
  code: "I5",
  counts: "receipts",
  count: Prisma.sql`SELECT count(*) AS count FROM receipt`,
  find: Prisma.sql`WITH standing AS (${STANDING}),
    refunded AS (${REFUNDED}),
    held AS (SELECT p.receipt_id, sum(p.remaining_fen + coalesce(s.fen, 0) + coalesce(f.fen, 0)) AS fen
      FROM prepayment p LEFT JOIN standing s ON s.source = 'prepayment' AND s.source_id = p.id
        LEFT JOIN refunded f ON f.prepayment_id = p.id
      WHERE p.receipt_id IS NOT NULL GROUP BY 1),
    summed AS (SELECT r.receipt_no, (coalesce(s.fen, 0) + coalesce(h.fen, 0))::bigint AS found_fen,
        CASE WHEN r.state = 'counted' AND r.tenant_id IS NOT NULL THEN r.amount_fen ELSE 0 END AS expected_fen
      FROM receipt r LEFT JOIN standing s ON s.source = 'receipt' AND s.source_id = r.id
      LEFT JOIN held h ON h.receipt_id = r.id)
    SELECT receipt_no AS subject, expected_fen, found_fen FROM summed WHERE expected_fen <> found_fen ORDER BY 1`,
  say: ({ expected_fen, found_fen }) =>
    `应有 ${formatYuan(expected_fen)}，核销与预收合计 ${formatYuan(found_fen)} / allocations and prepayment sum to ${formatYuan(found_fen)}, not ${formatYuan(expected_fen)}`,
});

/**
 * I5: what is left of a prepayment = its amount − Σ standing allocations from it − Σ refunded of it; nothing where its
 * receipt was undone.
 */
export const checkPrepayments = sqlCheck<{ subject: string; remaining_fen: Fen; expected_fen: Fen }>({
  code: "I5",
  counts: "prepayments",
  count: Prisma.sql`SELECT count(*) AS count FROM prepayment`,
  find: Prisma.sql`WITH standing AS (${STANDING}), refunded AS (${REFUNDED}),
    summed AS (SELECT p.id, p.remaining_fen,
        CASE WHEN r.state = 'undone' THEN 0
          ELSE p.amount_fen - coalesce(s.fen, 0) - coalesce(f.fen, 0) END::bigint AS expected_fen
      FROM prepayment p LEFT JOIN standing s ON s.source = 'prepayment' AND s.source_id = p.id
      LEFT JOIN refunded f ON f.prepayment_id = p.id
      LEFT JOIN receipt r ON r.id = p.receipt_id)
    SELECT 'prepayment ' || id AS subject, remaining_fen, expected_fen FROM summed
    WHERE remaining_fen <> expected_fen ORDER BY 1`,
  say: ({ remaining_fen, expected_fen }) =>
    `预收余额 ${formatYuan(remaining_fen)}，按使用记录应为 ${formatYuan(expected_fen)} / what is left is ${formatYuan(remaining_fen)}, its uses leave ${formatYuan(expected_fen)}`,
});

/** Money never crosses legal entities or tenants (money-rules 8): an allocation's line, source and account are one. */
export const checkAllocationOwners = sqlCheck<{ subject: string }>({
  code: "I5",
  counts: "allocations",
  count: Prisma.sql`SELECT count(*) AS count FROM allocation`,
  find: Prisma.sql`SELECT b.bill_no || ' / ' || l.charge_code AS subject
    FROM allocation a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id
    LEFT JOIN receipt r ON a.source = 'receipt' AND r.id = a.source_id
    LEFT JOIN prepayment p ON a.source = 'prepayment' AND p.id = a.source_id
    WHERE a.entity_id <> b.entity_id OR a.tenant_id <> b.tenant_id
      OR a.entity_id IS DISTINCT FROM coalesce(r.entity_id, p.entity_id)
      OR a.tenant_id IS DISTINCT FROM coalesce(r.tenant_id, p.tenant_id)
    ORDER BY 1`,
  say: () => "核销跨了公司或租户，或款项来源不存在 / the money is of another entity or tenant, or from nowhere",
});
