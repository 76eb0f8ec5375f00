import { Prisma } from "../../../generated/prisma/client.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import { formatBillNo } from "../bill-numbering.ts";
import { addChunks, type ChunkOptions } from "./run-lifecycle.ts";

const BILLS_AT_A_TIME = 5_000;

/**
 * Numbers the drafts of a run by lease code, due date and entity (money-rules 8), project by project, once all chunks
 * are computed: so the numbers do not depend on which worker was faster or died. Then makes the chunks of the issue.
 */
export async function numberBills(tx: Transaction, runId: string, period: Month, options: ChunkOptions): Promise<void> {
  await execute(tx, Prisma.sql`SELECT 1 FROM billing_run WHERE id = ${runId}::uuid FOR UPDATE`);
  const drafts = await rows<{ id: string; project: string }>(
    tx,
    Prisma.sql`SELECT b.id, p.code AS project FROM bill b
      JOIN project p ON p.id = b.project_id JOIN lease l ON l.id = b.lease_id JOIN legal_entity e ON e.id = b.entity_id
      WHERE b.run_id = ${runId}::uuid AND b.state = 'draft' AND b.bill_no LIKE 'draft-%'
      ORDER BY p.code COLLATE "C", l.code COLLATE "C", b.due_date, e.code COLLATE "C"`,
  );
  const byProject = new Map<string, typeof drafts>();
  for (const draft of drafts) {
    const group = byProject.get(draft.project);
    if (group) group.push(draft);
    else byProject.set(draft.project, [draft]);
  }
  for (const [project, group] of byProject) {
    const first = await takeNumbers(tx, `bill|${project}|${period}`, group.length);
    for (let from = 0; from < group.length; from += BILLS_AT_A_TIME) {
      const numbered = group.slice(from, from + BILLS_AT_A_TIME).map((draft, index) => ({
        id: draft.id,
        bill_no: formatBillNo(project, period, first + BigInt(from + index)),
      }));
      await execute(
        tx,
        Prisma.sql`UPDATE bill b SET bill_no = t.bill_no
          FROM jsonb_to_recordset(${toRecordset(numbered)}::jsonb) AS t(id uuid, bill_no text) WHERE b.id = t.id`,
      );
    }
  }
  const waiting = await rows<{ lease_ids: string[] }>(
    tx,
    Prisma.sql`SELECT array_agg(DISTINCT b.lease_id)::text[] AS lease_ids FROM bill b
      WHERE b.run_id = ${runId}::uuid AND b.state = 'draft' GROUP BY b.tenant_id ORDER BY min(b.bill_no COLLATE "C")`,
  );
  const [made] = await rows<{ made: boolean }>(
    tx,
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM billing_chunk WHERE run_id = ${runId}::uuid AND stage = 'issue') AS made`,
  );
  // A tenant's leases stay together: which of them a prepayment pays must not depend on which chunk comes first.
  if (!made?.made)
    await addChunks(
      tx,
      runId,
      "issue",
      waiting.map((tenant) => tenant.lease_ids),
      options,
    );
}
