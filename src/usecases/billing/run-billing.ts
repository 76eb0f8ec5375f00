import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { LeasePlan } from "../../domain/charging/run-plan/plan.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { certifyRun } from "./certify-run.ts";
import { type BillingCommand, type BillingRefusal, refuse } from "./command.ts";
import { issueBills } from "./issue-bills.ts";
import { numberBills } from "./number-bills.ts";
import { type LoadedRun, loadRun, planLeases } from "./plan-leases.ts";
import { writePoolDocuments } from "./pool-documents.ts";
import { previewRun, previewShows, SNAPSHOT } from "./preview-run.ts";
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
  return previewShows(db, command, ({ bills }) => bills.some((bill) => !bill.held && !bill.shadow));
}

async function computeDrafts(db: Database, command: BillingCommand, run: BillingRun): Promise<void> {
  // The certificate is written when lines and pool documents are all there: a run that has one is computed.
  const [computed] = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT id FROM billing_run WHERE id = ${run.id}::uuid AND certificate IS NOT NULL`,
  );
  if (computed) return;
  const loaded = await inTransaction(db, (tx) => loadRun(tx, command, run.issueDate), SNAPSHOT);
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
      const pools = { homes: loaded.poolHomes, projects: loaded.shared.projects };
      const dated = { issueDate: run.issueDate, project: command.project };
      await writePoolDocuments(tx, loaded.poolMonths, pools, dated);
    },
    { timeoutMs: STAGE_LIMIT_MS },
  );
}

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
  const sought = new Set(command.acknowledge);
  for (const { anomaly_id } of known) sought.delete(anomaly_id);
  if (sought.size === 0) return undefined;
  const allFound = await previewShows(db, command, ({ anomalies }) => {
    for (const { id } of anomalies) sought.delete(id);
    return sought.size === 0;
  });
  if (allFound) return undefined;
  const [missing] = sought;
  return refuse("ANOMALY_UNKNOWN", `没有异常 ${missing}，请先预览（bill run --preview）并复制其中的编号`);
}

const keepNothing = () => undefined;

/** Who took responsibility for which anomaly is kept; "all" means all that this month shows now. */
async function acknowledge(db: Database, command: BillingCommand, staff: string): Promise<void> {
  const ids =
    command.acknowledge === "all"
      ? (await previewRun(db, command, keepNothing)).anomalies.map((anomaly) => anomaly.id)
      : command.acknowledge;
  if (ids.length === 0) return;
  await execute(
    db,
    Prisma.sql`INSERT INTO anomaly_acknowledgement (anomaly_id, acknowledged_by)
      SELECT t.id, ${staff} FROM jsonb_to_recordset(${toRecordset(ids.map((id) => ({ id })))}::jsonb) AS t(id text)
      ON CONFLICT DO NOTHING`,
  );
}
