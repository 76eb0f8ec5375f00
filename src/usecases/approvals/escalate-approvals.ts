import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { currentStep } from "../../domain/approval/decide.ts";
import type { ApproverRole } from "../../domain/approval/policy.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { ApprovalCards, ApprovalRequest } from "./approval.ts";
import { findApprovers, placeOf } from "./eligible.ts";
import { lockAndLoad } from "./stored-request.ts";
import { cardSubjectOf } from "./tell-approvers.ts";

/** From one nudge to the next, on the business clock. */
export const ESCALATION_STEP_MS = 24 * 3_600_000;

/** Who is informed when a role lets a document lie; they are told, the right to decide stays where the policy put it. */
export const SUPERIOR_OF: Readonly<Record<ApproverRole, StaffRole>> = {
  steward: "area-manager",
  cashier: "finance-manager",
  "area-manager": "finance-manager",
  "finance-manager": "cfo",
  cfo: "admin",
  auditor: "admin",
  admin: "cfo",
  any: "area-manager",
};

/**
 * Nudges documents that nobody decides: after a day its approvers are reminded, after two the role above them is informed,
 * once each. A step that is taken, or a change of the document, begins the time anew. Returns how many were nudged.
 */
export async function escalateApprovals(
  db: Database,
  context: { readonly nowMs: number; readonly today: CivilDate; readonly cards: ApprovalCards },
): Promise<number> {
  const late = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT id FROM approval_request WHERE ${isLate(context.nowMs)} ORDER BY waiting_since, id`,
  );
  let nudged = 0;
  for (const { id } of late) {
    // One document at a time: a click must never wait for the nudges of all others.
    if (await inTransaction(db, (tx) => nudge(tx, id, context))) nudged += 1;
  }
  return nudged;
}

const isLate = (nowMs: number): Prisma.Sql => Prisma.sql`state = 'pending' AND escalation < 2
  AND waiting_since + make_interval(secs => (escalation + 1) * ${ESCALATION_STEP_MS / 1000}::double precision)
    <= ${new Date(nowMs).toISOString()}::timestamptz`;

async function nudge(tx: Transaction, id: string, context: Parameters<typeof escalateApprovals>[1]): Promise<boolean> {
  const [taken] = await rows<{ escalation: number }>(
    tx,
    Prisma.sql`SELECT escalation FROM approval_request WHERE id = ${id}::uuid AND ${isLate(context.nowMs)}
      FOR UPDATE SKIP LOCKED`,
  );
  const request = taken && (await lockAndLoad(tx, id));
  if (!request) return false;
  const escalation = taken.escalation + 1;
  await execute(tx, Prisma.sql`UPDATE approval_request SET escalation = ${escalation} WHERE id = ${id}::uuid`);
  if (escalation === 1) await remind(tx, request, context);
  else await informSuperiors(tx, request, context);
  await recordAudit(tx, [
    {
      actor: "job:approval.escalate",
      channel: "job",
      businessDate: context.today,
      action: escalation === 1 ? "approval.reminded" : "approval.escalated",
      subjectKind: "approval",
      subjectId: id,
      after: { number: request.number, escalation },
    },
  ]);
  return true;
}

async function remind(
  tx: Transaction,
  request: ApprovalRequest,
  { today, cards }: Parameters<typeof escalateApprovals>[1],
): Promise<void> {
  const approvers = await findApprovers(tx, request, today);
  if (approvers.length === 0) return;
  await tellStaff(tx, {
    to: { staffIds: approvers.map(({ staffId }) => staffId) },
    card: (member) => cards.late(request, member, "approver"),
    subject: cardSubjectOf(request),
    dedupeKey: `approval|${request.id}|${request.revision}|reminded`,
  });
}

async function informSuperiors(
  tx: Transaction,
  request: ApprovalRequest,
  { cards }: Parameters<typeof escalateApprovals>[1],
): Promise<void> {
  const step = request.steps[currentStep(request.steps, request.decisions)];
  await tellStaff(tx, {
    to: { roles: [SUPERIOR_OF[step?.role ?? "any"]], ...placeOf(request) },
    card: (member) => cards.late(request, member, "superior"),
    subject: cardSubjectOf(request),
    dedupeKey: `approval|${request.id}|${request.revision}|escalated`,
  });
}
