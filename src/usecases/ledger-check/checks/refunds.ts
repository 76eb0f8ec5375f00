import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

const BOOKED = Prisma.sql`f.state NOT IN ('requested', 'rejected', 'cancelled')`;

/**
 * I12, the amount: refunded and being refunded of a payment ≤ what was received on it (0 of an undone one), of a deposit,
 * with what was set off or kept of it, ≤ what was paid on its line or taken over for its lease.
 */
export const checkRefundBounds = sqlCheck<{ subject: string; most_fen: Fen; refunded_fen: Fen }>({
  code: "I12",
  counts: "refundedPayments",
  count: Prisma.sql`SELECT count(DISTINCT coalesce(receipt_id, lease_id, tenant_id)) AS count FROM refund`,
  find: Prisma.sql`WITH live AS (SELECT * FROM refund WHERE state NOT IN ('rejected', 'cancelled')),
    out AS (SELECT lease_id, line_id, amount_fen FROM live WHERE source = 'deposit'
      UNION ALL SELECT lease_id, line_id, amount_fen FROM deposit_use),
    paid AS (SELECT a.line_id,
        sum(a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0)) AS fen
      FROM allocation a JOIN bill_line l ON l.id = a.line_id AND l.kind = 'deposit' GROUP BY 1),
    bounds AS (
      SELECT r.receipt_no AS subject, CASE r.state WHEN 'counted' THEN r.amount_fen ELSE 0 END AS most_fen,
          sum(f.amount_fen) AS refunded_fen
        FROM live f JOIN receipt r ON r.id = f.receipt_id GROUP BY r.id
      UNION ALL SELECT b.bill_no || ' / ' || l.charge_code, coalesce(p.fen, 0), sum(f.amount_fen)
        FROM out f JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id LEFT JOIN paid p ON p.line_id = l.id
        GROUP BY b.bill_no, l.charge_code, p.fen
      UNION ALL SELECT 'deposit of ' || l.code, coalesce(d.amount_fen, 0), sum(f.amount_fen)
        FROM out f JOIN lease l ON l.id = f.lease_id LEFT JOIN opening_deposit d ON d.lease_id = l.id
        WHERE f.line_id IS NULL GROUP BY l.code, d.amount_fen)
    SELECT subject, most_fen::bigint, refunded_fen::bigint FROM bounds WHERE refunded_fen > most_fen ORDER BY 1`,
  say: ({ most_fen, refunded_fen }) =>
    `已退和在退 ${formatYuan(refunded_fen)}，超过可退的 ${formatYuan(most_fen)} / ${formatYuan(refunded_fen)} refunded of ${formatYuan(most_fen)}`,
});

/** I5: a booked refund of prepayment was taken out of prepayments of its payment, tenant and entity, to the fen. */
export const checkRefundParts = sqlCheck<{ subject: string; amount_fen: Fen; taken_fen: Fen }>({
  code: "I5",
  counts: "refunds",
  count: Prisma.sql`SELECT count(*) AS count FROM refund`,
  find: Prisma.sql`SELECT f.refund_no AS subject, f.amount_fen, coalesce(sum(p.amount_fen), 0)::bigint AS taken_fen
    FROM refund f LEFT JOIN refund_part p ON p.refund_id = f.id LEFT JOIN prepayment own ON own.id = p.prepayment_id
    WHERE f.source = 'prepayment' AND ${BOOKED}
    GROUP BY f.id HAVING coalesce(sum(p.amount_fen), 0) <> f.amount_fen
      OR bool_or(own.tenant_id <> f.tenant_id OR own.entity_id <> f.entity_id OR own.receipt_id IS DISTINCT FROM f.receipt_id)
    ORDER BY 1`,
  say: ({ amount_fen, taken_fen }) =>
    `退款 ${formatYuan(amount_fen)}，从预收扣出 ${formatYuan(taken_fen)}，或扣错了款项 / refund of ${formatYuan(amount_fen)}, ${formatYuan(taken_fen)} taken, or from other money`,
});

/**
 * I12, the people: a booked refund has an approved document of its amount, decided by as many different people as its steps
 * ask for, the requester not among them; and no money of a held one has moved.
 */
export const checkRefundApprovals = sqlCheck<{ subject: string; held: boolean }>({
  code: "I12",
  counts: "refundApprovals",
  count: Prisma.sql`SELECT count(*) AS count FROM refund f WHERE ${BOOKED}`,
  find: Prisma.sql`SELECT * FROM (SELECT f.refund_no AS subject,
      f.state <> 'approved' AND EXISTS (SELECT 1 FROM refund_hold h WHERE h.refund_id = f.id AND h.lifted_at IS NULL) AS held,
      a.state IS DISTINCT FROM 'approved' OR a.amount_fen <> f.amount_fen OR a.subject_id <> f.id
        OR (SELECT count(DISTINCT coalesce(d.on_behalf_of, d.person_id)) FROM approval_decision d
            WHERE d.request_id = a.id AND d.request_version = a.version AND d.decision = 'approve'
              AND d.person_id <> f.requested_by)
          < (SELECT sum((step->>'count')::int) FROM jsonb_array_elements(a.steps) step) AS unapproved
    FROM refund f LEFT JOIN approval_request a ON a.id = f.approval_id WHERE ${BOOKED}) judged
    WHERE held OR unapproved ORDER BY 1`,
  say: ({ held }) =>
    held
      ? "风险暂扣还没有解除，款已经在付 / held, and on its way"
      : "缺少规定人数的审批，或审批的金额不同 / without the approvals that its steps ask for",
});
