import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { loadTasks, type TaskCards, taskSubject } from "./task.ts";

/** More new tasks than this at once are one card with a list: WeCom drops what is over 30 messages to a member in a minute. */
export const MOST_CARDS = 3;

/** Brings new tasks to those who have them, one transaction each. Returns how many people heard. */
export async function tellNewTasks(
  db: Database,
  context: { readonly today: CivilDate; readonly cards: TaskCards },
): Promise<number> {
  const waiting = await rows<{ assigneeId: string }>(
    db,
    Prisma.sql`SELECT DISTINCT assignee_id AS "assigneeId" FROM steward_task
      WHERE state = 'open' AND NOT told AND assignee_id IS NOT NULL ORDER BY 1`,
  );
  let told = 0;
  for (const { assigneeId } of waiting) {
    if (await inTransaction(db, (tx) => tellTasksOf(tx, assigneeId, context), { timeoutMs: 60_000 })) told += 1;
  }
  return told;
}

/** The cards of the new tasks of one person, in the transaction that gives them. */
export async function tellTasksOf(
  tx: Transaction,
  assigneeId: string,
  { today, cards }: { readonly today: CivilDate; readonly cards: TaskCards },
): Promise<boolean> {
  const taken = await rows<{ id: string }>(
    tx,
    Prisma.sql`UPDATE steward_task SET told = true WHERE id IN (SELECT id FROM steward_task
      WHERE assignee_id = ${assigneeId}::uuid AND state = 'open' AND NOT told FOR UPDATE SKIP LOCKED) RETURNING id`,
  );
  if (taken.length === 0) return false;
  const tasks = await loadTasks(tx, Prisma.sql`k.id = ANY (${taken.map(({ id }) => id)}::uuid[])`, today);
  const to = { staffIds: [assigneeId] };
  if (tasks.length > MOST_CARDS) {
    const [first] = tasks;
    const byAmount = [...tasks].sort((a, b) => (a.overdueFen < b.overdueFen ? 1 : -1));
    await tellStaff(tx, { to, card: cards.list("new", byAmount), dedupeKey: `tasks-new|${first?.id}|${tasks.length}` });
    return true;
  }
  for (const task of tasks) {
    await tellStaff(tx, {
      to,
      card: cards.task(task),
      subject: taskSubject(task),
      dedupeKey: `task|${task.id}|${assigneeId}|${task.version}`,
    });
  }
  return true;
}

/** The daily list of what is open, to everybody who has tasks; once a day. */
export async function sendTaskDigest(
  db: Database,
  context: { readonly today: CivilDate; readonly cards: TaskCards },
): Promise<number> {
  const { today, cards } = context;
  return inTransaction(db, async (tx) => {
    const tasks = await loadTasks(tx, Prisma.sql`k.state = 'open' AND k.assignee_id IS NOT NULL`, today);
    const byAssignee = new Map<string, typeof tasks>();
    for (const task of tasks) {
      const key = task.assigneeId ?? "";
      byAssignee.set(key, [...(byAssignee.get(key) ?? []), task]);
    }
    for (const [assigneeId, own] of byAssignee) {
      await tellStaff(tx, {
        to: { staffIds: [assigneeId] },
        card: cards.list(
          "digest",
          own.sort((a, b) => (a.overdueFen < b.overdueFen ? 1 : -1)),
        ),
        dedupeKey: `task-digest|${assigneeId}|${today}`,
      });
    }
    return byAssignee.size;
  });
}

/** With nothing done for so many days the manager hears. */
export const ESCALATE_AFTER_DAYS = 3;

/** Tells the area manager of tasks that nobody works on, once each. Returns how many. */
export async function escalateTasks(
  db: Database,
  context: { readonly today: CivilDate; readonly cards: TaskCards },
): Promise<number> {
  const { today, cards } = context;
  return inTransaction(db, async (tx) => {
    const late = await rows<{ id: string }>(
      tx,
      Prisma.sql`SELECT id FROM steward_task WHERE state = 'open' AND escalated_on IS NULL
        AND kind IN ('dunning', 'formal-notice', 'dispute')
        AND waiting_since <= ${today}::date - ${ESCALATE_AFTER_DAYS}::integer ORDER BY id FOR UPDATE SKIP LOCKED`,
    );
    if (late.length === 0) return 0;
    const ids = late.map(({ id }) => id);
    const tasks = await loadTasks(tx, Prisma.sql`k.id = ANY (${ids}::uuid[])`, today);
    const byProject = new Map<string, typeof tasks>();
    for (const task of tasks) byProject.set(task.projectId, [...(byProject.get(task.projectId) ?? []), task]);
    for (const [projectId, own] of byProject) {
      await tellStaff(tx, {
        to: { roles: ["area-manager"], projectId },
        card: cards.list("late", own),
        dedupeKey: `tasks-late|${projectId}|${today}`,
      });
    }
    await execute(
      tx,
      Prisma.sql`UPDATE steward_task SET escalated_on = ${today}::date WHERE id = ANY (${ids}::uuid[])`,
    );
    await execute(
      tx,
      Prisma.sql`INSERT INTO task_note (id, task_id, result, noted_by, noted_on)
        SELECT gen_random_uuid(), id, 'escalated', 'job:task.escalate', ${today}::date
        FROM unnest(${ids}::uuid[]) AS t(id)`,
    );
    return ids.length;
  });
}
