import { Prisma } from "../../generated/prisma/client.ts";
import type { LineRole, OpenLine } from "../domain/allocation/open-line.ts";
import { type LateFee, type LateFeeFacts, lateFeeTermsOf, lateFeeThrough } from "../domain/late-fee/late-fee.ts";
import type { Fen } from "../domain/money/fen.ts";
import { addDays, type CivilDate, type DateRange } from "../domain/time/civil-date.ts";
import type { LateFeeTerms, LineKind } from "../domain/world/lease.ts";
import { rows } from "./rows.ts";
import type { Transaction } from "./transaction.ts";

/** Which lines to load. Only issued and published bills; a tenant's chat also leaves out what is not published. */
export interface ClaimFilter {
  readonly tenantId?: string | undefined;
  readonly tenantIds?: readonly string[] | undefined;
  readonly entityId?: string | undefined;
  readonly billIds?: readonly string[] | undefined;
  readonly lineIds?: readonly string[] | undefined;
  /** true: also lines on which nothing is open any more. */
  readonly settled?: boolean | undefined;
  readonly publishedOnly?: boolean | undefined;
  /** Of projects that are live; the tenants of the others are told nothing. */
  readonly liveOnly?: boolean | undefined;
}

/** A line that can be owed, with everything that decides what is owed on it on any date. */
export interface LineClaim {
  readonly lineId: string;
  readonly billId: string;
  readonly billNo: string;
  readonly entityId: string;
  readonly entityCode: string;
  readonly projectId: string;
  readonly projectCode: string;
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly leaseId: string;
  readonly leaseCode: string;
  readonly charge: string;
  readonly role: LineRole;
  readonly ordinal: number;
  readonly kind: LineKind;
  readonly period: DateRange;
  readonly correction: number;
  readonly position: number;
  readonly taxRate: string;
  /** As issued. */
  readonly amountFen: Fen;
  /** After set-off. */
  readonly principalFen: Fen;
  readonly openFen: Fen;
  readonly disputed: boolean;
  /** What the late fee is computed from. */
  readonly lateFeeFacts: LateFeeFacts;
  /** Σ of the accruals posted so far. */
  readonly lateFeePostedFen: Fen;
  /** Last day that the posted accruals count; null: none was evaluated yet. */
  readonly lateFeeThrough: CivilDate | null;
  readonly lateFeePaidFen: Fen;
  readonly lateFeeWaivedFen: Fen;
}

interface ClaimRow extends Omit<LineClaim, "period" | "disputed" | "lateFeeFacts"> {
  readonly period_from: CivilDate;
  readonly period_to: CivilDate;
  readonly disputed_since: string | null;
  readonly due_date: CivilDate;
  /** JSON null = switched off, SQL null = the lease says nothing. */
  readonly lease_late_fee: string | null;
  readonly project_late_fee: LateFeeTerms | null;
  readonly payments: { valueDate: CivilDate; amountFen: string }[] | null;
  readonly disputes: { from: CivilDate; to?: CivilDate }[] | null;
}

/** Loads claims in bill order. One query, whatever their number. */
export async function loadClaims(tx: Transaction, filter: ClaimFilter): Promise<LineClaim[]> {
  const found = await rows<ClaimRow>(tx, claimQuery(filter));
  return found.map(
    ({
      period_from,
      period_to,
      disputed_since,
      due_date,
      lease_late_fee,
      project_late_fee,
      payments,
      disputes,
      ...row
    }) => ({
      ...row,
      period: { from: period_from, to: period_to },
      disputed: disputed_since !== null,
      lateFeeFacts: {
        principalFen: row.principalFen,
        dueDate: due_date,
        terms: lateFeeTermsOf(
          row.kind,
          lease_late_fee === null ? undefined : (JSON.parse(lease_late_fee) as LateFeeTerms | null),
          project_late_fee,
        ),
        payments: (payments ?? []).map(({ valueDate, amountFen }) => ({ valueDate, amountFen: BigInt(amountFen) })),
        disputes: disputes ?? [],
      },
    }),
  );
}

/** The fee of a claim for the days through a date (money-rules 7), before what was paid or waived of it. */
export const claimFeeThrough = (claim: LineClaim, throughDate: CivilDate): LateFee =>
  lateFeeThrough({ ...claim.lateFeeFacts, throughDate });

/**
 * The claim as money with value date `asOf` meets it: principal open, fee standing as of the end of the day before.
 * This one function gives the figure to CLI, chat, cashier and PDF alike.
 */
export function openLineOf(claim: LineClaim, asOf: CivilDate): OpenLine {
  const feeFen = claimFeeThrough(claim, addDays(asOf, -1)).totalFen - claim.lateFeePaidFen - claim.lateFeeWaivedFen;
  return {
    lineId: claim.lineId,
    billNo: claim.billNo,
    tenant: claim.tenantCode,
    entity: claim.entityCode,
    project: claim.projectCode,
    lease: claim.leaseCode,
    charge: claim.charge,
    role: claim.role,
    ordinal: claim.ordinal,
    period: claim.period,
    correction: claim.correction,
    kind: claim.kind,
    dueDate: claim.lateFeeFacts.dueDate,
    position: claim.position,
    principalFen: claim.openFen,
    lateFeeFen: feeFen > 0n ? feeFen : 0n,
    disputed: claim.disputed,
  };
}

function claimQuery(filter: ClaimFilter): Prisma.Sql {
  const conditions = [Prisma.sql`b.state IN ('issued', 'published')`];
  if (filter.tenantId !== undefined) conditions.push(Prisma.sql`r.tenant_id = ${filter.tenantId}::uuid`);
  if (filter.tenantIds !== undefined) conditions.push(Prisma.sql`r.tenant_id = ANY (${[...filter.tenantIds]}::uuid[])`);
  if (filter.entityId !== undefined) conditions.push(Prisma.sql`r.entity_id = ${filter.entityId}::uuid`);
  if (filter.billIds !== undefined) conditions.push(Prisma.sql`r.bill_id = ANY (${[...filter.billIds]}::uuid[])`);
  if (filter.lineIds !== undefined) conditions.push(Prisma.sql`r.line_id = ANY (${[...filter.lineIds]}::uuid[])`);
  if (!filter.settled) conditions.push(Prisma.sql`(r.open_fen > 0 OR r.late_fee_open_fen > 0)`);
  if (filter.publishedOnly) conditions.push(Prisma.sql`b.state = 'published'`);
  if (filter.liveOnly) conditions.push(Prisma.sql`p.mode = 'live'`);
  // Counter-entries are movements of their own: the money counts from the value date and stops on the effective date.
  // The money of an undone receipt never counted, also where a part of it had been freed for other uses before.
  return Prisma.sql`
    SELECT r.line_id AS "lineId", b.id AS "billId", b.bill_no AS "billNo",
      r.entity_id AS "entityId", e.code AS "entityCode", b.project_id AS "projectId", p.code AS "projectCode",
      r.tenant_id AS "tenantId", t.code AS "tenantCode", r.lease_id AS "leaseId", l.code AS "leaseCode",
      line.charge_code AS charge, line.role, line.ordinal, line.kind, line.correction_no AS correction, line.position,
      line.period_from::text, line.period_to::text, trim_scale(line.tax_rate)::text AS "taxRate",
      line.amount_fen AS "amountFen", r.principal_fen AS "principalFen", r.open_fen AS "openFen",
      r.disputed_since::text, b.due_date::text, p.late_fee AS project_late_fee,
      (first_version.terms->'lateFee')::text AS lease_late_fee,
      r.late_fee_accrued_fen AS "lateFeePostedFen", r.late_fee_through::text AS "lateFeeThrough",
      r.late_fee_waived_fen AS "lateFeeWaivedFen",
      coalesce(paid.late_fee_fen, 0)::bigint AS "lateFeePaidFen",
      paid.payments, disputes.disputes
    FROM receivable r
    JOIN bill_line line ON line.id = r.line_id
    JOIN bill b ON b.id = r.bill_id
    JOIN legal_entity e ON e.id = r.entity_id
    JOIN project p ON p.id = b.project_id
    JOIN tenant t ON t.id = r.tenant_id
    JOIN lease l ON l.id = r.lease_id
    JOIN lease_version first_version ON first_version.lease_id = l.id AND first_version.version = 1
    LEFT JOIN LATERAL (
      WITH standing AS (
        SELECT a.id, a.component, a.value_date, a.amount_fen FROM allocation a
          LEFT JOIN prepayment used ON a.source = 'prepayment' AND used.id = a.source_id
          LEFT JOIN receipt origin ON origin.id = CASE a.source WHEN 'receipt' THEN a.source_id ELSE used.receipt_id END
        WHERE a.line_id = r.line_id AND origin.state IS DISTINCT FROM 'undone'
      )
      SELECT jsonb_agg(jsonb_build_object('valueDate', m.value_date, 'amountFen', m.amount_fen::text))
          FILTER (WHERE m.component = 'principal') AS payments,
        sum(m.amount_fen) FILTER (WHERE m.component = 'late-fee') AS late_fee_fen
      FROM (
        SELECT a.component, a.value_date, a.amount_fen FROM standing a
        UNION ALL
        SELECT a.component, v.effective_date, -v.amount_fen FROM standing a
          JOIN allocation_reversal v ON v.allocation_id = a.id
        UNION ALL
        SELECT 'principal', f.relieved_on, f.amount_fen FROM claim_relief f WHERE f.line_id = r.line_id
      ) m
    ) paid ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('from', lower(d.disputed), 'to', upper(d.disputed) - 1))) AS disputes
      FROM dispute d WHERE d.line_id = r.line_id
    ) disputes ON true
    WHERE ${Prisma.join(conditions, " AND ")}
    ORDER BY b.due_date, b.bill_no COLLATE "C", line.position`;
}
