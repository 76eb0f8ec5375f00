import { Prisma } from "../../../generated/prisma/client.ts";
import { claimFeeThrough, loadClaims } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, type DateRange, earlier } from "../../domain/time/civil-date.ts";

export interface StatementEntry {
  readonly date: CivilDate;
  /** `waiver`: of a late fee; `relief`: of what was billed itself; `deposit-offset`: what a deposit paid in moving out. */
  readonly kind: "bill" | "receipt" | "waiver" | "relief" | "deposit-offset" | "refund";
  /** Number of the bill (also of a relief), receipt or refund; "" for the others. */
  readonly no: string;
  /** Above zero: owed more. */
  readonly amountFen: Fen;
}

/**
 * 对账单 of a tenant and one legal entity: opening + billed + lateFee − waived − paid − offset + refunded = closing. Below
 * zero: credit. A refund counts from its approval, when the money stopped being the tenant's credit; refunded deposits are no part
 * of it, since a deposit that was paid is held and not owed.
 */
export interface EntityStatement {
  readonly entityId: string;
  readonly entityName: string;
  readonly openingFen: Fen;
  readonly billedFen: Fen;
  readonly lateFeeFen: Fen;
  /** Of late fees and of what was billed. */
  readonly waivedFen: Fen;
  readonly paidFen: Fen;
  /** Of deposits. */
  readonly offsetFen: Fen;
  readonly refundedFen: Fen;
  readonly closingFen: Fen;
  /** By date, then number: bills by issue date, money by value date. Late fees are no entry: they grow by the day. */
  readonly entries: readonly StatementEntry[];
  /** The last day that counts: the period's, or today in one that runs. */
  readonly through: CivilDate;
}

/**
 * What was billed and what came in over a range of days, by entity. Late fees count as of the end of each day with what
 * is known now, for a period that still runs through yesterday, which is the figure that is owed today (money-rules 7).
 * Entities with nothing before and in the range are left out.
 */
export async function findTenantStatement(
  tx: Transaction,
  tenantId: string,
  range: DateRange,
  today: CivilDate,
): Promise<EntityStatement[]> {
  const through = earlier(range.to, today);
  const feesThrough = through < today ? through : addDays(today, -1);
  const entities = await rows<{ id: string; name: string }>(
    tx,
    Prisma.sql`SELECT e.id, e.name FROM legal_entity e ORDER BY e.name COLLATE "C"`,
  );
  const entries = await loadEntries(tx, tenantId, through);
  const claims = await loadClaims(tx, { tenantId, publishedOnly: true, settled: true });
  return entities.flatMap(({ id, name }) => {
    const own = entries.filter((entry) => entry.entityId === id);
    const before = own.filter((entry) => entry.date < range.from);
    const within = own.filter((entry) => entry.date >= range.from);
    const fees = (day: CivilDate) =>
      sum(claims.filter((claim) => claim.entityId === id).map((claim) => claimFeeThrough(claim, day).totalFen));
    const openingFees = fees(earlier(addDays(range.from, -1), feesThrough));
    const lateFeeFen = fees(feesThrough) - openingFees;
    const openingFen = sum(before.map((entry) => entry.amountFen)) + openingFees;
    const of = (kind: StatementEntry["kind"]) =>
      sum(within.filter((entry) => entry.kind === kind).map((entry) => entry.amountFen));
    const billedFen = of("bill");
    const paidFen = -of("receipt");
    const waivedFen = -of("waiver") - of("relief");
    const offsetFen = -of("deposit-offset");
    const refundedFen = of("refund");
    if (own.length === 0) return [];
    return [
      {
        entityId: id,
        entityName: name,
        openingFen,
        billedFen,
        lateFeeFen,
        waivedFen,
        paidFen,
        offsetFen,
        refundedFen,
        closingFen: openingFen + billedFen + lateFeeFen - waivedFen - paidFen - offsetFen + refundedFen,
        entries: within.map(({ date, kind, no, amountFen }) => ({ date, kind, no, amountFen })),
        through,
      },
    ];
  });
}

const sum = (amounts: readonly Fen[]): Fen => amounts.reduce((total, amount) => total + amount, 0n);

/** Everything through a day. An opening prepayment is money that came before our books began. */
const loadEntries = (
  tx: Transaction,
  tenantId: string,
  through: CivilDate,
): Promise<(StatementEntry & { readonly entityId: string })[]> =>
  rows(
    tx,
    Prisma.sql`SELECT entity_id AS "entityId", date::text, kind, no, fen AS "amountFen" FROM (
        SELECT b.entity_id, b.issue_date AS date, 'bill' AS kind, b.bill_no AS no, b.total_fen AS fen FROM bill b
          WHERE b.tenant_id = ${tenantId}::uuid AND b.state = 'published'
        UNION ALL
        SELECT r.entity_id, r.value_date, 'receipt', r.receipt_no, -r.amount_fen FROM receipt r
          WHERE r.tenant_id = ${tenantId}::uuid AND r.state = 'counted'
        UNION ALL
        SELECT p.entity_id, p.value_date, 'receipt', '', -p.amount_fen FROM prepayment p
          WHERE p.tenant_id = ${tenantId}::uuid AND p.origin = 'opening'
        UNION ALL
        SELECT w.entity_id, w.waived_on, 'waiver', '', -w.amount_fen FROM late_fee_waiver w
          JOIN receivable v ON v.line_id = w.line_id WHERE v.tenant_id = ${tenantId}::uuid
        UNION ALL
        -- What the deposit paid goes through a prepayment that was used up at once (moving-out/offset-deposit.ts).
        SELECT p.entity_id, p.value_date, 'deposit-offset', '', -p.amount_fen FROM prepayment p
          WHERE p.tenant_id = ${tenantId}::uuid AND p.origin = 'deposit'
        UNION ALL
        SELECT c.entity_id, c.relieved_on, 'relief', b.bill_no, -sum(c.amount_fen)::bigint FROM claim_relief c
          JOIN bill_line l ON l.id = c.line_id JOIN bill b ON b.id = l.bill_id
          WHERE b.tenant_id = ${tenantId}::uuid AND b.state = 'published' GROUP BY c.entity_id, c.relieved_on, b.bill_no
        UNION ALL
        SELECT f.entity_id, f.approved_on, 'refund', f.refund_no, f.amount_fen FROM refund f
          WHERE f.tenant_id = ${tenantId}::uuid AND f.source = 'prepayment'
            AND f.state NOT IN ('requested', 'rejected', 'cancelled')
      ) movement WHERE date <= ${through}::date ORDER BY date, kind, no COLLATE "C"`,
  );
