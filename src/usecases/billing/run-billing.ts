import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import {
  loadLeaseFacts,
  loadMetersOfLeases,
  loadMetersOfPools,
  loadSharedFacts,
  type SharedFacts,
} from "../../db/billing-facts.ts";
import type { Database } from "../../db/client.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { type BillingIndex, indexFacts } from "../../domain/charging/run-plan/billing-index.ts";
import type { PlanOptions } from "../../domain/charging/run-plan/facts.ts";
import type { LeasePlan } from "../../domain/charging/run-plan/plan.ts";
import { planLease } from "../../domain/charging/run-plan/plan-lease.ts";
import {
  addPoolDemand,
  computeDemandedPoolMonths,
  type PoolMonths,
  poolDemand,
} from "../../domain/charging/run-plan/pool-months.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";
import type { Unit } from "../../domain/world/property.ts";
import { certifyRun } from "./certify-run.ts";
import { type BillingCommand, type BillingRefusal, refuse } from "./command.ts";
import { issueBills } from "./issue-bills.ts";
import { numberBills } from "./number-bills.ts";
import { writePoolDocuments } from "./pool-documents.ts";
import { FACTS_LIMIT_MS, planOptions, previewRun } from "./preview-run.ts";
import { findApprovedPreview } from "./publish-approval.ts";
import { type BillingRun, checkApproval, openRun, workChunks } from "./run-lifecycle.ts";
import { writeDrafts } from "./write-drafts.ts";

export interface RunContext extends Actor {
  readonly today: CivilDate;
  readonly createdBy?: string | undefined;
  readonly approvedBy?: string | undefined;
  /** How many leases a worker takes at a time; default 250. */
  readonly chunkLeases?: number | undefined;
}

const STAGE_LIMIT_MS = 300_000;

/**
 * Issues a month: what an approved preview shows, less the bills that anomalies hold. Compute in chunks → number →
 * certify → issue in chunks. Each step is committed on its own and taken up again where it stopped, so the command may
 * be killed and repeated at any moment; running a finished month again creates only what is missing.
 */
export async function issueRun(
  db: Database,
  command: BillingCommand,
  context: RunContext,
): Promise<{ readonly ok: true; readonly runId: string } | BillingRefusal> {
  const before = context.approvedBy === undefined ? await findApprovedPreview(db, command) : undefined;
  if (before && "ok" in before) return before;
  const approved = before ? { ok: true as const, approval: before } : await checkApproval(db, context);
  if (!approved.ok) return approved;
  const unknown = await checkSelection(db, command);
  if (unknown) return unknown;
  await acknowledge(db, command, approved.approval.approvedBy);
  const opened = await openRun(db, command, approved.approval, command.issueDate ?? context.today, context);
  if (!opened.ok) return opened;
  await computeDrafts(db, command, opened.run);
  await inTransaction(db, (tx) => numberBills(tx, opened.run.id, command.period, context), {
    timeoutMs: STAGE_LIMIT_MS,
  });
  // Statistics from before the run say that it has no bills: with them every chunk would look through all of them.
  await execute(db, Prisma.sql`ANALYZE bill, bill_line, tenant_account`);
  const broken = await certifyRun(db, opened.run.id);
  if (broken) return refuse("CERTIFICATE_BROKEN", broken);
  await workChunks(db, opened.run.id, "issue", (tx, leaseIds) => issueBills(tx, opened.run.id, leaseIds));
  await inTransaction(db, (tx) => finishRun(tx, opened.run.id, context));
  return { ok: true, runId: opened.run.id };
}

/**
 * Whether a month has to be issued before it can be published whole: bills that nothing holds are missing, or a run is
 * unfinished. What is issued already was approved then, so publishing it asks for nobody.
 */
export async function needsIssue(db: Database, command: BillingCommand): Promise<boolean> {
  const [unfinished] = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT id FROM billing_run WHERE state = 'approved' AND period = ${command.period} LIMIT 1`,
  );
  if (unfinished) return true;
  const { bills } = await previewRun(db, command);
  return bills.some((bill) => !bill.held && !bill.shadow);
}

async function computeDrafts(db: Database, command: BillingCommand, run: BillingRun): Promise<void> {
  // The certificate is written when lines and pool documents are all there: a run that has one is computed.
  const [computed] = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT id FROM billing_run WHERE id = ${run.id}::uuid AND certificate IS NOT NULL`,
  );
  if (computed) return;
  const loaded = await loadRun(db, command, run.issueDate);
  await workChunks(db, run.id, "compute", async (tx, leaseIds) => {
    const { leases, plans } = await planLeases(tx, command, loaded, leaseIds);
    await writeDrafts(tx, plans, { runId: run.id, period: command.period, leases, leaseIds });
    await clearRechecks(tx, leaseIds, plans, leases, loaded);
  });
  await inTransaction(
    db,
    async (tx) => {
      // Workers that finish together write the documents one after the other; the second finds them written.
      await execute(tx, Prisma.sql`SELECT 1 FROM billing_run WHERE id = ${run.id}::uuid FOR UPDATE`);
      await writePoolDocuments(tx, loaded.index, loaded.poolMonths, {
        issueDate: run.issueDate,
        project: command.project,
      });
    },
    { timeoutMs: STAGE_LIMIT_MS },
  );
}

/**
 * Computes a chunk from facts that are loaded for it and dropped with it, so that a run needs no more memory for more
 * leases. What an import changes between the pools and the chunk is marked for a recheck, and the mark outlives this run.
 */
async function planLeases(
  tx: Transaction,
  command: BillingCommand,
  loaded: LoadedRun,
  leaseIds: readonly string[],
): Promise<{ readonly leases: ReadonlyMap<string, StoredLease>; readonly plans: readonly LeasePlan[] }> {
  const { leases, facts } = await loadLeaseFacts(tx, command.period, leaseIds);
  const units = unitsOf(facts.leases, loaded.index);
  const index = indexFacts({ ...loaded.shared, units, ...facts, ...(await loadMetersOfLeases(tx, facts.leases)) });
  const plans = facts.leases.map((terms) => planLease(index, terms, command.period, loaded.poolMonths, loaded.options));
  return { leases, plans };
}

/** The units that these leases hold, today or by any amendment; an import cannot add one to a lease without marking it. */
function unitsOf(leases: readonly LeaseTerms[], { units }: BillingIndex): readonly Unit[] {
  const codes = new Set(leases.flatMap((lease) => [lease, ...lease.amendments].flatMap((terms) => terms.units ?? [])));
  return [...codes].flatMap((code) => units.get(code) ?? []);
}

interface LoadedRun {
  readonly shared: SharedFacts;
  /** Marks as they stood before any fact was loaded, by lease; they change when an import marks the lease again. */
  readonly rechecks: ReadonlyMap<string, string>;
  /** Of the pools and their world; the leases are in the chunks. */
  readonly index: BillingIndex;
  readonly poolMonths: PoolMonths;
  readonly options: PlanOptions;
}

/** Leases whose share in the pools is gathered at a time. */
const POOL_LEASES = 1000;
const NO_LEASES = { leases: [], issuedLines: [], depositsHeld: [], billedThrough: [], parkedRetries: [] };

async function loadRun(db: Database, command: BillingCommand, issueDate: CivilDate): Promise<LoadedRun> {
  return inTransaction(
    db,
    async (tx) => {
      const rechecks = await rows<{ lease_id: string; version: string }>(
        tx,
        Prisma.sql`SELECT lease_id, xmin::text AS version FROM billing_recheck`,
      );
      const shared = await loadSharedFacts(tx);
      const index = indexFacts({ ...shared, ...NO_LEASES, ...(await loadMetersOfPools(tx)) });
      const demand = poolDemand(index.pools.keys(), command.period);
      const pooled = await rows<{ id: string }>(
        tx,
        Prisma.sql`SELECT DISTINCT lease_id AS id FROM lease_charge WHERE rule->>'type' = 'pool' ORDER BY lease_id`,
      );
      for (let from = 0; from < pooled.length; from += POOL_LEASES) {
        const leaseIds = pooled.slice(from, from + POOL_LEASES).map(({ id }) => id);
        const { facts } = await loadLeaseFacts(tx, command.period, leaseIds);
        addPoolDemand(demand, indexFacts({ ...shared, units: [], ...facts, ...NO_METERS }));
      }
      return {
        shared,
        rechecks: new Map(rechecks.map((mark) => [mark.lease_id, mark.version])),
        index,
        poolMonths: computeDemandedPoolMonths(demand, index),
        options: await planOptions(tx, command, issueDate),
      };
    },
    { timeoutMs: FACTS_LIMIT_MS, isolation: "RepeatableRead" },
  );
}

const NO_METERS = { meters: [], readings: [] };

/**
 * A lease has been looked at again, unless a held bill or a parked line kept its corrections back, or an import has marked
 * it since the facts were loaded.
 */
async function clearRechecks(
  tx: Transaction,
  leaseIds: readonly string[],
  plans: readonly LeasePlan[],
  leases: ReadonlyMap<string, StoredLease>,
  { rechecks }: LoadedRun,
): Promise<void> {
  const kept = new Set(
    plans.flatMap((plan) => [
      ...plan.bills.filter((bill) => bill.held).map((bill) => leases.get(bill.lease)?.leaseId ?? ""),
      ...plan.parked.map((line) => leases.get(line.lease)?.leaseId ?? ""),
    ]),
  );
  const done = leaseIds.flatMap((leaseId) => {
    const version = rechecks.get(leaseId);
    return version === undefined || kept.has(leaseId) ? [] : [{ lease_id: leaseId, version }];
  });
  if (done.length === 0) return;
  await execute(
    tx,
    Prisma.sql`DELETE FROM billing_recheck r USING jsonb_to_recordset(${toRecordset(done)}::jsonb)
        AS t(lease_id uuid, version text)
      WHERE r.lease_id = t.lease_id AND r.xmin::text = t.version`,
  );
}

async function finishRun(tx: Transaction, runId: string, context: RunContext): Promise<void> {
  const finished = await execute(
    tx,
    Prisma.sql`UPDATE billing_run SET state = 'issued' WHERE id = ${runId}::uuid AND state = 'approved'`,
  );
  if (finished === 0) return;
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "billing-run.issued",
      subjectKind: "billing-run",
      subjectId: runId,
    },
  ]);
}

/** A project or an anomaly id that does not exist is a typing error: refused before anything is written. */
export async function checkSelection(db: Database, command: BillingCommand): Promise<BillingRefusal | undefined> {
  if (command.project !== undefined) {
    const [found] = await rows<{ code: string }>(
      db,
      Prisma.sql`SELECT code FROM project WHERE code = ${command.project}`,
    );
    if (!found) return refuse("PROJECT_UNKNOWN", `没有项目 ${command.project}，请检查项目编号`);
  }
  if (command.acknowledge === "all" || command.acknowledge.length === 0) return undefined;
  const known = await rows<{ anomaly_id: string }>(db, Prisma.sql`SELECT anomaly_id FROM anomaly_acknowledgement`);
  const plan = await previewRun(db, command);
  const ids = new Set([...known.map((row) => row.anomaly_id), ...plan.anomalies.map((anomaly) => anomaly.id)]);
  const missing = command.acknowledge.find((id) => !ids.has(id));
  if (missing === undefined) return undefined;
  return refuse("ANOMALY_UNKNOWN", `没有异常 ${missing}，请先预览（bill run --preview）并复制其中的编号`);
}

/** Who took responsibility for which anomaly is kept; "all" means all that this month shows now. */
async function acknowledge(db: Database, command: BillingCommand, staff: string): Promise<void> {
  const ids =
    command.acknowledge === "all"
      ? (await previewRun(db, command)).anomalies.map((anomaly) => anomaly.id)
      : command.acknowledge;
  if (ids.length === 0) return;
  await execute(
    db,
    Prisma.sql`INSERT INTO anomaly_acknowledgement (anomaly_id, acknowledged_by)
      SELECT t.id, ${staff} FROM jsonb_to_recordset(${toRecordset(ids.map((id) => ({ id })))}::jsonb) AS t(id text)
      ON CONFLICT DO NOTHING`,
  );
}
