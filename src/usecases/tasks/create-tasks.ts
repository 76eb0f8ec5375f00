import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import { findAllStaff, type StaffMember } from "../staff/find-staff-member.ts";
import { covers } from "../staff/permissions.ts";
import type { TaskKind } from "./task.ts";

export interface NewTask {
  readonly kind: TaskKind;
  /** What it is about: the same thing is one task. */
  readonly subjectKey: string;
  readonly tenantId: string | null;
  readonly projectId: string;
  readonly buildingId: string | null;
  readonly lineId?: string | undefined;
  readonly title: string;
  /** Who may have it; the first role that somebody has there. */
  readonly roles: readonly StaffRole[];
}

/**
 * Writes tasks and gives each to one person of its place: a portfolio that names the building before one of the whole
 * project, then who has the fewest. Their cards follow by `tellNewTasks`. Returns how many are new.
 */
export async function createTasks(tx: Transaction, tasks: readonly NewTask[], clock: BusinessClock): Promise<number> {
  if (tasks.length === 0) return 0;
  const known = new Set(
    (
      await rows<{ key: string }>(
        tx,
        Prisma.sql`SELECT subject_key AS key FROM steward_task
          WHERE subject_key = ANY (${tasks.map(({ subjectKey }) => subjectKey)}::text[])`,
      )
    ).map(({ key }) => key),
  );
  const fresh = tasks.filter(({ subjectKey }) => !known.has(subjectKey));
  if (fresh.length === 0) return 0;
  const staff = await findAllStaff(tx);
  const load = await openTasksByAssignee(tx);
  const today = clock.today();
  const year = today.slice(0, 4);
  const first = await takeNumbers(tx, `task|${year}`, fresh.length);
  const values = fresh.map((task, index) => {
    const assignee = chooseAssignee(staff, task, load);
    if (assignee) load.set(assignee.staffId, (load.get(assignee.staffId) ?? 0) + 1);
    return {
      id: newId(),
      number: `RW${year}-${String(first + BigInt(index)).padStart(5, "0")}`,
      kind: task.kind,
      subject_key: task.subjectKey,
      tenant_id: task.tenantId,
      project_id: task.projectId,
      building_id: task.buildingId,
      line_id: task.lineId ?? null,
      title: task.title,
      assignee_id: assignee?.staffId ?? null,
      created_on: today,
      created_at: new Date(clock.nowMs()).toISOString(),
    };
  });
  const written = await rows<{ id: string }>(
    tx,
    Prisma.sql`INSERT INTO steward_task (id, number, kind, subject_key, tenant_id, project_id, building_id, line_id, title,
        assignee_id, state, created_on, created_at, waiting_since)
      SELECT id, number, kind, subject_key, tenant_id, project_id, building_id, line_id, title, assignee_id, 'open',
        created_on, created_at, created_on
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, number text, kind text, subject_key text,
        tenant_id uuid, project_id uuid, building_id uuid, line_id uuid, title text, assignee_id uuid, created_on date,
        created_at timestamptz)
      ON CONFLICT (subject_key) DO NOTHING RETURNING id`,
  );
  return written.length;
}

async function openTasksByAssignee(tx: Transaction): Promise<Map<string, number>> {
  const found = await rows<{ id: string; count: number }>(
    tx,
    Prisma.sql`SELECT assignee_id AS id, count(*)::int AS count FROM steward_task
      WHERE state = 'open' AND assignee_id IS NOT NULL GROUP BY assignee_id`,
  );
  return new Map(found.map(({ id, count }) => [id, count]));
}

function chooseAssignee(
  staff: readonly StaffMember[],
  task: NewTask,
  load: ReadonlyMap<string, number>,
): StaffMember | undefined {
  const place = { projectId: task.projectId, ...(task.buildingId === null ? {} : { buildingIds: [task.buildingId] }) };
  for (const role of task.roles) {
    const there = staff.filter((member) => member.roles.includes(role) && covers(member, place));
    const named = there.filter(({ buildingIds }) => task.buildingId !== null && buildingIds.includes(task.buildingId));
    const [chosen] = (named.length > 0 ? named : there).sort(
      (a, b) => (load.get(a.staffId) ?? 0) - (load.get(b.staffId) ?? 0) || (a.code < b.code ? -1 : 1),
    );
    if (chosen) return chosen;
  }
  return undefined;
}
