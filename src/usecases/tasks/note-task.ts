import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { updateCards } from "../cards/update-cards.ts";
import { openDisputeWithin } from "../disputes/dispute-line.ts";
import { keepPhoto, type SentPhoto } from "../photos/keep-photo.ts";
import { promiseToPay } from "../promises/promise-to-pay.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { findStaffMember, type StaffMember } from "../staff/find-staff-member.ts";
import { may, type Place } from "../staff/permissions.ts";
import type { Portfolio } from "../staff/portfolio.ts";
import { closeOfTenant, showClosed } from "./close-settled.ts";
import { createTasks } from "./create-tasks.ts";
import { findTask, type StewardTask, type TaskContext, type TaskResult } from "./task.ts";
import { tellTasksOf } from "./tell-tasks.ts";
import { TASK_TEXT } from "./text.zh-CN.ts";

/** What became of a task, as the person in the corridor says it. */
export type TaskNote =
  | { readonly result: "unreachable" | "paid" | "note"; readonly words?: string | undefined }
  | { readonly result: "promised"; readonly until: CivilDate; readonly words?: string | undefined }
  | { readonly result: "disputed"; readonly lineId: string; readonly words: string }
  | { readonly result: "visited"; readonly words?: string | undefined; readonly photo?: SentPhoto | undefined };

export interface NotedTask {
  readonly ok: true;
  readonly task: StewardTask;
  /** Who looks at the dispute; undefined: nobody has this place, or none was raised. */
  readonly disputeWith?: string | undefined;
}

/**
 * Writes down what became of a task, by whom its place is; a promise pauses dunning, a dispute stops it for its line and
 * becomes the task of a person who looks at it. “Paid” closes the task when the books say so, else it waits for the money.
 */
export async function noteTask(
  tx: Transaction,
  reference: string,
  member: StaffMember,
  note: TaskNote,
  context: TaskContext,
): Promise<NotedTask | Refusal> {
  const task = await openTask(tx, reference, member, context.today);
  if ("ok" in task) return task;
  const effect = await takeEffect(tx, task, note, context);
  if (!effect.ok) return effect;
  await writeNote(tx, task.id, note, context);
  await execute(
    tx,
    Prisma.sql`UPDATE steward_task SET version = version + 1, waiting_since = ${context.today}::date, escalated_on = NULL
      WHERE id = ${task.id}::uuid`,
  );
  if (task.tenantId !== null) await closeOfTenant(tx, task.tenantId, context);
  const after = await reload(tx, task.id, context.today);
  await updateCards(tx, {
    subject: { kind: "task", id: task.id },
    version: after.version,
    card: context.cards.task(after),
    isFinal: after.state === "done",
    exceptTaskId: context.clickedTaskId,
  });
  await audit(tx, `task.${note.result}`, after, context);
  return { ok: true, task: after, ...(effect.with === undefined ? {} : { disputeWith: effect.with }) };
}

type Effect = { readonly ok: true; readonly with?: string | undefined };

async function takeEffect(
  tx: Transaction,
  task: StewardTask,
  note: TaskNote,
  context: TaskContext,
): Promise<Effect | Refusal> {
  switch (note.result) {
    case "promised": {
      if (task.tenantId === null) return { ok: true };
      const made = await promiseToPay(tx, { tenantId: task.tenantId, until: note.until }, context);
      return made.ok ? { ok: true } : made;
    }
    case "disputed": {
      const opened = await openDisputeWithin(
        tx,
        { lineId: note.lineId, from: context.today, reason: note.words },
        context,
      );
      if (!opened.ok) return opened;
      return { ok: true, with: await giveDispute(tx, task, note.lineId, opened.disputeId, context) };
    }
    case "unreachable":
    case "visited":
    case "paid":
    case "note":
      return { ok: true };
    default:
      return note satisfies never;
  }
}

/** The name of the person who looks at a dispute and hears of it now. */
async function giveDispute(
  tx: Transaction,
  { tenantId, projectId, buildingId }: StewardTask,
  lineId: string,
  disputeId: string,
  context: TaskContext,
): Promise<string | undefined> {
  const subjectKey = `dispute|${disputeId}`;
  const title = TASK_TEXT.titles.dispute;
  await createTasks(
    tx,
    [
      {
        kind: "dispute",
        subjectKey,
        tenantId,
        projectId,
        buildingId,
        lineId,
        title,
        roles: ["area-manager", "finance-manager"],
      },
    ],
    { today: () => context.today, nowMs: () => context.nowMs },
  );
  const assignee = await row<{ id: string; name: string }>(
    tx,
    Prisma.sql`SELECT s.id, s.name FROM steward_task k JOIN staff s ON s.id = k.assignee_id
      WHERE k.subject_key = ${subjectKey}`,
  );
  if (assignee) await tellTasksOf(tx, assignee.id, context);
  return assignee?.name;
}

/** Gives an open task to a colleague of its place. */
export async function reassignTask(
  tx: Transaction,
  reference: string,
  member: StaffMember,
  toCode: string,
  context: TaskContext,
): Promise<NotedTask | Refusal> {
  const task = await openTask(tx, reference, member, context.today);
  if ("ok" in task) return task;
  const to = await findStaffMember(tx, { code: toCode.toUpperCase() });
  if (!to || !may(to, "task.handle", placeOfTask(task))) {
    return refuse(
      "STAFF_UNKNOWN",
      `没有能接 ${task.number} 的在职员工 ${toCode}，请检查员工编号和负责范围。`,
      `There is nobody ${toCode} who may have ${task.number}.`,
    );
  }
  await writeNote(tx, task.id, { result: "note", words: to.name }, context, "reassigned");
  await execute(
    tx,
    Prisma.sql`UPDATE steward_task SET assignee_id = ${to.staffId}::uuid, version = version + 1, told = false,
      waiting_since = ${context.today}::date, escalated_on = NULL WHERE id = ${task.id}::uuid`,
  );
  const after = await reload(tx, task.id, context.today);
  await updateCards(tx, {
    subject: { kind: "task", id: task.id },
    version: after.version,
    card: context.cards.task(after),
    isFinal: false,
    exceptTaskId: context.clickedTaskId,
  });
  await tellTasksOf(tx, to.staffId, context);
  await audit(tx, "task.reassigned", after, context);
  return { ok: true, task: after };
}

/** Ends a task by hand. What waits for money ends with the money and not before. */
export async function finishTask(
  tx: Transaction,
  reference: string,
  member: StaffMember,
  words: string,
  context: TaskContext,
): Promise<NotedTask | Refusal> {
  const task = await openTask(tx, reference, member, context.today);
  if ("ok" in task) return task;
  if (task.kind !== "reminder" && task.kind !== "dispute" && task.overdueFen > 0n) {
    return refuse(
      "TASK_WAITS_FOR_MONEY",
      `${task.number} 还有${formatYuan(task.overdueFen)}没有到账，款到后自动关闭；现在可以登记联系结果。`,
      "The task ends with the money.",
    );
  }
  await writeNote(tx, task.id, { result: "note", words }, context);
  await execute(
    tx,
    Prisma.sql`UPDATE steward_task SET state = 'done', version = version + 1, closed_on = ${context.today}::date,
      closed_by = ${context.actor}, closed_reason = 'done' WHERE id = ${task.id}::uuid`,
  );
  const after = await reload(tx, task.id, context.today);
  await showClosed(tx, after, context.cards, context.clickedTaskId);
  await audit(tx, "task.closed", after, context);
  return { ok: true, task: after };
}

/** A task of no building in particular belongs to the whole project, and to whoever it was given. */
export const placeOfTask = ({ projectId, buildingId }: Pick<StewardTask, "projectId" | "buildingId">): Place => ({
  projectId,
  ...(buildingId === null ? {} : { buildingIds: [buildingId] }),
});

/** Tasks (`k`) in a portfolio: what `covers` says of their place, inside a query. */
export const taskInPortfolio = ({ projectIds, buildingIds }: Portfolio): Prisma.Sql =>
  Prisma.sql`k.project_id = ANY (${[...projectIds]}::uuid[])
    AND (k.building_id IS NULL OR ${buildingIds.length === 0} OR k.building_id = ANY (${[...buildingIds]}::uuid[]))`;

/** A task that somebody may see; undefined for the rest, closed ones included in what may be seen. */
export async function visibleTask(
  tx: Transaction,
  reference: string,
  member: StaffMember,
  today: CivilDate,
): Promise<StewardTask | undefined> {
  const task = await findTask(tx, reference, today, taskInPortfolio(member));
  return task && may(member, "tenant.read", placeOfTask(task)) ? task : undefined;
}

/** Locked, open and of this person's place, or why not. */
async function openTask(
  tx: Transaction,
  reference: string,
  member: StaffMember,
  today: CivilDate,
): Promise<StewardTask | Refusal> {
  await execute(
    tx,
    Prisma.sql`SELECT 1 FROM steward_task WHERE number = ${reference} OR id::text = ${reference} FOR UPDATE`,
  );
  const task = await visibleTask(tx, reference, member, today);
  if (!task) {
    return refuse("TASK_UNKNOWN", `没有找到任务 ${reference}，或者它不在您负责的范围里。`, "There is no such task.");
  }
  if (!may(member, "task.handle", placeOfTask(task))) {
    return refuse("NOT_ALLOWED", "这类任务由管家或区域经理处理。", "Tasks are for stewards and area managers.");
  }
  if (task.state === "done") {
    return refuse("TASK_CLOSED", `任务 ${task.number} 已经关闭，不用再处理。`, "The task is closed.");
  }
  return task;
}

async function reload(tx: Transaction, id: string, today: CivilDate): Promise<StewardTask> {
  const task = await findTask(tx, id, today);
  if (!task) throw new Error(`the task ${id} was locked and is not there`);
  return task;
}

async function writeNote(
  tx: Transaction,
  taskId: string,
  note: TaskNote,
  context: TaskContext,
  result: TaskResult = note.result,
): Promise<void> {
  const id = newId();
  const photo = note.result === "visited" ? note.photo : undefined;
  await execute(
    tx,
    Prisma.sql`INSERT INTO task_note (id, task_id, result, words, promise_until, photo_media_id, noted_by, noted_on)
      VALUES (${id}::uuid, ${taskId}::uuid, ${result}, ${note.words ?? ""},
        ${note.result === "promised" ? note.until : null}::date, ${photo?.mediaId ?? null},
        ${context.actor}, ${context.today}::date)`,
  );
  if (photo) await keepPhoto(tx, { kind: "task-note", id }, photo);
}

const audit = (tx: Transaction, action: string, task: StewardTask, context: TaskContext): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action,
      subjectKind: "task",
      subjectId: task.id,
      after: { number: task.number, state: task.state, version: task.version },
    },
  ]);
