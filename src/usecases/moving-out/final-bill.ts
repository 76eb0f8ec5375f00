import { Prisma } from "../../../generated/prisma/client.ts";
import {
  loadLeaseFacts,
  loadMetersOfLeases,
  loadPoolWorld,
  loadSharedFacts,
  loadUnitsOfLeases,
  type SharedFacts,
} from "../../db/billing-facts.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { computeCorrection } from "../../domain/charging/corrections.ts";
import { computeDeposit } from "../../domain/charging/deposit.ts";
import { ENGINE_VERSION } from "../../domain/charging/line.ts";
import { type BillingIndex, indexFacts } from "../../domain/charging/run-plan/billing-index.ts";
import type { ParkedCharge, PlannedBill, PlannedLine } from "../../domain/charging/run-plan/plan.ts";
import { planLease } from "../../domain/charging/run-plan/plan-lease.ts";
import {
  addPoolDemand,
  computeDemandedPoolMonths,
  homesOfPools,
  type PoolHomes,
  type PoolMonths,
  poolDemand,
} from "../../domain/charging/run-plan/pool-months.ts";
import { addDays, type CivilDate, formatDate, type Month, monthOf, shiftMonth } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";
import { formatBillNo } from "../bill-numbering.ts";
import { issueDrafts } from "../billing/issue-bills.ts";
import { sha256 } from "../billing/plan-leases.ts";
import { writePoolDocuments } from "../billing/pool-documents.ts";
import { insertDrafts, resolveParked } from "../billing/write-drafts.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { MoveOutContext } from "./context.ts";
import { auditMoveOut, type StoredMoveOut } from "./stored-move-out.ts";
import { firstMonthToBill, unbilledPoolMonths } from "./unbilled-months.ts";

/** What the last bill of a lease would say today. */
export interface FinalBillPlan {
  readonly bills: readonly PlannedBill[];
  /** Lines that cannot be computed yet: the bill waits for them, since no later run will come. */
  readonly parked: readonly ParkedCharge[];
}

interface PlannedFinalBill extends FinalBillPlan {
  readonly lease: StoredLease;
  readonly pools: { readonly homes: PoolHomes; readonly months: PoolMonths } | undefined;
  readonly projects: SharedFacts["projects"];
}

/**
 * The last bill of a lease, on today: whatever the runs up to the month after its last one should have billed and no run
 * has, of any cycle; lines that were parked; and corrections of what was issued beyond the last day or otherwise wrong
 * (money-rules 2). Reads only.
 */
export async function planFinalBill(
  tx: Transaction,
  moveOut: Pick<StoredMoveOut, "leaseId" | "lastDay">,
  today: CivilDate,
): Promise<FinalBillPlan> {
  const { bills, parked } = await compute(tx, moveOut, today);
  return { bills, parked };
}

/**
 * Issues and publishes the last bill of a lease, once: origin `settlement`, no run. Refused while something cannot be
 * computed (a final reading is missing) or the last day has not come. Where nothing is to be billed no bill is made.
 */
export async function issueFinalBill(
  tx: Transaction,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
): Promise<{ readonly ok: true; readonly billNos: readonly string[] } | Refusal> {
  if (moveOut.billedOn !== null) return { ok: true, billNos: await settlementBillsOf(tx, moveOut.leaseId) };
  if (moveOut.leaseEnd > moveOut.lastDay) {
    return refuse(
      "EARLY_END_MISSING",
      "提前退租还没有审批通过，不能出结算账单。",
      "The early end is not approved yet.",
    );
  }
  if (context.today < moveOut.lastDay) {
    return refuse(
      "LAST_DAY_TO_COME",
      `结算账单要在退租日 ${formatDate(moveOut.lastDay)} 当天或之后出。`,
      `The final bill is issued on ${moveOut.lastDay} or later.`,
    );
  }
  const plan = await compute(tx, moveOut, context.today);
  if (plan.parked.length > 0) {
    return refuse(
      "FINAL_BILL_INCOMPLETE",
      `还不能出结算账单：${plan.parked.map(({ message }) => message).join("；")}`,
      plan.parked.map(({ charge, code }) => `${charge}: ${code}`).join("; "),
    );
  }
  const billIds = await insertDrafts(tx, plan.bills, {
    runId: undefined,
    period: monthOf(context.today),
    leases: new Map([[plan.lease.terms.code, plan.lease]]),
    leaseIds: [moveOut.leaseId],
  });
  if (plan.pools) {
    const pools = { homes: plan.pools.homes, projects: plan.projects };
    await writePoolDocuments(tx, plan.pools.months, pools, { issueDate: context.today, project: undefined });
  }
  const billNos = await numberDrafts(tx, moveOut.projectCode, monthOf(context.today), billIds);
  await issueDrafts(tx, Prisma.sql`b.id = ANY (${[...billIds]}::uuid[])`);
  await resolveParked(tx, [], [moveOut.leaseId]);
  await execute(
    tx,
    Prisma.sql`UPDATE bill SET state = 'published', published_at = now() WHERE id = ANY (${[...billIds]}::uuid[])`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE move_out SET billed_on = ${context.today}::date WHERE id = ${moveOut.moveOutId}::uuid`,
  );
  await enqueueMessages(tx, await context.billNotices(tx, billIds, context.today));
  await auditMoveOut(tx, context, moveOut.moveOutId, "billed", { billNos });
  return { ok: true, billNos };
}

/** Numbers of the settlement bills of a lease. */
export const settlementBillsOf = async (tx: Transaction, leaseId: string): Promise<string[]> =>
  (
    await rows<{ billNo: string }>(
      tx,
      Prisma.sql`SELECT bill_no AS "billNo" FROM bill WHERE lease_id = ${leaseId}::uuid AND origin = 'settlement'
        ORDER BY bill_no COLLATE "C"`,
    )
  ).map(({ billNo }) => billNo);

async function compute(
  tx: Transaction,
  { leaseId, lastDay }: Pick<StoredMoveOut, "leaseId" | "lastDay">,
  today: CivilDate,
): Promise<PlannedFinalBill> {
  const lastMonth = monthOf(lastDay);
  const shared = await loadSharedFacts(tx);
  // Of a lease that ends all issued lines are looked at, not only the recent ones.
  const { leases, facts } = await loadLeaseFacts(tx, shiftMonth(lastMonth, -1200), [leaseId]);
  const [lease] = leases.values();
  const [terms] = facts.leases;
  if (!lease || !terms) throw new Error(`no lease ${leaseId}`);
  const meters = await loadMetersOfLeases(tx, facts.leases);
  const units = await loadUnitsOfLeases(tx, facts.leases);
  const period = shiftMonth(lastMonth, 1);
  const since = await firstMonthToBill(tx, leaseId);
  const index = indexFacts({ ...shared, units, ...facts, ...meters });
  const pools = await poolMonthsOf(tx, shared, index, terms, { since, period });
  const options = { hash: sha256, acknowledged: "all", issuedOn: today, since } as const;
  const { bills, parked } = planLease(index, terms, period, pools?.months ?? new Map(), options);
  // A deposit that was never billed is not asked for any more from somebody who leaves.
  const own = bills.map(withoutDeposit).filter((bill) => bill.lines.length > 0 && !bill.shadow);
  const waived = await depositNotOwed(tx, leaseId, terms, today);
  return { bills: merged([...own, ...waived]), parked, lease, pools, projects: shared.projects };
}

/** What was billed of the deposit and never paid is taken back: somebody who leaves owes no security any more. */
async function depositNotOwed(
  tx: Transaction,
  leaseId: string,
  terms: LeaseTerms,
  today: CivilDate,
): Promise<PlannedBill[]> {
  const open = await rows<{
    entity: string;
    from: CivilDate;
    to: CivilDate;
    corrections: number;
    issued: bigint[];
    openFen: bigint;
  }>(
    tx,
    Prisma.sql`SELECT e.code AS entity, l.period_from::text AS from, l.period_to::text AS to, r.open_fen AS "openFen",
        (SELECT max(c.correction_no) FROM bill_line c WHERE c.lease_id = l.lease_id AND c.role = 'deposit') AS corrections,
        ARRAY(SELECT c.amount_fen FROM bill_line c WHERE c.lease_id = l.lease_id AND c.role = 'deposit' ORDER BY c.correction_no) AS issued
      FROM receivable r JOIN bill_line l ON l.id = r.line_id JOIN legal_entity e ON e.id = l.entity_id
      WHERE r.lease_id = ${leaseId}::uuid AND l.role = 'deposit' AND r.open_fen > 0`,
  );
  return open.map(({ entity, from, to, corrections, issued, openFen }) => {
    const issuedFen = issued.map(BigInt);
    const paidFen = issuedFen.reduce((sum, fen) => sum + fen, 0n) - openFen;
    const line = computeCorrection(paidFen === 0n ? undefined : computeDeposit(paidFen, 0n), issuedFen);
    return {
      lease: terms.code,
      tenant: terms.tenant,
      entity,
      project: terms.project,
      issueDate: today,
      dueDate: dueDateOf(terms, today),
      totalFen: line.amountFen,
      lines: [
        {
          charge: "deposit",
          role: "deposit",
          ordinal: 0,
          period: { from, to },
          correction: corrections + 1,
          kind: "deposit",
          amountFen: line.amountFen,
          netFen: line.amountFen,
          taxFen: 0n,
          taxRate: "0",
          estimated: false,
          engineVersion: ENGINE_VERSION,
          inputs: line.inputs,
          inputHash: sha256(`${ENGINE_VERSION}\n${canonicalJson(line.inputs)}`),
          derivation: line.derivation,
        },
      ],
      held: false,
      shadow: false,
    };
  });
}

const SHORTEST_TERM_DAYS = 3;
const dueDateOf = ({ dueDays }: LeaseTerms, today: CivilDate): CivilDate =>
  addDays(today, Math.max(dueDays, SHORTEST_TERM_DAYS));

const withoutDeposit = (bill: PlannedBill): PlannedBill =>
  withLines(
    bill,
    bill.lines.filter((line) => line.role !== "deposit"),
  );

const withLines = (bill: PlannedBill, lines: readonly PlannedLine[]): PlannedBill => ({
  ...bill,
  lines,
  totalFen: lines.reduce((total, line) => total + line.amountFen, 0n),
});

/** What is billed and what is taken back on one bill per entity: the due date is one. */
function merged(bills: readonly PlannedBill[]): readonly PlannedBill[] {
  const byEntity = new Map<string, PlannedBill>();
  for (const bill of bills) {
    const key = `${bill.entity}|${bill.dueDate}`;
    const before = byEntity.get(key);
    byEntity.set(key, before ? withLines(before, [...before.lines, ...bill.lines]) : bill);
  }
  return [...byEntity.values()];
}

const NO_LEASES = { leases: [], issuedLines: [], depositsHeld: [], billedThrough: [], parkedRetries: [] };
const NO_METERS = { meters: [], readings: [] };

/** The pools that the lease shares in, with all leases that share with it. */
async function poolMonthsOf(
  tx: Transaction,
  shared: SharedFacts,
  leaseIndex: BillingIndex,
  terms: LeaseTerms,
  { since, period }: { readonly since: Month; readonly period: Month },
): Promise<{ readonly homes: PoolHomes; readonly months: PoolMonths } | undefined> {
  const rules = [...terms.charges, ...terms.amendments.flatMap(({ charges }) => charges)].map(({ rule }) => rule);
  const codes = [...new Set(rules.flatMap((rule) => (rule?.type === "pool" ? [rule.pool] : [])))];
  if (codes.length === 0) return undefined;
  const pools = shared.pools.filter(({ code }) => codes.includes(code));
  const index = indexFacts({ ...shared, pools, ...NO_LEASES, ...(await loadPoolWorld(tx, pools)) });
  const demand = poolDemand(codes, period);
  for (const month of unbilledPoolMonths(leaseIndex, terms, { since, period })) {
    for (const months of demand.wanted.values()) months.add(month);
  }
  const sharing = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT lease_id AS id FROM lease_charge WHERE rule->>'type' = 'pool' AND rule->>'pool' = ANY (${codes}::text[])
      ORDER BY lease_id`,
  );
  const { facts } = await loadLeaseFacts(
    tx,
    period,
    sharing.map(({ id }) => id),
  );
  addPoolDemand(demand, indexFacts({ ...shared, units: [], ...facts, ...NO_METERS }));
  return { homes: homesOfPools(index), months: computeDemandedPoolMonths(demand, index) };
}

async function numberDrafts(
  tx: Transaction,
  project: string,
  month: Month,
  billIds: readonly string[],
): Promise<string[]> {
  if (billIds.length === 0) return [];
  const first = await takeNumbers(tx, `bill|${project}|${month}`, billIds.length);
  const billNos = billIds.map((_, index) => formatBillNo(project, month, first + BigInt(index)));
  await execute(
    tx,
    Prisma.sql`UPDATE bill b SET bill_no = t.bill_no
      FROM unnest(${[...billIds]}::uuid[], ${billNos}::text[]) AS t(id, bill_no) WHERE b.id = t.id`,
  );
  return billNos;
}
