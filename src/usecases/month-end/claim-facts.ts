import { Prisma } from "../../../generated/prisma/client.ts";

/** Kind of the line `alias`; a discount is of the kind that it lowers, as its income is (lineIssued). */
export const kindOf = (alias: "l" | "f" | "g"): Prisma.Sql =>
  Prisma.raw(`CASE ${alias}.kind WHEN 'discount' THEN coalesce((SELECT c.kind FROM bill_line c
    WHERE c.lease_id = ${alias}.lease_id AND c.charge_code = ${alias}.charge_code AND c.role = 'charge' LIMIT 1), 'discount')
    ELSE ${alias}.kind END`);

/**
 * Every movement of every claim of an entity from the business tables: line_id, kind ("rent", …, or "late-fee" for the fee of
 * any line), movement ("opening": owed when ParkLedger took over, "billed", "correction", "late-fee", "received", "waived",
 * "written-off", "bank-fee"), amount (above zero: more is owed) and the day on which the books have it. No amount comes from the
 * ledger, so that the sums can be held against account 1122 (I6); only the booking date does, since a locked month moves it.
 *
 * Prepayment used at issue and deposits set off have no event by allocation (checkPrepaymentPostings): their postings are
 * paired with its allocations by line and amount, in the order in which they were made.
 */
export const claimFacts = (entityId: string): Prisma.Sql => Prisma.sql`
  SELECT l.id AS line_id, ${kindOf("l")} AS kind,
      CASE WHEN b.origin = 'opening' THEN 'opening' WHEN l.correction_no > 0 THEN 'correction' ELSE 'billed' END AS movement,
      l.amount_fen, coalesce(t.booking_date, b.issue_date) AS booked_on
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    LEFT JOIN ledger_transaction t ON t.event_type = CASE b.origin WHEN 'opening' THEN 'opening.receivable' ELSE 'bill.issued' END
      AND t.event_id = CASE b.origin WHEN 'opening' THEN l.id ELSE b.id END
    WHERE b.entity_id = ${entityId}::uuid AND b.state <> 'draft' AND l.kind <> 'deposit'
  UNION ALL SELECT x.line_id, x.kind, 'correction', x.amount_fen, coalesce(t.booking_date, b.issue_date)
    FROM (SELECT s.from_line_id AS made_by, s.from_line_id AS line_id, ${kindOf("f")} AS kind, s.amount_fen FROM set_off s
        JOIN bill_line f ON f.id = s.from_line_id
      UNION ALL SELECT s.from_line_id, s.to_line_id, ${kindOf("g")}, -s.amount_fen FROM set_off s
        JOIN bill_line g ON g.id = s.to_line_id) x
    JOIN bill_line m ON m.id = x.made_by JOIN bill b ON b.id = m.bill_id
    LEFT JOIN ledger_transaction t ON t.event_type = 'bill.issued' AND t.event_id = b.id
    WHERE b.entity_id = ${entityId}::uuid AND x.kind <> 'deposit'
  UNION ALL SELECT l.id, ${kindOf("l")}, 'correction', p.amount_fen, coalesce(t.booking_date, p.value_date)
    FROM prepayment p JOIN bill_line l ON l.id = p.origin_id
    LEFT JOIN ledger_transaction t ON t.event_type = 'correction.credited' AND t.event_id = p.id
    WHERE p.entity_id = ${entityId}::uuid AND p.origin = 'correction' AND p.receipt_id IS NULL AND l.kind <> 'deposit'
  UNION ALL SELECT a.line_id, 'late-fee', 'late-fee', a.posted_fen, coalesce(t.booking_date, a.through_date)
    FROM late_fee_accrual a
    LEFT JOIN ledger_transaction t ON t.event_type = 'late-fee.accrued' AND t.event_id = a.id
    WHERE a.entity_id = ${entityId}::uuid AND a.posted_fen <> 0
  UNION ALL SELECT w.line_id, 'late-fee', 'waived', -w.amount_fen, coalesce(t.booking_date, w.waived_on)
    FROM late_fee_waiver w
    LEFT JOIN ledger_transaction t ON t.event_type = 'late-fee.waived' AND t.event_id = w.id
    WHERE w.entity_id = ${entityId}::uuid
  UNION ALL SELECT f.line_id, ${kindOf("l")},
      CASE f.kind WHEN 'waiver' THEN 'waived' WHEN 'bank-fee' THEN 'bank-fee' ELSE 'written-off' END, -f.amount_fen,
      coalesce(t.booking_date, f.relieved_on)
    FROM claim_relief f JOIN bill_line l ON l.id = f.line_id
    LEFT JOIN ledger_transaction t ON t.event_id = f.id
      AND t.event_type IN ('claim.waived', 'claim.written-off', 'claim.bank-fee')
    WHERE f.entity_id = ${entityId}::uuid
  UNION ALL SELECT a.line_id, CASE a.component WHEN 'late-fee' THEN 'late-fee' ELSE ${kindOf("l")} END, 'received', -a.amount_fen,
      coalesce(t.booking_date, u.booking_date, a.value_date)
    FROM (SELECT *, row_number() OVER (PARTITION BY source, line_id, amount_fen ORDER BY recorded_at, id) AS nth
      FROM allocation WHERE entity_id = ${entityId}::uuid) a
    JOIN bill_line l ON l.id = a.line_id
    LEFT JOIN LATERAL (SELECT max(t.booking_date) AS booking_date FROM ledger_transaction t WHERE a.source = 'receipt'
      AND t.event_id = a.source_id AND t.event_type IN ('receipt.recorded', 'receipt.claimed')) t ON true
    LEFT JOIN (SELECT p.line_id, p.amount_fen, t.booking_date,
        row_number() OVER (PARTITION BY p.line_id, p.amount_fen ORDER BY t.recorded_at, p.id) AS nth
      FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
      WHERE p.entity_id = ${entityId}::uuid AND t.event_type IN ('prepayment.applied', 'late-fee.restored', 'deposit.offset')
        AND p.credit_account IN ('1122', '2241.01')) u
      ON a.source = 'prepayment' AND u.line_id = a.line_id AND u.amount_fen = a.amount_fen AND u.nth = a.nth
    WHERE l.kind <> 'deposit' OR a.component = 'late-fee'
  UNION ALL SELECT a.line_id, CASE a.component WHEN 'late-fee' THEN 'late-fee' ELSE ${kindOf("l")} END, 'received', v.amount_fen,
      coalesce(t.booking_date, v.effective_date)
    FROM allocation_reversal v JOIN allocation a ON a.id = v.allocation_id JOIN bill_line l ON l.id = a.line_id
    LEFT JOIN ledger_transaction t ON t.event_id = v.event_id
      AND t.event_type = CASE v.reason WHEN 'undo' THEN 'receipt.undone' ELSE 'allocation.released' END
    WHERE a.entity_id = ${entityId}::uuid AND (l.kind <> 'deposit' OR a.component = 'late-fee')`;
