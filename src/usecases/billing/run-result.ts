import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { compareCodes } from "../../domain/charging/code-order.ts";
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
import type { BillingCommand } from "./command.ts";
import { type PreviewOptions, previewRun } from "./preview-run.ts";

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
export async function previewResult(
  db: Database,
  command: BillingCommand,
  options?: PreviewOptions,
): Promise<RunResult> {
  const preview = await previewRun(db, command, plannedBill, options);
  return { period: preview.period, state: "previewed", bills: preview.bills, ...sharedParts(preview) };
}

/** What a command made: the bills of its run, and those that it published, whichever run made them. */
export interface MadeBills {
  readonly runId?: string | undefined;
  readonly publishedIds?: readonly string[] | undefined;
}

/**
 * What a run made or published, as stored, and what a preview made afterwards still holds. The certificate covers what
 * was made or published.
 */
export async function issuedResult(
  db: Database,
  command: BillingCommand,
  state: "issued" | "published",
  { runId, publishedIds = [] }: MadeBills,
): Promise<RunResult> {
  const made = await loadBills(
    db,
    Prisma.sql`b.run_id = ${runId ?? null}::uuid OR b.id = ANY (${[...publishedIds]}::uuid[])`,
  );
  const remaining = await previewRun(db, command, (bill) => (bill.held ? plannedBill(bill) : undefined));
  const bills = [...made, ...remaining.bills].sort(
    (a, b) => compareCodes(a.lease, b.lease) || compareDates(a.dueDate, b.dueDate) || compareCodes(a.entity, b.entity),
  );
  const parts = sharedParts(remaining);
  return { period: remaining.period, state, bills, ...parts, certificate: certificateOfBills(made) };
}

/** Of bills that are certified already: every run checks its own before it issues them (certify-run.ts). */
function certificateOfBills(bills: readonly ResultBill[]): RunResult["certificate"] {
  const lines = bills.flatMap((bill) => bill.lines);
  const sum = (counted: readonly ResultLine[]): number => counted.reduce((total, line) => total + line.amountFen, 0);
  return {
    lines: lines.length,
    totalFen: sum(lines),
    ledgerDeltaFen: sum(lines.filter((line) => line.role !== "deposit")),
    poolsBalanced: true,
  };
}

const sharedParts = (plan: Omit<RunPlan, "bills">) => ({
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

async function loadBills(db: Database, which: Prisma.Sql): Promise<ResultBill[]> {
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
      WHERE ${which} ORDER BY b.bill_no`,
  );
}

const compareDates = (a: CivilDate, b: CivilDate): number => (a < b ? -1 : a > b ? 1 : 0);
