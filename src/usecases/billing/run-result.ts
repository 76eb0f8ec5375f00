import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import type { LineIdentity } from "../../domain/charging/run-plan/facts.ts";
import type {
  Anomaly,
  Certificate,
  OperatorShare,
  ParkedCharge,
  PlannedBill,
  RunPlan,
} from "../../domain/charging/run-plan/plan.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";

/** The JSON of `bill run` (interfaces.md section 3). */
export interface RunResult {
  readonly period: Month;
  readonly state: "previewed" | "issued" | "published";
  readonly bills: readonly ResultBill[];
  readonly parked: readonly ParkedCharge[];
  readonly operatorShares: readonly (Omit<OperatorShare, "amountFen"> & { readonly amountFen: number })[];
  readonly anomalies: readonly Anomaly[];
  readonly certificate: Omit<Certificate, "totalFen" | "ledgerDeltaFen"> & {
    readonly totalFen: number;
    readonly ledgerDeltaFen: number;
  };
}

interface ResultBill {
  readonly billNo?: string;
  readonly lease: string;
  readonly tenant: string;
  readonly entity: string;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  readonly totalFen: number;
  readonly held?: true;
  readonly shadow?: true;
  readonly lines: readonly ResultLine[];
}

interface ResultLine extends LineIdentity {
  readonly kind: string;
  readonly amountFen: number;
  readonly netFen: number;
  readonly taxFen: number;
  readonly taxRate: string;
  readonly estimated: boolean;
}

/** What a preview shows: nothing has a number yet. */
export function previewResult(plan: RunPlan): RunResult {
  return { period: plan.period, state: "previewed", bills: plan.bills.map(plannedBill), ...sharedParts(plan) };
}

/**
 * What a run made: the bills of these runs as stored, and what `remaining`, a preview made afterwards, still holds. The
 * certificate covers what was made.
 */
export async function issuedResult(
  db: Database,
  state: "issued" | "published",
  runId: string,
  remaining: RunPlan,
): Promise<RunResult> {
  const made = await loadBills(db, runId);
  const held = remaining.bills.filter((bill) => bill.held).map(plannedBill);
  const bills = [...made, ...held].sort((a, b) => compare(a.lease, b.lease) || compare(a.dueDate, b.dueDate));
  const [run] = await rows<{ certificate: RunResult["certificate"] | null }>(
    db,
    Prisma.sql`SELECT certificate FROM billing_run WHERE id = ${runId}::uuid`,
  );
  const parts = sharedParts(remaining);
  return { period: remaining.period, state, bills, ...parts, certificate: run?.certificate ?? parts.certificate };
}

const sharedParts = (plan: RunPlan) => ({
  parked: plan.parked,
  operatorShares: plan.operatorShares.map((share) => ({ ...share, amountFen: toJsonInteger(share.amountFen) })),
  anomalies: plan.anomalies,
  certificate: {
    ...plan.certificate,
    totalFen: toJsonInteger(plan.certificate.totalFen),
    ledgerDeltaFen: toJsonInteger(plan.certificate.ledgerDeltaFen),
  },
});

const plannedBill = (bill: PlannedBill): ResultBill => ({
  lease: bill.lease,
  tenant: bill.tenant,
  entity: bill.entity,
  issueDate: bill.issueDate,
  dueDate: bill.dueDate,
  totalFen: toJsonInteger(bill.totalFen),
  ...(bill.held ? { held: true } : {}),
  ...(bill.shadow ? { shadow: true } : {}),
  lines: bill.lines.map((line) => ({
    charge: line.charge,
    role: line.role,
    ordinal: line.ordinal,
    kind: line.kind,
    period: line.period,
    correction: line.correction,
    amountFen: toJsonInteger(line.amountFen),
    netFen: toJsonInteger(line.netFen),
    taxFen: toJsonInteger(line.taxFen),
    taxRate: line.taxRate,
    estimated: line.estimated,
  })),
});

async function loadBills(db: Database, runId: string): Promise<ResultBill[]> {
  return rows<ResultBill>(
    db,
    Prisma.sql`SELECT b.bill_no AS "billNo", l.code AS lease, t.code AS tenant, e.code AS entity,
        b.issue_date::text AS "issueDate", b.due_date::text AS "dueDate", b.total_fen::float8 AS "totalFen",
        (SELECT jsonb_agg(jsonb_build_object('charge', line.charge_code, 'role', line.role, 'ordinal', line.ordinal,
          'kind', line.kind, 'period', jsonb_build_object('from', line.period_from, 'to', line.period_to),
          'correction', line.correction_no, 'amountFen', line.amount_fen, 'netFen', line.net_fen, 'taxFen', line.tax_fen,
          'taxRate', line.tax_rate::text, 'estimated', line.estimated) ORDER BY line.position)
          FROM bill_line line WHERE line.bill_id = b.id) AS lines
      FROM bill b JOIN lease l ON l.id = b.lease_id JOIN tenant t ON t.id = b.tenant_id
        JOIN legal_entity e ON e.id = b.entity_id
      WHERE b.run_id = ${runId}::uuid ORDER BY b.bill_no`,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
