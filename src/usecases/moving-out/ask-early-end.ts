import { Prisma } from "../../../generated/prisma/client.ts";
import { loadKnownWorld } from "../../db/known-world.ts";
import { execute, row } from "../../db/rows.ts";
import { loadLeases } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";
import { readWorld } from "../../domain/world/read-world.ts";
import type { World } from "../../domain/world/world.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { APPLIED, type ApprovalSubject } from "../approvals/subject.ts";
import { writeFragment } from "../master-data-changes/fragment.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

export const EARLY_END_SUBJECT = "lease-early-end";

/** Puts the earlier end of a lease to approval; asking again answers with the document that waits. */
export async function askEarlyEnd(
  tx: Transaction,
  moveOut: StoredMoveOut,
  requestedBy: string,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  if (moveOut.leaseEnd <= moveOut.lastDay) {
    return refuse("NO_EARLY_END", "合同本来就在退租日或之前到期，不用审批提前退租。", "The lease ends by then anyway.");
  }
  const asked = await requestApproval(
    tx,
    {
      type: "lease",
      entityId: moveOut.entityId,
      projectId: moveOut.projectId,
      tenantId: moveOut.tenantId,
      subjectKind: EARLY_END_SUBJECT,
      subjectId: moveOut.moveOutId,
      amountFen: 0n,
      payload: { leaseCode: moveOut.leaseCode, lastDay: moveOut.lastDay },
      title: "提前退租",
      facts: [
        { label: "租户", value: moveOut.tenantName },
        { label: "合同", value: moveOut.leaseCode },
        { label: "合同到期", value: formatDate(moveOut.leaseEnd) },
        { label: "提前至", value: formatDate(moveOut.lastDay) },
      ],
      reason: moveOut.reason,
      requestedBy,
    },
    context,
  );
  if (asked.ok) {
    await execute(
      tx,
      Prisma.sql`UPDATE move_out SET end_approval_id = ${asked.request.id}::uuid WHERE id = ${moveOut.moveOutId}::uuid`,
    );
  }
  return asked;
}

/** 提前退租: an amendment that ends the lease on the day of moving out, written as an import would. */
export const earlyEndSubject: ApprovalSubject = {
  type: "lease",
  async apply(tx, request, context) {
    const moveOut = await row<{ leaseId: string; lastDay: CivilDate }>(
      tx,
      Prisma.sql`SELECT lease_id AS "leaseId", last_day::text AS "lastDay" FROM move_out
        WHERE id = ${request.subjectId}::uuid AND state = 'open'`,
    );
    const [lease] = moveOut ? await loadLeases(tx, [moveOut.leaseId]) : [];
    if (!moveOut || !lease) {
      return refuse("MOVE_OUT_CANCELLED", "退租已取消，不用提前结束合同。", "The notice was taken back.");
    }
    const { lastDay } = moveOut;
    const { terms } = lease;
    const ending: LeaseTerms = {
      ...terms,
      amendments: [...terms.amendments, { effective: lastDay, reason: request.reason, end: lastDay, charges: [] }],
    };
    const written = await writeFragment(tx, { ...(await emptyWorld(tx, context.today)), leases: [ending] }, context);
    return written.ok ? { ...APPLIED, after: { lease: terms.code, end: lastDay } } : written;
  },
  async release(tx, request) {
    await execute(tx, Prisma.sql`UPDATE move_out SET end_approval_id = NULL WHERE id = ${request.subjectId}::uuid`);
  },
};

/** A world that says nothing, to put one lease into. */
async function emptyWorld(tx: Transaction, today: CivilDate): Promise<World> {
  const operator = await row<{ code: string }>(tx, Prisma.sql`SELECT code FROM operator LIMIT 1`);
  const document = {
    format: "parkledger/1",
    operator: { code: operator?.code },
    entities: [],
    projects: [],
    leases: [],
  };
  const read = readWorld(document, { today, known: await loadKnownWorld(tx) });
  if (!read.ok) throw new Error("an empty world is refused");
  return read.world;
}
