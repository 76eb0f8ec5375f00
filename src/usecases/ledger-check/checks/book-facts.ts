import { Prisma } from "../../../../generated/prisma/client.ts";
import { rows } from "../../../db/rows.ts";
import type { Transaction } from "../../../db/transaction.ts";
import type { BookFact } from "../../../domain/ledger/recompute.ts";
import type { Fen } from "../../../domain/money/fen.ts";
import type { LineKind } from "../../../domain/world/lease.ts";
import { moneyAccountOf } from "../../receipts/money-account.ts";
import type { ReceiptChannel } from "../../receipts/receipt.ts";

type FactType =
  | "line-issued"
  | "late-fee-accrued"
  | "receipt"
  | "unclaimed-receipt"
  | "allocation"
  | "credit-to-prepayment"
  | "waiver"
  | "write-off"
  | "refund-approved"
  | "unclaimed-refund-approved"
  | "refund-paid"
  | "channel-fee"
  | "channel-settled"
  | "cash-difference"
  | "deposit-offset"
  | "deposit-forfeited"
  | "opening";

interface FactRow {
  readonly type: FactType;
  readonly entity: string;
  readonly tenant: string | null;
  /** Kind of line, channel of receipt, source of a refund or opening position, whichever the type has. */
  readonly detail: string;
  readonly amount_fen: Fen;
}

/**
 * What happened, summed per type, entity and tenant from the business tables alone: no row here comes from the ledger.
 * An undone receipt and what it paid cancel out and are left out by their standing amounts. What a deposit pays goes from
 * 2241.01 to 1122 at once; only what is freed of it later moves 2203.
 */
const FACTS = Prisma.sql`
  SELECT 'line-issued' AS type, b.entity_id AS entity, b.tenant_id AS tenant, l.kind AS detail, sum(l.amount_fen) AS amount_fen
    FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.state <> 'draft' AND b.origin <> 'opening' GROUP BY 1, 2, 3, 4
  UNION ALL SELECT 'opening', b.entity_id, b.tenant_id, 'receivable', sum(l.amount_fen)
    FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.origin = 'opening' GROUP BY 1, 2, 3
  UNION ALL SELECT 'opening', entity_id, tenant_id, 'prepayment', sum(amount_fen)
    FROM prepayment WHERE origin = 'opening' GROUP BY 1, 2, 3
  UNION ALL SELECT 'opening', d.entity_id, l.tenant_id, 'deposit', sum(d.amount_fen)
    FROM opening_deposit d JOIN lease l ON l.id = d.lease_id GROUP BY 1, 2, 3
  UNION ALL SELECT 'late-fee-accrued', a.entity_id, b.tenant_id, '', sum(a.posted_fen)
    FROM late_fee_accrual a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id GROUP BY 1, 2, 3
  UNION ALL SELECT 'waiver', w.entity_id, b.tenant_id, '', sum(w.amount_fen)
    FROM late_fee_waiver w JOIN bill_line l ON l.id = w.line_id JOIN bill b ON b.id = l.bill_id GROUP BY 1, 2, 3
  UNION ALL SELECT CASE f.kind WHEN 'bank-fee' THEN 'waiver' ELSE f.kind END, f.entity_id, b.tenant_id, '', sum(f.amount_fen)
    FROM claim_relief f JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id GROUP BY 1, 2, 3
  UNION ALL SELECT CASE WHEN kind IN ('channel-settled', 'pos-settled') THEN 'channel-settled' ELSE 'channel-fee' END, entity_id,
      NULL::uuid, CASE WHEN kind LIKE 'bank-%' THEN 'bank' WHEN kind LIKE 'pos-%' THEN 'pos' ELSE 'wechat' END, sum(amount_fen)
    FROM channel_movement GROUP BY 1, 2, 4
  UNION ALL SELECT 'cash-difference', s.entity_id, NULL::uuid, '', sum(s.counted_fen - s.expected_fen)
    FROM cashier_shift s JOIN exception_item x ON x.kind = 'CASH_DIFFERENCE' AND x.subject_key = s.shift_no
    WHERE x.state = 'resolved' GROUP BY 1, 2
  UNION ALL SELECT CASE WHEN tenant_id IS NULL THEN 'unclaimed-receipt' ELSE 'receipt' END, entity_id, tenant_id, channel,
      sum(amount_fen)
    FROM receipt WHERE state = 'counted' GROUP BY 1, 2, 3, 4
  UNION ALL SELECT 'allocation', a.entity_id, a.tenant_id, l.kind,
      sum(CASE WHEN p.origin = 'deposit' THEN 0 ELSE a.amount_fen END - coalesce(v.fen, 0))
    FROM allocation a JOIN bill_line l ON l.id = a.line_id
    LEFT JOIN prepayment p ON a.source = 'prepayment' AND p.id = a.source_id
    LEFT JOIN (SELECT allocation_id, sum(amount_fen) AS fen FROM allocation_reversal GROUP BY 1) v ON v.allocation_id = a.id
    GROUP BY 1, 2, 3, 4
  UNION ALL SELECT 'credit-to-prepayment', b.entity_id, b.tenant_id, '', sum(-l.amount_fen - coalesce(s.fen, 0))
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    LEFT JOIN (SELECT from_line_id, sum(amount_fen) AS fen FROM set_off GROUP BY 1) s ON s.from_line_id = l.id
    WHERE b.state <> 'draft' AND l.amount_fen < 0 GROUP BY 1, 2, 3
  UNION ALL SELECT CASE WHEN tenant_id IS NULL THEN 'unclaimed-refund-approved' ELSE 'refund-approved' END, entity_id,
      tenant_id, source, sum(amount_fen)
    FROM refund WHERE state NOT IN ('requested', 'rejected', 'cancelled') GROUP BY 1, 2, 3, 4
  UNION ALL SELECT 'deposit-' || CASE kind WHEN 'offset' THEN kind ELSE 'forfeited' END, entity_id, tenant_id, '',
      sum(amount_fen)
    FROM deposit_use GROUP BY 1, 2, 3
  UNION ALL SELECT 'refund-paid', entity_id, NULL::uuid, CASE WHEN bank_reference IS NULL THEN 'wechat' ELSE 'bank' END,
      sum(amount_fen)
    FROM refund WHERE state = 'paid' GROUP BY 1, 2, 4`;

/** The facts of I6, with row ids as entity and tenant. A few rows per tenant, whatever the number of events. */
export async function loadBookFacts(tx: Transaction): Promise<BookFact[]> {
  const found = await rows<FactRow>(
    tx,
    Prisma.sql`SELECT type, entity::text, tenant::text, detail, amount_fen::bigint FROM (${FACTS}) f WHERE amount_fen <> 0`,
  );
  return found.map(toFact);
}

function toFact({ type, entity, tenant, detail, amount_fen: amountFen }: FactRow): BookFact {
  if (type === "unclaimed-receipt" || type === "refund-paid")
    return { type, entity, amountFen, account: moneyAccountOf(detail as ReceiptChannel) };
  if (type === "channel-fee" || type === "channel-settled")
    return { type, entity, amountFen, account: moneyAccountOf(detail as ReceiptChannel) };
  if (type === "cash-difference") return { type, entity, amountFen };
  if (type === "unclaimed-refund-approved") return { type, entity, amountFen };
  if (tenant === null) throw new Error(`a fact of the type ${type} without a tenant`);
  const of = { entity, tenant, amountFen };
  switch (type) {
    case "line-issued":
    case "allocation":
      return { type, ...of, kind: detail as LineKind };
    case "opening":
      return { type, ...of, position: detail as "receivable" | "prepayment" | "deposit" };
    case "receipt":
      return { type, ...of, account: moneyAccountOf(detail as ReceiptChannel) };
    case "refund-approved":
      return { type, ...of, from: detail === "deposit" ? "deposit" : "prepayment" };
    case "late-fee-accrued":
    case "deposit-offset":
    case "deposit-forfeited":
    case "credit-to-prepayment":
    case "waiver":
    case "write-off":
      return { type, ...of };
    default:
      return type satisfies never;
  }
}
