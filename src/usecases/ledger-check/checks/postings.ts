import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/**
 * Every business event that belongs in the books, by event type and id, with what a person calls it. Who posts a new type
 * of event adds it here; the check below then finds it missing, and an unknown type of posting as well.
 */
const EVENTS = Prisma.sql`
  SELECT 'bill.issued' AS event_type, b.id AS event_id, b.bill_no AS subject FROM bill b
    WHERE b.state <> 'draft' AND b.origin <> 'opening'
      AND EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.kind <> 'deposit' AND l.amount_fen <> 0)
  UNION ALL SELECT 'opening.receivable', l.id, b.bill_no || ' / ' || l.charge_code
    FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.origin = 'opening' AND l.amount_fen <> 0
  UNION ALL SELECT 'opening.prepayment', p.id, 'prepayment ' || p.id FROM prepayment p
    WHERE p.origin = 'opening' AND p.amount_fen > 0
  UNION ALL SELECT 'opening.deposit', d.lease_id, 'deposit of ' || l.code FROM opening_deposit d JOIN lease l ON l.id = d.lease_id
  UNION ALL SELECT 'late-fee.accrued', a.id, b.bill_no || ' / ' || l.charge_code || ' ' || a.through_date
    FROM late_fee_accrual a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id WHERE a.posted_fen <> 0
  UNION ALL SELECT 'late-fee.waived', w.id, b.bill_no || ' / ' || l.charge_code
    FROM late_fee_waiver w JOIN bill_line l ON l.id = w.line_id JOIN bill b ON b.id = l.bill_id
  UNION ALL SELECT CASE f.kind WHEN 'waiver' THEN 'claim.waived' WHEN 'bank-fee' THEN 'claim.bank-fee' ELSE 'claim.written-off' END, f.id,
      b.bill_no || ' / ' || l.charge_code
    FROM claim_relief f JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id
  UNION ALL SELECT 'cash.difference', s.id, s.shift_no FROM cashier_shift s JOIN exception_item x
    ON x.kind = 'CASH_DIFFERENCE' AND x.subject_key = s.shift_no AND x.state = 'resolved'
  UNION ALL SELECT 'channel.' || v.kind, v.id, v.account_code || ' ' || v.kind || ' ' || v.value_date FROM channel_movement v
  UNION ALL SELECT 'correction.credited', p.id, 'prepayment ' || p.id FROM prepayment p
    WHERE p.origin = 'correction' AND p.receipt_id IS NULL
  UNION ALL SELECT DISTINCT 'allocation.released', v.event_id, 'release ' || v.event_id FROM allocation_reversal v
    WHERE v.reason IN ('correction', 'late-fee', 'refund')
  UNION ALL SELECT CASE WHEN u.id IS NULL AND r.tenant_id IS NOT NULL THEN 'receipt.recorded' ELSE 'receipt.unclaimed' END,
      r.id, r.receipt_no
    FROM receipt r LEFT JOIN ledger_transaction u ON u.event_type = 'receipt.unclaimed' AND u.event_id = r.id
  UNION ALL SELECT 'receipt.claimed', r.id, r.receipt_no
    FROM receipt r JOIN ledger_transaction u ON u.event_type = 'receipt.unclaimed' AND u.event_id = r.id
    WHERE r.tenant_id IS NOT NULL
  UNION ALL SELECT 'receipt.undone', r.id, r.receipt_no FROM receipt r WHERE r.state = 'undone'
  UNION ALL SELECT DISTINCT CASE u.kind WHEN 'offset' THEN 'deposit.offset' ELSE 'deposit.forfeited' END, u.event_id,
      'deposit of ' || l.code
    FROM deposit_use u JOIN lease l ON l.id = u.lease_id
  UNION ALL SELECT 'refund.approved', f.id, f.refund_no FROM refund f WHERE f.approved_on IS NOT NULL
  UNION ALL SELECT 'refund.paid', f.id, f.refund_no FROM refund f WHERE f.state = 'paid'
  UNION ALL SELECT 'refund.returned', f.id, f.refund_no FROM refund f
    WHERE f.state = 'cancelled' AND f.approved_on IS NOT NULL`;

/** Posted in amounts that may come to nothing: their absence is not a gap, their presence is no surprise. */
const OPTIONAL_EVENTS = Prisma.sql`
  SELECT 'pool.operator-share' AS event_type, a.id AS event_id FROM pool_allocation a
  UNION ALL SELECT 'late-fee.restored', r.id FROM receipt r WHERE r.state = 'undone'
  UNION ALL SELECT 'deferral.released', t.event_id FROM ledger_transaction t WHERE t.event_type = 'deferral.released'
  UNION ALL SELECT 'prepayment.applied', t.event_id FROM ledger_transaction t WHERE t.event_type = 'prepayment.applied'`;

/** I10, first half: every event is posted. */
export const checkEventsPosted = sqlCheck<{ subject: string; event_type: string }>({
  code: "I10",
  counts: "events",
  count: Prisma.sql`SELECT count(*) AS count FROM (${EVENTS}) e`,
  find: Prisma.sql`SELECT e.subject, e.event_type FROM (${EVENTS}) e
    LEFT JOIN ledger_transaction t ON t.event_type = e.event_type AND t.event_id = e.event_id
    WHERE t.id IS NULL ORDER BY 1`,
  say: ({ event_type }) => `业务已发生但没有入账（${event_type}） / ${event_type} happened and is not in the books`,
});

/** I10, second half: at most once, with at least one pair, and nothing is in the books that did not happen. */
export const checkPostedEvents = sqlCheck<{ subject: string; times: bigint; pairs: bigint; known: boolean }>({
  code: "I10",
  counts: "transactions",
  count: Prisma.sql`SELECT count(*) AS count FROM ledger_transaction`,
  find: Prisma.sql`WITH events AS (SELECT event_type, event_id FROM (${EVENTS}) e UNION ALL ${OPTIONAL_EVENTS}),
    posted AS (SELECT t.event_type, t.event_id, count(DISTINCT t.id) AS times, count(p.id) AS pairs,
        coalesce(bool_or(p.entity_id <> t.entity_id), false) AS crossed
      FROM ledger_transaction t LEFT JOIN ledger_posting p ON p.transaction_id = t.id GROUP BY 1, 2)
    SELECT x.event_type || ' ' || x.event_id AS subject, x.times, x.pairs, e.event_id IS NOT NULL AS known
    FROM posted x LEFT JOIN events e ON e.event_type = x.event_type AND e.event_id = x.event_id
    WHERE x.times > 1 OR x.pairs = 0 OR x.crossed OR e.event_id IS NULL ORDER BY 1`,
  say: ({ times, pairs, known }) => {
    if (!known) return "账上有这笔分录，业务表中没有对应的事件 / it is in the books and never happened";
    if (times > 1n) return `重复入账 ${times} 次 / posted ${times} times`;
    if (pairs === 0n) return "入账记录没有分录 / a transaction without a pair";
    return "分录跨了公司 / its pairs are of another entity";
  },
});

/**
 * I10 for prepayment used at issue, whose events have no row of their own: what was posted for each line is what its
 * allocations took from prepayments.
 */
export const checkPrepaymentPostings = sqlCheck<{ subject: string; allocated_fen: Fen; posted_fen: Fen }>({
  code: "I10",
  counts: "prepaymentUses",
  count: Prisma.sql`SELECT count(*) AS count FROM allocation WHERE source = 'prepayment'`,
  find: Prisma.sql`WITH parts AS (
      SELECT line_id, amount_fen AS allocated_fen, 0 AS posted_fen FROM allocation WHERE source = 'prepayment'
      UNION ALL SELECT p.line_id, 0, p.amount_fen FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
        WHERE t.event_type IN ('prepayment.applied', 'late-fee.restored', 'deposit.offset'))
    SELECT b.bill_no || ' / ' || l.charge_code AS subject, sum(x.allocated_fen)::bigint AS allocated_fen,
      sum(x.posted_fen)::bigint AS posted_fen
    FROM parts x JOIN bill_line l ON l.id = x.line_id JOIN bill b ON b.id = l.bill_id
    GROUP BY l.id, b.bill_no HAVING sum(x.allocated_fen) <> sum(x.posted_fen) ORDER BY 1`,
  say: ({ allocated_fen, posted_fen }) =>
    `预收抵用 ${formatYuan(allocated_fen)}，入账 ${formatYuan(posted_fen)} / prepayment paid ${formatYuan(allocated_fen)}, ${formatYuan(posted_fen)} was posted`,
});

/** I10 for deferred income, whose releases have no row of their own: no line gives back more than it kept. */
export const checkDeferredIncome = sqlCheck<{ subject: string; kept_fen: Fen }>({
  code: "I10",
  counts: "deferredLines",
  count: Prisma.sql`SELECT count(DISTINCT line_id) AS count FROM ledger_posting WHERE credit_account = '2203.09'`,
  find: Prisma.sql`WITH parts AS (
      SELECT line_id, CASE WHEN credit_account = '2203.09' THEN amount_fen ELSE -amount_fen END AS fen,
        t.event_type = 'bill.issued' AS deferred
      FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
      WHERE '2203.09' IN (p.credit_account, p.debit_account))
    SELECT b.bill_no || ' / ' || l.charge_code AS subject, sum(x.fen)::bigint AS kept_fen
    FROM parts x JOIN bill_line l ON l.id = x.line_id JOIN bill b ON b.id = l.bill_id
    GROUP BY b.bill_no, l.charge_code, l.id
    HAVING sum(x.fen) * sign(sum(x.fen) FILTER (WHERE x.deferred)) < 0 ORDER BY 1`,
  say: ({ kept_fen }) =>
    `递延收入多结转了 ${formatYuan(kept_fen < 0n ? -kept_fen : kept_fen)} / released more than was deferred`,
});
