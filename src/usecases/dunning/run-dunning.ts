import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { DunningPause } from "../../domain/dunning/dunning-stage.ts";
import { isQuiet, timeOfDayAt } from "../../domain/dunning/time-of-day.ts";
import { recordStatedFigures } from "../reconciliation/stated-figures.ts";
import { createDunningTasks } from "../tasks/dunning-tasks.ts";
import { type Contact, findContacts } from "./contacts.ts";
import type { DunningContext } from "./context.ts";
import { type DunningLadder, ladderInForce } from "./ladder-store.ts";
import { findDunnable } from "./load-facts.ts";
import { messageKey, noticesOf, toMessage } from "./notices.ts";
import { figuresOf, planTenants, type TenantPlan } from "./plan.ts";
import { newShortCode } from "./short-link.ts";

export interface DunningRun {
  /** Looked at; 0 at night. */
  readonly tenants: number;
  /** Steps that were said, one per tenant. */
  readonly said: number;
  /** Of those, with nobody to say them to. */
  readonly unreached: number;
  readonly tasks: number;
  readonly paused: Readonly<Partial<Record<DunningPause, number>>>;
}

const CHUNK_TENANTS = 200;
const CHUNK_LIMIT_MS = 60_000;

/**
 * Takes every tenant to its stage of now: what is due is said once, tasks are made, lower steps are passed over. Safe to
 * repeat and to run twice at once: a step is one row per tenant and due date, a message one per tenant and day. Each chunk
 * of tenants is one transaction, so that a process that dies leaves whole tenants behind.
 */
export async function runDunning(db: Database, context: DunningContext): Promise<DunningRun> {
  const date = context.clock.today();
  const timeOfDay = timeOfDayAt(context.clock.nowMs());
  const total = { tenants: 0, said: 0, unreached: 0, tasks: 0, paused: {} as Partial<Record<DunningPause, number>> };
  if (isQuiet(timeOfDay)) return total;
  const ladder = await inTransaction(db, ladderInForce);
  const tenantIds = await findDunnable(db, date, ladder.steps);
  for (let at = 0; at < tenantIds.length; at += CHUNK_TENANTS) {
    const chunk = tenantIds.slice(at, at + CHUNK_TENANTS);
    const done = await inTransaction(db, (tx) => dunChunk(tx, chunk, ladder, { date, timeOfDay }, context), {
      timeoutMs: CHUNK_LIMIT_MS,
    });
    total.tenants += chunk.length;
    total.said += done.said;
    total.unreached += done.unreached;
    total.tasks += done.tasks;
    for (const pause of done.pauses) total.paused[pause] = (total.paused[pause] ?? 0) + 1;
  }
  return total;
}

async function dunChunk(
  tx: Transaction,
  tenantIds: readonly string[],
  ladder: DunningLadder,
  now: { readonly date: TenantPlan["dueDate"]; readonly timeOfDay: string },
  context: DunningContext,
) {
  const planned = await planTenants(tx, tenantIds, { ...now, ladder: ladder.steps });
  const pauses = planned.paused.map(({ pause }) => pause);
  const stepIds = await writeSteps(tx, planned.plans, ladder, now.date, context.clock.nowMs());
  // What another run has taken on in the meantime is its own to say.
  const plans = planned.plans.filter(({ tenantId }) => stepIds.has(tenantId));
  const contacts = await findContacts(
    tx,
    plans.map(({ tenantId, say }) => ({ tenantId, action: say.action })),
    now.date,
    context,
  );
  const byMail = new Set(
    plans.flatMap(({ tenantId }) => (contacts.get(tenantId)?.[0]?.way === "email" ? [tenantId] : [])),
  );
  const notices = await noticesOf(tx, plans, now.date, byMail, context);
  const firsts = plans.flatMap(({ tenantId }) => {
    const stepId = stepIds.get(tenantId);
    const contact = contacts.get(tenantId)?.[0];
    const notice = notices.get(tenantId);
    return stepId !== undefined && contact && notice ? [{ stepId, contact, notice, shortCode: newShortCode() }] : [];
  });
  await enqueueMessages(
    tx,
    firsts.map(({ stepId, contact, notice, shortCode }) =>
      toMessage(notice, contact, messageKey(stepId, 1), shortCode, context),
    ),
  );
  await recordMessages(
    tx,
    firsts.map(({ stepId, contact, shortCode }) => ({ stepId, ordinal: 1, contact, shortCode })),
  );
  const told = new Set(firsts.map(({ stepId }) => stepId));
  await recordStatedFigures(
    tx,
    plans.filter(({ tenantId }) => told.has(stepIds.get(tenantId) ?? "")).flatMap(figuresOf),
    now.date,
    "dunning",
  );
  const tasks = await createDunningTasks(tx, plans, context.clock);
  await recordAudit(
    tx,
    plans.map((plan) => ({
      actor: "job:dunning.run",
      channel: "job",
      businessDate: now.date,
      action: `dunning.${plan.say.action}`,
      subjectKind: "tenant",
      subjectId: plan.tenantId,
      after: {
        dueDate: plan.dueDate,
        daysOverdue: plan.daysOverdue,
        openFen: Number(plan.openFen),
        passedOver: plan.passedOver,
        way: contacts.get(plan.tenantId)?.[0]?.way ?? null,
      },
    })),
  );
  return { said: plans.length, unreached: plans.length - firsts.length, tasks, pauses };
}

/** The ids of the steps that are ours to say, by tenant. */
async function writeSteps(
  tx: Transaction,
  plans: readonly TenantPlan[],
  ladder: DunningLadder,
  date: TenantPlan["dueDate"],
  nowMs: number,
): Promise<ReadonlyMap<string, string>> {
  if (plans.length === 0) return new Map();
  const rowOf = (plan: TenantPlan, step: TenantPlan["say"], said: boolean) => ({
    id: newId(),
    tenant_id: plan.tenantId,
    due_date: plan.dueDate,
    offset_days: step.offsetDays,
    action: step.action,
    said,
    handled_on: date,
    handled_at: new Date(nowMs).toISOString(),
    ladder_version: ladder.version,
    days_overdue: plan.daysOverdue,
    open_fen: plan.openFen,
  });
  const insert = (values: readonly object[]) =>
    rows<{ id: string; tenant_id: string }>(
      tx,
      Prisma.sql`INSERT INTO dunning_step (id, tenant_id, due_date, offset_days, action, said, handled_on, handled_at,
          ladder_version, days_overdue, open_fen)
        SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, tenant_id uuid, due_date date,
          offset_days integer, action text, said boolean, handled_on date, handled_at timestamptz, ladder_version integer,
          days_overdue integer, open_fen bigint)
        ON CONFLICT DO NOTHING RETURNING id, tenant_id`,
    );
  const said = new Map(
    (await insert(plans.map((plan) => rowOf(plan, plan.say, true)))).map(({ id, tenant_id }) => [tenant_id, id]),
  );
  const passedOver = plans
    .filter(({ tenantId }) => said.has(tenantId))
    .flatMap((plan) => plan.passedOver.map((step) => rowOf(plan, step, false)));
  if (passedOver.length > 0) await insert(passedOver);
  return said;
}

/** One more try to say a step: which way and to whom. */
export async function recordMessages(
  tx: Transaction,
  tries: readonly {
    readonly stepId: string;
    readonly ordinal: number;
    readonly contact: Contact;
    readonly shortCode: string;
  }[],
): Promise<void> {
  const values = tries.map(({ stepId, ordinal, contact, shortCode }) => ({
    id: newId(),
    step_id: stepId,
    ordinal,
    way: contact.way,
    person_id: contact.personId,
    dedupe_key: messageKey(stepId, ordinal),
    short_code: contact.way === "sms" ? shortCode : null,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO dunning_message (id, step_id, ordinal, way, person_id, dedupe_key, short_code)
      SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, step_id uuid, ordinal integer,
        way text, person_id uuid, dedupe_key text, short_code text) ON CONFLICT DO NOTHING`,
  );
}
