import { Prisma } from "../../generated/prisma/client.ts";
import { newId } from "../../src/db/ids.ts";
import { execute } from "../../src/db/rows.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

/** A row in every table of dunning and of what colleagues have to do (migrations 0019 and 0020), for insertEveryTable. */
export async function insertDunning(
  tx: Transaction,
  ids: { readonly tenantId: string; readonly projectId: string; readonly personId: string },
): Promise<void> {
  const { tenantId, projectId, personId } = ids;
  const instant = "2026-08-18T02:00:00Z";
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  await insertRow(tx, "dunning_ladder", { version: 1, steps: [], source: "default" });
  await insertRow(tx, "dunning_preference", { tenant_id: tenantId, ways: ["sms"], changed_by: "S01" });
  await row("dunning_hold", {
    tenant_id: tenantId,
    held: "[2026-08-01,2026-08-11)",
    reason: "正在协商",
    set_by: "S01",
  });
  const stepId = await row("dunning_step", {
    tenant_id: tenantId,
    due_date: "2026-08-11",
    offset_days: 7,
    action: "notice",
    said: true,
    handled_on: "2026-08-18",
    handled_at: instant,
    ladder_version: 1,
    days_overdue: 7,
    open_fen: 100n,
  });
  await row("dunning_message", { step_id: stepId, ordinal: 1, way: "sms", person_id: personId, dedupe_key: "dun|1" });
  const taskId = await row("steward_task", {
    number: "RW2026-00001",
    kind: "dunning",
    subject_key: "dunning|1",
    tenant_id: tenantId,
    project_id: projectId,
    title: "上门催缴",
    state: "open",
    created_on: "2026-08-18",
    created_at: instant,
    waiting_since: "2026-08-18",
  });
  await row("task_note", { task_id: taskId, result: "visited", noted_by: "S01", noted_on: "2026-08-19" });
  await execute(
    tx,
    Prisma.sql`INSERT INTO task_receipt_told (receipt_id, assignee_id) SELECT r.id, s.id FROM receipt r, staff s LIMIT 1`,
  );
  await row("reminder", {
    kind: "lease-end",
    subject_key: "lease-end|LX|2026-12-31|60",
    project_id: projectId,
    about_on: "2026-12-31",
    given_on: "2026-11-01",
  });
}
