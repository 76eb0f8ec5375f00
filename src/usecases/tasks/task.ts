import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Actor } from "../../db/audit.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, daysBetween } from "../../domain/time/civil-date.ts";
import { leaseInPortfolio, type Portfolio } from "../staff/portfolio.ts";

export type TaskKind = "dunning" | "formal-notice" | "escalation" | "dispute" | "reminder";
export type TaskResult =
  | "unreachable"
  | "promised"
  | "disputed"
  | "visited"
  | "paid"
  | "note"
  | "reassigned"
  | "escalated";

/** Something that somebody of the staff has to do, with what is true today. */
export interface StewardTask {
  readonly id: string;
  /** RW2026-00001 */
  readonly number: string;
  readonly kind: TaskKind;
  readonly version: number;
  readonly state: "open" | "done";
  readonly title: string;
  readonly tenantId: string | null;
  readonly tenantName: string;
  readonly tenantCode: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly buildingId: string | null;
  readonly buildingName: string;
  /** "A-301、A-302" */
  readonly units: string;
  readonly lineId: string | null;
  readonly assigneeId: string | null;
  readonly assigneeName: string | null;
  readonly createdOn: CivilDate;
  readonly closedReason: "paid" | "done" | "settled" | null;
  readonly closedOn: CivilDate | null;
  /** Whom to call: the first of the tenant's people with a phone, who pays before who owns. */
  readonly contactPersonId: string | null;
  readonly contactName: string | null;
  readonly lastNote: { readonly result: TaskResult; readonly words: string; readonly on: CivilDate } | null;
  /** Overdue and undisputed on the day of reading. */
  readonly overdueFen: Fen;
  readonly disputedFen: Fen;
  readonly daysOverdue: number;
  readonly promisedUntil: CivilDate | null;
}

/** What the cards of tasks look like; by bot/notices. */
export interface TaskCards {
  task(task: StewardTask): Card;
  list(title: "new" | "digest" | "late", tasks: readonly StewardTask[]): Card;
  closed(task: StewardTask): Card;
  /** A part of the money has come. */
  partPaid(task: StewardTask, amountFen: Fen): Card;
}

export interface TaskContext extends Actor {
  readonly today: CivilDate;
  readonly nowMs: number;
  readonly cards: TaskCards;
  /** The copy of the card that was clicked. */
  readonly clickedTaskId?: string | undefined;
}

export const taskSubject = (task: Pick<StewardTask, "id" | "version">) =>
  ({ kind: "task", id: task.id, version: task.version }) as const;

type StoredTask = Omit<StewardTask, "overdueFen" | "disputedFen" | "daysOverdue">;

/** Tasks by any condition on steward_task `k`, the oldest first; a few queries, whatever their number. */
export async function loadTasks(tx: Transaction, condition: Prisma.Sql, today: CivilDate): Promise<StewardTask[]> {
  const stored = await rows<StoredTask>(
    tx,
    Prisma.sql`SELECT k.id, k.number, k.kind, k.version, k.state, k.title, k.tenant_id AS "tenantId",
        coalesce(t.name, '') AS "tenantName", coalesce(t.code, '') AS "tenantCode", k.project_id AS "projectId",
        p.name AS "projectName", k.building_id AS "buildingId", coalesce(b.name, '') AS "buildingName",
        coalesce((SELECT string_agg(DISTINCT u.code, '、' ORDER BY u.code) FROM lease l JOIN lease_unit lu ON lu.lease_id = l.id
            JOIN unit u ON u.id = lu.unit_id
          WHERE l.tenant_id = k.tenant_id AND l.project_id = k.project_id AND lu.held @> ${today}::date), '') AS units,
        k.line_id AS "lineId", k.assignee_id AS "assigneeId", s.name AS "assigneeName", k.created_on::text AS "createdOn",
        k.closed_reason AS "closedReason", k.closed_on::text AS "closedOn",
        c.id AS "contactPersonId", c.name AS "contactName", n.note AS "lastNote",
        (SELECT max(r.promise_until)::text FROM receivable r WHERE r.tenant_id = k.tenant_id
          AND r.open_fen > 0 AND r.promise_until >= ${today}::date) AS "promisedUntil"
      FROM steward_task k
      JOIN project p ON p.id = k.project_id
      LEFT JOIN tenant t ON t.id = k.tenant_id
      LEFT JOIN building b ON b.id = k.building_id
      LEFT JOIN staff s ON s.id = k.assignee_id
      LEFT JOIN LATERAL (SELECT pe.id, pe.name FROM tenant_member m JOIN person pe ON pe.id = m.person_id
          AND pe.forgotten_at IS NULL AND EXISTS (SELECT 1 FROM person_phone f WHERE f.person_id = pe.id)
        WHERE m.tenant_id = k.tenant_id AND m.revoked_at IS NULL
        ORDER BY array_position(ARRAY['finance', 'owner', 'viewer'], m.role), pe.name COLLATE "C" LIMIT 1) c ON true
      LEFT JOIN LATERAL (SELECT jsonb_build_object('result', x.result, 'words', x.words, 'on', x.noted_on) AS note
        FROM task_note x JOIN steward_task y ON y.id = x.task_id
        WHERE y.tenant_id = k.tenant_id AND x.result NOT IN ('reassigned', 'escalated')
        ORDER BY x.recorded_at DESC LIMIT 1) n ON true
      WHERE ${condition} ORDER BY k.created_on, k.number`,
  );
  const tenantIds = [...new Set(stored.flatMap(({ tenantId }) => (tenantId === null ? [] : [tenantId])))];
  const owed = await overdueOf(tx, tenantIds, today);
  return stored.map((task) => ({ ...task, ...(owed.get(task.tenantId ?? "") ?? NOTHING_OVERDUE) }));
}

export interface Overdue {
  readonly overdueFen: Fen;
  readonly disputedFen: Fen;
  readonly daysOverdue: number;
}

const NOTHING_OVERDUE: Overdue = { overdueFen: 0n, disputedFen: 0n, daysOverdue: 0 };

/**
 * What is overdue of each of these tenants today, by tenant; who owes nothing is absent. With a portfolio only what is owed on
 * its leases: a tenant of two parks owes each steward's park its own.
 */
export async function overdueOf(
  tx: Transaction,
  tenantIds: readonly string[],
  today: CivilDate,
  portfolio?: Portfolio,
): Promise<ReadonlyMap<string, Overdue>> {
  if (tenantIds.length === 0) return new Map();
  const leaseIds = portfolio && (await leasesIn(tx, tenantIds, portfolio));
  const claims = (await loadClaims(tx, { tenantIds, publishedOnly: true })).filter(
    (claim) => claim.lateFeeFacts.dueDate < today && (leaseIds === undefined || leaseIds.has(claim.leaseId)),
  );
  return new Map(
    [...groupBy(claims, (claim) => claim.tenantId)].map(([tenantId, lines]): [string, Overdue] => {
      const open = lines.map((claim) => openLineOf(claim, today));
      const sum = (disputed: boolean): Fen =>
        open
          .filter((line) => line.disputed === disputed)
          .reduce((total, line) => total + line.principalFen + line.lateFeeFen, 0n);
      const undisputed = open.filter((line) => !line.disputed);
      const daysOverdue = Math.max(0, ...undisputed.map((line) => daysBetween(line.dueDate, today)));
      return [tenantId, { overdueFen: sum(false), disputedFen: sum(true), daysOverdue }];
    }),
  );
}

async function leasesIn(
  tx: Transaction,
  tenantIds: readonly string[],
  portfolio: Portfolio,
): Promise<ReadonlySet<string>> {
  const found = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT l.id FROM lease l WHERE l.tenant_id = ANY (${[...tenantIds]}::uuid[])
      AND ${leaseInPortfolio(Prisma.sql`l.id`, portfolio)}`,
  );
  return new Set(found.map(({ id }) => id));
}

/** One task by its number or id, where a further condition on `k` holds. */
export async function findTask(
  tx: Transaction,
  reference: string,
  today: CivilDate,
  condition: Prisma.Sql = Prisma.sql`true`,
): Promise<StewardTask | undefined> {
  const isMeant = Prisma.sql`(k.number = ${reference} OR k.id::text = ${reference}) AND ${condition}`;
  const [task] = await loadTasks(tx, isMeant, today);
  return task;
}
