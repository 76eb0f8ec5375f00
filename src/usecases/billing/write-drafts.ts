import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LeasePlan, PlannedBill } from "../../domain/charging/run-plan/plan.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import { paymentCodeOf } from "../bill-numbering.ts";

export interface DraftContext {
  /** Undefined: bills of no run, those of a settlement. */
  readonly runId: string | undefined;
  readonly period: Month;
  readonly leases: ReadonlyMap<string, StoredLease>;
  /** The leases that these plans are about, also those without a bill. */
  readonly leaseIds: readonly string[];
}

/**
 * Writes what was computed for a chunk of leases: bills as drafts without a number, their lines, and what was parked.
 * A line that exists already collides with its identity (I7) and takes the whole chunk back.
 */
export async function writeDrafts(tx: Transaction, plans: readonly LeasePlan[], context: DraftContext): Promise<void> {
  await insertDrafts(
    tx,
    plans.flatMap((plan) => plan.bills).filter((bill) => !bill.held && !bill.shadow),
    context,
  );
  await writeParked(tx, plans, context);
}

/** Bills as drafts without a number, with their lines; returns their ids in the order given. */
export async function insertDrafts(
  tx: Transaction,
  bills: readonly PlannedBill[],
  context: DraftContext,
): Promise<readonly string[]> {
  const drafts = bills.map((bill) => ({ id: newId(), bill }));
  await insertBills(tx, drafts, context);
  await insertLines(tx, drafts, context);
  return drafts.map(({ id }) => id);
}

type Draft = { readonly id: string; readonly bill: PlannedBill };

async function insertBills(tx: Transaction, drafts: readonly Draft[], context: DraftContext): Promise<void> {
  const values = drafts.map(({ id, bill }) => {
    const lease = leaseOf(context, bill.lease);
    return {
      id,
      entity: bill.entity,
      lease_id: lease.leaseId,
      lease_version_id: lease.versionId,
      payment_code: paymentCodeOf(id),
      issue_date: bill.issueDate,
      due_date: bill.dueDate,
      total_fen: bill.totalFen,
    };
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, run_id, origin, state,
        bill_no, payment_code, period, issue_date, due_date, total_fen)
      SELECT t.id, e.id, l.project_id, l.tenant_id, l.id, t.lease_version_id, ${context.runId ?? null}::uuid,
        ${context.runId === undefined ? "settlement" : "run"}, 'draft',
        'draft-' || t.id, t.payment_code, ${context.period}, t.issue_date, t.due_date, t.total_fen
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, entity text, lease_id uuid,
        lease_version_id uuid, payment_code text, issue_date date, due_date date, total_fen bigint)
      JOIN legal_entity e ON e.code = t.entity JOIN lease l ON l.id = t.lease_id`,
  );
}

async function insertLines(tx: Transaction, drafts: readonly Draft[], context: DraftContext): Promise<void> {
  const corrected = await correctedLines(tx, drafts, context);
  const values = drafts.flatMap(({ id, bill }) => {
    const { leaseId } = leaseOf(context, bill.lease);
    return bill.lines.map((line, position) => ({
      id: newId(),
      bill_id: id,
      entity: bill.entity,
      lease_id: leaseId,
      charge_code: line.charge,
      role: line.role,
      ordinal: line.ordinal,
      kind: line.kind,
      period_from: line.period.from,
      period_to: line.period.to,
      correction_no: line.correction,
      corrects_line_id:
        line.correction === 0
          ? null
          : (corrected.get(familyKey(leaseId, line.charge, line.role, line.ordinal, line.period.from)) ?? null),
      position,
      amount_fen: line.amountFen,
      net_fen: line.netFen,
      tax_fen: line.taxFen,
      tax_rate: line.taxRate,
      estimated: line.estimated,
      engine_version: line.engineVersion,
      input_hash: line.inputHash,
      inputs: line.inputs,
      derivation: line.derivation,
    }));
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
        period_to, correction_no, corrects_line_id, position, amount_fen, net_fen, tax_fen, tax_rate, estimated,
        engine_version, input_hash, inputs, derivation)
      SELECT t.id, t.bill_id, e.id, t.lease_id, t.charge_code, t.role, t.ordinal, t.kind, t.period_from,
        t.period_to, t.correction_no, t.corrects_line_id, t.position, t.amount_fen, t.net_fen, t.tax_fen, t.tax_rate,
        t.estimated, t.engine_version, t.input_hash, t.inputs, t.derivation
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, bill_id uuid, entity text, lease_id uuid, charge_code text,
        role text, ordinal integer, kind text, period_from date, period_to date, correction_no integer,
        corrects_line_id uuid, position integer, amount_fen bigint, net_fen bigint, tax_fen bigint, tax_rate numeric,
        estimated boolean, engine_version text, input_hash text, inputs jsonb, derivation jsonb)
      JOIN legal_entity e ON e.code = t.entity`,
  );
}

/** The original lines that corrections of these drafts refer to, by family. */
async function correctedLines(
  tx: Transaction,
  drafts: readonly Draft[],
  context: DraftContext,
): Promise<Map<string, string>> {
  const leaseIds = drafts
    .filter(({ bill }) => bill.lines.some((line) => line.correction > 0))
    .map(({ bill }) => leaseOf(context, bill.lease).leaseId);
  if (leaseIds.length === 0) return new Map();
  const found = await rows<{ id: string; key: string }>(
    tx,
    Prisma.sql`SELECT id, concat_ws('|', lease_id, charge_code, role, ordinal, period_from) AS key FROM bill_line
      WHERE correction_no = 0 AND lease_id = ANY (${leaseIds}::uuid[])`,
  );
  return new Map(found.map((line) => [line.key, line.id]));
}

const familyKey = (...parts: (string | number)[]): string => parts.join("|");

/** What could not be computed is remembered and retried by every later run; what now could be is resolved. */
async function writeParked(tx: Transaction, plans: readonly LeasePlan[], context: DraftContext): Promise<void> {
  const parked = plans.flatMap((plan) =>
    plan.parked.map((line) => ({
      lease_id: leaseOf(context, line.lease).leaseId,
      charge_code: line.charge,
      period_from: line.period.from,
      period_to: line.period.to,
      code: line.code,
      message: line.message,
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO parked_line (lease_id, charge_code, period_from, period_to, code, message, run_id)
      SELECT t.*, ${context.runId}::uuid FROM jsonb_to_recordset(${toRecordset(parked)}::jsonb) AS t(lease_id uuid,
        charge_code text, period_from date, period_to date, code text, message text)
      ON CONFLICT (lease_id, charge_code, period_from) DO UPDATE SET code = EXCLUDED.code, message = EXCLUDED.message,
        period_to = EXCLUDED.period_to, resolved_at = NULL`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
      SELECT gen_random_uuid(), l.entity_id, 'BILLING_PARKED', concat_ws('|', t.lease_id, t.charge_code, t.period_from),
        jsonb_build_object('code', t.code, 'message', t.message), 'open'
      FROM jsonb_to_recordset(${toRecordset(parked)}::jsonb) AS t(lease_id uuid, charge_code text, period_from date,
        code text, message text) JOIN lease l ON l.id = t.lease_id
      ON CONFLICT (kind, subject_key) DO UPDATE SET facts = EXCLUDED.facts, state = 'open', resolved_at = NULL,
        resolved_with = NULL, resolved_by = NULL`,
  );
  await resolveParked(tx, [...parked, ...linesOfHeldBills(plans, context)], context.leaseIds);
}

/** A parked line that is now on a held bill waits on: only issuing it would settle it. */
const linesOfHeldBills = (plans: readonly LeasePlan[], context: DraftContext) =>
  plans
    .flatMap((plan) => plan.bills)
    .filter((bill) => bill.held)
    .flatMap((bill) =>
      bill.lines.map((line) => ({
        lease_id: leaseOf(context, bill.lease).leaseId,
        charge_code: line.charge,
        period_from: line.period.from,
      })),
    );

/** Whatever these leases no longer have parked is billed, right as it was issued, or owed for no day any more. */
export async function resolveParked(
  tx: Transaction,
  waiting: readonly { readonly lease_id: string; readonly charge_code: string; readonly period_from: string }[],
  leaseIds: readonly string[],
): Promise<void> {
  const still = waiting.map(({ lease_id, charge_code, period_from }) => ({ lease_id, charge_code, period_from }));
  await execute(
    tx,
    Prisma.sql`UPDATE parked_line p SET resolved_at = now() WHERE p.resolved_at IS NULL
      AND p.lease_id = ANY (${[...leaseIds]}::uuid[])
      AND (p.lease_id, p.charge_code, p.period_from) NOT IN (SELECT lease_id, charge_code, period_from
        FROM jsonb_to_recordset(${toRecordset(still)}::jsonb) AS t(lease_id uuid, charge_code text, period_from date))`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item x SET state = 'resolved', resolved_with = 'billed', resolved_by = 'job:billing',
        resolved_at = now()
      FROM parked_line p WHERE x.kind = 'BILLING_PARKED' AND x.state = 'open' AND p.resolved_at IS NOT NULL
        AND p.lease_id = ANY (${[...leaseIds]}::uuid[])
        AND x.subject_key = concat_ws('|', p.lease_id, p.charge_code, p.period_from)`,
  );
}

function leaseOf(context: DraftContext, code: string): StoredLease {
  const lease = context.leases.get(code);
  if (!lease) throw new Error(`the plan names the unknown lease ${code}`);
  return lease;
}
