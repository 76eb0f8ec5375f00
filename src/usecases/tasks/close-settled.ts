import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { MINIMUM_DUNNED_FEN } from "../../domain/dunning/dunning-stage.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { updateCards } from "../cards/update-cards.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { loadTasks, type StewardTask, type TaskCards } from "./task.ts";

export interface ClosingContext {
  readonly today: CivilDate;
  readonly cards: TaskCards;
}

/**
 * Closes the tasks of tenants who owe nothing any more that is worth a message, whatever way the money came: by WeChat,
 * bank, cash, set-off, waiver. Every few seconds; most times it finds nothing in one query. Who had the task hears at once.
 */
export async function closeSettledTasks(db: Database, context: ClosingContext): Promise<number> {
  const settled = await findSettled(db, context.today);
  let closed = 0;
  for (const tenantId of settled) {
    closed += await inTransaction(db, (tx) => closeOfTenant(tx, tenantId, context));
  }
  return closed + (await tellPartReceipts(db, context));
}

/** Older receipts than this are news to nobody; after an outage the digest of the morning says what is left. */
const NEWS_MINUTES = 15;

/** A part of the money: who stands there with the code hears at once what came and what is left; once for each receipt. */
async function tellPartReceipts(db: Database, { today, cards }: ClosingContext): Promise<number> {
  const news = await rows<{ receiptId: string; amountFen: Fen; taskId: string }>(
    db,
    Prisma.sql`SELECT DISTINCT ON (r.id, k.assignee_id) r.id AS "receiptId", r.amount_fen AS "amountFen", k.id AS "taskId"
      FROM receipt r JOIN steward_task k ON k.tenant_id = r.tenant_id
      WHERE ${isOfDunning} AND k.assignee_id IS NOT NULL AND r.state <> 'undone'
        AND r.known_at > now() - make_interval(mins => ${NEWS_MINUTES}::integer)
        AND NOT EXISTS (SELECT 1 FROM task_receipt_told t WHERE t.receipt_id = r.id AND t.assignee_id = k.assignee_id)
      ORDER BY r.id, k.assignee_id, k.created_on, k.number`,
  );
  for (const { receiptId, amountFen, taskId } of news) {
    await inTransaction(db, async (tx) => {
      const [task] = await loadTasks(tx, Prisma.sql`k.id = ${taskId}::uuid`, today);
      if (!task || task.assigneeId === null) return;
      await execute(
        tx,
        Prisma.sql`INSERT INTO task_receipt_told (receipt_id, assignee_id)
          VALUES (${receiptId}::uuid, ${task.assigneeId}::uuid) ON CONFLICT DO NOTHING`,
      );
      await tellStaff(tx, {
        to: { staffIds: [task.assigneeId] },
        card: cards.partPaid(task, amountFen),
        dedupeKey: `task-receipt|${receiptId}|${task.assigneeId}`,
      });
    });
  }
  return news.length;
}

const isOfDunning = Prisma.sql`k.state = 'open' AND k.kind IN ('dunning', 'formal-notice', 'escalation')`;

async function findSettled(tx: Transaction, today: CivilDate, tenantId?: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT k.tenant_id AS id FROM steward_task k
      WHERE ${isOfDunning} AND (${tenantId ?? ""} = '' OR k.tenant_id::text = ${tenantId ?? ""})
        AND (SELECT coalesce(sum(r.open_fen + r.late_fee_open_fen), 0) FROM receivable r JOIN bill b ON b.id = r.bill_id
          WHERE r.tenant_id = k.tenant_id AND b.state = 'published' AND b.due_date < ${today}::date
            AND r.disputed_since IS NULL) < ${MINIMUM_DUNNED_FEN}
      ORDER BY 1`,
  );
  return found.map(({ id }) => id);
}

/** Closes what is settled of one tenant, in the caller's transaction. */
export async function closeOfTenant(tx: Transaction, tenantId: string, context: ClosingContext): Promise<number> {
  const { today, cards } = context;
  const taken = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT k.id FROM steward_task k WHERE k.tenant_id = ${tenantId}::uuid AND ${isOfDunning}
      ORDER BY k.id FOR UPDATE`,
  );
  if (taken.length === 0 || (await findSettled(tx, today, tenantId)).length === 0) return 0;
  const ids = taken.map(({ id }) => id);
  await rows(
    tx,
    Prisma.sql`UPDATE steward_task SET state = 'done', version = version + 1, closed_on = ${today}::date,
        closed_by = 'job:task.close', closed_reason = CASE WHEN EXISTS (SELECT 1 FROM receivable r
            JOIN bill b ON b.id = r.bill_id WHERE r.tenant_id = ${tenantId}::uuid AND b.state = 'published'
              AND b.due_date < ${today}::date AND r.disputed_since IS NOT NULL AND r.open_fen > 0)
          THEN 'settled' ELSE 'paid' END
      WHERE id = ANY (${ids}::uuid[]) RETURNING id`,
  );
  const tasks = await loadTasks(tx, Prisma.sql`k.id = ANY (${ids}::uuid[])`, today);
  for (const task of tasks) await showClosed(tx, task, cards);
  await tellAssignees(tx, tasks, cards);
  await recordAudit(
    tx,
    tasks.map((task) => ({
      actor: "job:task.close",
      channel: "job",
      businessDate: today,
      action: "task.closed",
      subjectKind: "task",
      subjectId: task.id,
      after: { number: task.number, reason: task.closedReason },
    })),
  );
  return tasks.length;
}

/** Every copy of its card shows the end. */
export const showClosed = (
  tx: Transaction,
  task: StewardTask,
  cards: TaskCards,
  exceptTaskId?: string,
): Promise<void> =>
  updateCards(tx, {
    subject: { kind: "task", id: task.id },
    version: task.version,
    card: cards.task(task),
    isFinal: true,
    exceptTaskId,
  });

/** One message to each, whatever the number of tasks of this tenant. */
async function tellAssignees(tx: Transaction, tasks: readonly StewardTask[], cards: TaskCards): Promise<void> {
  const seen = new Set<string>();
  for (const task of tasks) {
    if (task.assigneeId === null || seen.has(task.assigneeId)) continue;
    seen.add(task.assigneeId);
    await tellStaff(tx, {
      to: { staffIds: [task.assigneeId] },
      card: cards.closed(task),
      dedupeKey: `task-closed|${task.id}`,
    });
  }
}
