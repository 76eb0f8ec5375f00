import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type BillingApproval, type BillingCommand, type BillingRefusal, refuse } from "./command.ts";
import { approveRun } from "./publish-approval.ts";

export interface BillingRun {
  readonly id: string;
  readonly issueDate: CivilDate;
}

/** Leases in one chunk: small enough that a killed worker loses a second, large enough that statements stay few. */
const CHUNK_LEASES = 250;

/** How a run is cut; a stage that is cut already stays as it is. */
export interface ChunkOptions {
  readonly chunkLeases?: number | undefined;
}

/** Checks who asks and who approves: two known, different people of the staff. */
export async function checkApproval(
  db: Database,
  approval: { readonly createdBy?: string | undefined; readonly approvedBy?: string | undefined },
): Promise<{ readonly ok: true; readonly approval: BillingApproval } | BillingRefusal> {
  const { createdBy, approvedBy } = approval;
  if (createdBy === undefined || approvedBy === undefined) {
    return refuse("APPROVER_MISSING", "出账需要两个人：--as 经办人，--approve-as 审批人");
  }
  if (createdBy === approvedBy) return refuse("APPROVER_IS_CREATOR", "审批人不能是经办人本人，请换一位同事审批");
  const known = await rows<{ code: string; person_id: string }>(
    db,
    Prisma.sql`SELECT code, person_id FROM staff WHERE code = ANY (${[createdBy, approvedBy]}::text[]) AND left_at IS NULL`,
  );
  const missing = [createdBy, approvedBy].find((code) => !known.some((staff) => staff.code === code));
  if (missing !== undefined) return refuse("STAFF_UNKNOWN", `没有在职员工 ${missing}，请检查员工编号`);
  if (new Set(known.map((staff) => staff.person_id)).size < 2) {
    return refuse("APPROVER_IS_CREATOR", "两个员工编号属于同一个人，请换一位同事审批");
  }
  return { ok: true, approval: { createdBy, approvedBy } };
}

/**
 * The run to work on: an unfinished one of the same scope is resumed (its worker died), else a new one is made with its
 * chunks of leases. A run of another scope that is still at work is in the way: both would bill the same leases.
 */
export async function openRun(
  db: Database,
  command: BillingCommand,
  approval: BillingApproval,
  issueDate: CivilDate,
  actor: Actor & ChunkOptions & { readonly today: CivilDate },
): Promise<{ readonly ok: true; readonly run: BillingRun } | BillingRefusal> {
  const project = command.project ?? "";
  const open = async (tx: Transaction): Promise<{ readonly ok: true; readonly run: BillingRun } | BillingRefusal> => {
    await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('parkledger-billing-run'))`);
    const unfinished = await rows<{ id: string; project_code: string; period: string; issue_date: CivilDate }>(
      tx,
      Prisma.sql`SELECT id, project_code, period, issue_date::text FROM billing_run
        WHERE state = 'approved'`,
    );
    const same = unfinished.find((run) => run.project_code === project && run.period === command.period);
    if (same) return { ok: true as const, run: { id: same.id, issueDate: same.issue_date } };
    const [other] = unfinished;
    if (other) {
      const scope = other.project_code === "" ? "全部项目" : `项目 ${other.project_code}`;
      return refuse(
        "RUN_IN_PROGRESS",
        `${other.period} ${scope}的出账还没有做完，请先重新执行那一次（bill run --period ${other.period}${other.project_code === "" ? "" : ` --project ${other.project_code}`} --issue）`,
      );
    }
    const id = newId();
    const approved =
      approval.approvalId === undefined
        ? await approveRun(tx, { id, period: command.period, project }, approval, actor)
        : { ok: true as const, approvalId: approval.approvalId };
    if (!approved.ok) throw new NotApproved(approved);
    await execute(
      tx,
      Prisma.sql`INSERT INTO billing_run (id, period, project_code, state, issue_date, created_by, approved_by, approval_id)
        VALUES (${id}::uuid, ${command.period}, ${project}, 'approved', ${issueDate}::date, ${approval.createdBy},
          ${approval.approvedBy}, ${approved.approvalId}::uuid)`,
    );
    await makeChunks(tx, id, project, actor);
    await recordAudit(tx, [
      {
        actor: actor.actor,
        channel: actor.channel,
        businessDate: actor.today,
        action: "billing-run.approved",
        subjectKind: "billing-run",
        subjectId: id,
        after: { period: command.period, project, issueDate, ...approval },
      },
    ]);
    return { ok: true as const, run: { id, issueDate } };
  };
  try {
    return await inTransaction(db, open);
  } catch (error) {
    if (error instanceof NotApproved) return error.refusal;
    throw error;
  }
}

/** Rolls the run back with the document that did not suffice. */
class NotApproved extends Error {
  readonly refusal: BillingRefusal;

  constructor(refusal: BillingRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

async function makeChunks(tx: Transaction, runId: string, project: string, options: ChunkOptions): Promise<void> {
  const leases = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT l.id FROM lease l JOIN project p ON p.id = l.project_id
      WHERE p.mode = 'live' AND (${project} = '' OR p.code = ${project}) ORDER BY l.code COLLATE "C"`,
  );
  const each = leases.map((lease) => [lease.id]);
  await addChunks(tx, runId, "compute", each, options);
}

/**
 * Cuts groups of leases into the chunks of a stage; each is claimed, done and committed on its own. A group is never cut,
 * so a chunk may be larger than usual.
 */
export async function addChunks(
  tx: Transaction,
  runId: string,
  stage: "compute" | "issue",
  groups: readonly (readonly string[])[],
  { chunkLeases = CHUNK_LEASES }: ChunkOptions,
): Promise<void> {
  const chunks: { id: string; ordinal: number; lease_ids: string[] }[] = [];
  for (const group of groups) {
    const last = chunks.at(-1);
    if (last && last.lease_ids.length + group.length <= chunkLeases) last.lease_ids.push(...group);
    else chunks.push({ id: newId(), ordinal: chunks.length, lease_ids: [...group] });
  }
  await execute(
    tx,
    Prisma.sql`INSERT INTO billing_chunk (id, run_id, stage, ordinal, lease_ids, state)
      SELECT id, ${runId}::uuid, ${stage}, ordinal, ARRAY(SELECT jsonb_array_elements_text(lease_ids)::uuid), 'waiting'
      FROM jsonb_to_recordset(${toRecordset(chunks)}::jsonb) AS t(id uuid, ordinal integer, lease_ids jsonb)
      ON CONFLICT (run_id, stage, ordinal) DO NOTHING`,
  );
}

/** Chunks that one process has in hand at a time: it computes one while PostgreSQL writes the others. */
const CHUNKS_IN_HAND = 3;

/**
 * Works through the chunks of a stage together with whatever other workers there are. The claim is the row lock of the
 * transaction that does the work: a killed worker's chunk is free again the moment its connection is gone.
 */
export async function workChunks(
  db: Database,
  runId: string,
  stage: "compute" | "issue",
  work: (tx: Transaction, leaseIds: readonly string[]) => Promise<void>,
): Promise<void> {
  const team = { working: CHUNKS_IN_HAND };
  const outcomes = await Promise.allSettled(
    Array.from({ length: CHUNKS_IN_HAND }, () => workUntilDone(db, runId, stage, work, team)),
  );
  // Only once all have stopped: nobody may go on writing behind the back of a caller who was told that it failed.
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

async function workUntilDone(
  db: Database,
  runId: string,
  stage: "compute" | "issue",
  work: (tx: Transaction, leaseIds: readonly string[]) => Promise<void>,
  team: { working: number },
): Promise<void> {
  try {
    for (;;) {
      const state = await inTransaction(db, (tx) => workOneChunk(tx, runId, stage, work), {
        timeoutMs: CHUNK_LIMIT_MS,
      });
      if (state === "all-done") return;
      if (state === "worked") continue;
      // Others hold the last chunks. One of us is enough to wait for them: if one dies, its chunk is ours.
      if (team.working > 1) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    team.working -= 1;
  }
}

const CHUNK_LIMIT_MS = 120_000;

async function workOneChunk(
  tx: Transaction,
  runId: string,
  stage: "compute" | "issue",
  work: (tx: Transaction, leaseIds: readonly string[]) => Promise<void>,
): Promise<"worked" | "held-by-others" | "all-done"> {
  const chunk = await row<{ id: string; lease_ids: string[] }>(
    tx,
    Prisma.sql`SELECT id, lease_ids::text[] AS lease_ids FROM billing_chunk
      WHERE run_id = ${runId}::uuid AND stage = ${stage} AND state = 'waiting'
      ORDER BY ordinal LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  if (chunk) {
    await work(tx, chunk.lease_ids);
    await execute(
      tx,
      Prisma.sql`UPDATE billing_chunk SET state = 'done', attempt = attempt + 1 WHERE id = ${chunk.id}::uuid`,
    );
    return "worked";
  }
  const waiting = await row<{ count: bigint }>(
    tx,
    Prisma.sql`SELECT count(*) AS count FROM billing_chunk
      WHERE run_id = ${runId}::uuid AND stage = ${stage} AND state = 'waiting'`,
  );
  return (waiting?.count ?? 0n) > 0n ? "held-by-others" : "all-done";
}
