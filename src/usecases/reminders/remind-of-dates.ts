import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";
import { loadLeases } from "../../db/stored-leases.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { isQuiet, timeOfDayAt } from "../../domain/dunning/time-of-day.ts";
import { DEPOSITS } from "../../domain/ledger/accounts.ts";
import { addDays, addMonths, type CivilDate, monthOf, shiftMonth } from "../../domain/time/civil-date.ts";
import type { Escalation } from "../../domain/world/lease.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import { findReachableMembers } from "../people/reachable-members.ts";
import { createTasks } from "../tasks/create-tasks.ts";
import { placesOf } from "../tasks/dunning-tasks.ts";

export type ReminderKind = "lease-end" | "rent-step" | "deposit-return" | "missing-reading";

/** Something that is about to happen, or that is missing, once. */
export interface Reminder {
  readonly kind: ReminderKind;
  /** What it is about: the same thing is reminded of once. */
  readonly subjectKey: string;
  readonly tenantId: string | null;
  readonly tenantName: string;
  readonly projectId: string;
  readonly leaseId: string | null;
  readonly leaseCode: string;
  readonly aboutOn: CivilDate;
  /** Codes of meters without a reading, units … */
  readonly detail: string;
}

export interface ReminderWords {
  /** For the tenant; undefined: the staff alone hear. */
  card(reminder: Reminder): Card | undefined;
  /** The title of the steward's task; undefined: none is made. */
  task(reminder: Reminder): string | undefined;
}

export interface ReminderContext {
  readonly clock: BusinessClock;
  readonly officialAccountAppId: string | undefined;
  readonly words: ReminderWords;
}

/** Days before the end of a lease on which both sides are reminded. */
export const LEASE_END_DAYS = [90, 60, 30] as const;
/** Days before a rent step. */
export const RENT_STEP_DAYS = 30;
/** Days after the end by which a deposit that is still held has to be given back or offset. */
export const DEPOSIT_RETURN_DAYS = 7;

/** What the task of a reminder is about: its `subject_key` begins with this, then comes the reminder's. */
export const REMINDER_TASK_KEY = "reminder|";

/**
 * Reminders of dates: end of a lease, the next rent step, deposits to give back, readings that a month misses. Each is one
 * row and is given once, whatever day the job runs on, in no quiet hour; tenants hear by the official account, stewards get
 * a task where there is something to do. Returns how many are new.
 */
export async function remindOfDates(db: Database, context: ReminderContext): Promise<number> {
  if (isQuiet(timeOfDayAt(context.clock.nowMs()))) return 0;
  return inTransaction(
    db,
    async (tx) => {
      const today = context.clock.today();
      const due = [
        ...(await leaseEnds(tx, today)),
        ...(await rentSteps(tx, today)),
        ...(await depositsToReturn(tx, today)),
        ...(await missingReadings(tx, today)),
      ];
      const fresh = await writeReminders(tx, due, today);
      await tellTenants(tx, fresh, context);
      await giveTasks(tx, fresh, context);
      return fresh.length;
    },
    { timeoutMs: 120_000 },
  );
}

type LeaseRow = Omit<Reminder, "kind" | "subjectKey" | "detail">;

const LEASE_COLUMNS = Prisma.sql`l.tenant_id AS "tenantId", t.name AS "tenantName", l.project_id AS "projectId",
  l.id AS "leaseId", l.code AS "leaseCode"`;
/** A project in shadow, or off, tells nobody anything: the old system still does. */
const LEASES = Prisma.sql`lease l JOIN tenant t ON t.id = l.tenant_id
  JOIN project live ON live.id = l.project_id AND live.mode = 'live'`;

async function leaseEnds(tx: Transaction, today: CivilDate): Promise<Reminder[]> {
  const [longest] = LEASE_END_DAYS;
  const ending = await rows<LeaseRow & { days: number }>(
    tx,
    Prisma.sql`SELECT ${LEASE_COLUMNS}, l.end_date::text AS "aboutOn", l.end_date - ${today}::date AS days
      FROM ${LEASES}
      WHERE l.end_date BETWEEN ${today}::date AND ${addDays(today, longest)}::date ORDER BY l.code COLLATE "C"`,
  );
  return ending.map(({ days, ...lease }) => {
    // After an outage the nearest mark alone is said.
    const mark = LEASE_END_DAYS.filter((one) => days <= one).at(-1) ?? longest;
    return {
      ...lease,
      kind: "lease-end",
      subjectKey: `lease-end|${lease.leaseId}|${lease.aboutOn}|${mark}`,
      detail: String(days),
    };
  });
}

/** The next step of each rent that the lease agreed, within the days of notice. */
async function rentSteps(tx: Transaction, today: CivilDate): Promise<Reminder[]> {
  const until = addDays(today, RENT_STEP_DAYS);
  const stepping = await rows<LeaseRow & { leaseId: string }>(
    tx,
    Prisma.sql`SELECT ${LEASE_COLUMNS}, l.start_date::text AS "aboutOn" FROM ${LEASES}
      WHERE l.start_date < ${until}::date AND l.end_date > ${today}::date
        AND EXISTS (SELECT 1 FROM lease_version v WHERE v.lease_id = l.id
          AND jsonb_path_exists(v.terms, 'strict $.**.escalations[*]'))
      ORDER BY l.code COLLATE "C"`,
  );
  if (stepping.length === 0) return [];
  const leases = await loadLeases(
    tx,
    stepping.map(({ leaseId }) => leaseId),
  );
  const stepsOf = new Map(
    leases.map(({ leaseId, terms }) => [
      leaseId,
      terms.charges
        .filter(({ kind }) => kind === "rent")
        .flatMap(({ escalations }) => escalations.flatMap((escalation) => stepDates(terms.start, escalation, until))),
    ]),
  );
  return stepping.flatMap((lease) =>
    [...new Set(stepsOf.get(lease.leaseId) ?? [])]
      .filter((on) => on > today && on <= until)
      .map((aboutOn) => ({
        ...lease,
        aboutOn,
        kind: "rent-step" as const,
        subjectKey: `rent-step|${lease.leaseId}|${aboutOn}`,
        detail: "",
      })),
  );
}

function stepDates(start: CivilDate, escalation: Escalation, until: CivilDate): CivilDate[] {
  if ("from" in escalation) return [escalation.from];
  const dates: CivilDate[] = [];
  for (let months = escalation.firstAfterMonths; ; months += escalation.everyMonths) {
    const on = addMonths(start, months);
    if (on > until) return dates;
    dates.push(on);
  }
}

async function depositsToReturn(tx: Transaction, today: CivilDate): Promise<Reminder[]> {
  const held = await rows<LeaseRow & { fen: bigint }>(
    tx,
    Prisma.sql`SELECT ${LEASE_COLUMNS}, l.end_date::text AS "aboutOn", held.fen
      FROM ${LEASES}
      JOIN LATERAL (SELECT coalesce(sum(CASE WHEN a.code = p.credit_account THEN p.amount_fen ELSE -p.amount_fen END), 0)::bigint AS fen
        FROM ledger_posting p JOIN ledger_account a ON a.code IN (p.credit_account, p.debit_account) AND a.code = ${DEPOSITS}
        WHERE p.lease_id = l.id) held ON held.fen > 0
      WHERE l.end_date BETWEEN ${addDays(today, -60)}::date AND ${addDays(today, -DEPOSIT_RETURN_DAYS)}::date
      ORDER BY l.code COLLATE "C"`,
  );
  return held.map(({ fen, ...lease }) => ({
    ...lease,
    kind: "deposit-return",
    subjectKey: `deposit-return|${lease.leaseId}`,
    detail: String(fen),
  }));
}

/** From the second day of a month on: meters of let units without a reading since the month before began. */
async function missingReadings(tx: Transaction, today: CivilDate): Promise<Reminder[]> {
  if (today.slice(8, 10) < "02") return [];
  const month = shiftMonth(monthOf(today), -1);
  const missing = await rows<LeaseRow & { detail: string }>(
    tx,
    Prisma.sql`SELECT ${LEASE_COLUMNS}, ${`${month}-01`} AS "aboutOn", string_agg(DISTINCT m.code, '、' ORDER BY m.code) AS detail
      FROM ${LEASES}
      JOIN lease_unit lu ON lu.lease_id = l.id AND lu.held @> (date_trunc('month', ${today}::date) - interval '1 day')::date
      JOIN meter_assignment ma ON ma.unit_id = lu.unit_id AND ma.held @> (date_trunc('month', ${today}::date) - interval '1 day')::date
      JOIN meter m ON m.id = ma.meter_id
      WHERE NOT EXISTS (SELECT 1 FROM reading r WHERE r.meter_id = m.id
        AND r.stands_on >= (date_trunc('month', ${today}::date) - interval '6 days')::date)
      GROUP BY l.tenant_id, t.name, l.project_id, l.id, l.code ORDER BY l.code COLLATE "C"`,
  );
  return missing.map(({ detail, ...lease }) => ({
    ...lease,
    kind: "missing-reading",
    subjectKey: `missing-reading|${lease.leaseId}|${month}`,
    detail,
  }));
}

async function writeReminders(tx: Transaction, due: readonly Reminder[], today: CivilDate): Promise<Reminder[]> {
  const values = due.map((reminder) => ({
    id: newId(),
    kind: reminder.kind,
    subject_key: reminder.subjectKey,
    tenant_id: reminder.tenantId,
    project_id: reminder.projectId,
    lease_id: reminder.leaseId,
    about_on: reminder.aboutOn,
    given_on: today,
  }));
  const written = await rows<{ key: string }>(
    tx,
    Prisma.sql`INSERT INTO reminder (id, kind, subject_key, tenant_id, project_id, lease_id, about_on, given_on)
      SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, kind text, subject_key text,
        tenant_id uuid, project_id uuid, lease_id uuid, about_on date, given_on date)
      ON CONFLICT (subject_key) DO NOTHING RETURNING subject_key AS key`,
  );
  const keys = new Set(written.map(({ key }) => key));
  return due.filter(({ subjectKey }) => keys.has(subjectKey));
}

async function tellTenants(tx: Transaction, reminders: readonly Reminder[], context: ReminderContext): Promise<void> {
  const appId = context.officialAccountAppId;
  if (appId === undefined || reminders.length === 0) return;
  const tenantIds = [...new Set(reminders.flatMap(({ tenantId }) => (tenantId === null ? [] : [tenantId])))];
  const members = await findReachableMembers(tx, { platform: "official-account", appId }, tenantIds);
  await enqueueMessages(
    tx,
    reminders.flatMap((reminder) => {
      const card = context.words.card(reminder);
      const [first] = members.get(reminder.tenantId ?? "") ?? [];
      if (card === undefined || first === undefined) return [];
      return [
        {
          channel: "official-account",
          appId,
          recipient: first.externalId,
          personId: first.personId,
          occasion: "notice",
          message: card,
          dedupeKey: `reminder|${reminder.subjectKey}`,
        },
      ];
    }),
  );
}

async function giveTasks(tx: Transaction, reminders: readonly Reminder[], context: ReminderContext): Promise<void> {
  const places = await placesOf(
    tx,
    reminders.flatMap(({ leaseId }) => (leaseId === null ? [] : [leaseId])),
  );
  await createTasks(
    tx,
    reminders.flatMap((reminder) => {
      const title = context.words.task(reminder);
      if (title === undefined) return [];
      return [
        {
          kind: "reminder",
          subjectKey: `${REMINDER_TASK_KEY}${reminder.subjectKey}`,
          tenantId: reminder.tenantId,
          projectId: reminder.projectId,
          buildingId: places.get(reminder.leaseId ?? "")?.buildingId ?? null,
          title,
          roles: ["steward", "area-manager"],
        },
      ];
    }),
    context.clock,
  );
}
