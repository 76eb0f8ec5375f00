import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalContext, ApprovalRequest } from "../approvals/approval.ts";
import { APPLIED, type Applied, type ApprovalSubject } from "../approvals/subject.ts";
import { writeWaivers } from "../late-fees/write-waivers.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { accruedClaim, openOf, outOfRange, type ReliefKind, type ReliefPart } from "./ask-relief.ts";
import { writeReliefs } from "./relief-rows.ts";

/** 减免: late fee or principal of one line is forgiven. */
export const waiverSubject: ApprovalSubject = { type: "waiver", apply: (...request) => relieve("waiver", ...request) };

/** 坏账核销: principal of one line is given up as uncollectable. */
export const writeOffSubject: ApprovalSubject = {
  type: "write-off",
  apply: (...request) => relieve("write-off", ...request),
};

async function relieve(
  kind: ReliefKind,
  tx: Transaction,
  request: ApprovalRequest,
  context: ApprovalContext,
): Promise<Applied | Refusal> {
  const { lineId, part } = request.payload as { lineId: string; part: ReliefPart };
  const claim = await accruedClaim(tx, lineId, context.today);
  // What was paid since it was asked for can't be given up any more.
  const openFen = openOf(claim, part, context.today);
  const tooMuch = outOfRange(part, request.amountFen, openFen);
  if (tooMuch) return tooMuch;
  const { amountFen, reason, id: approvalId } = request;
  const requestedBy = await nameInBooks(tx, request.requestedBy);
  const approver = request.decisions.at(-1);
  if (!approver) throw new Error(`${request.number} was approved by nobody`);
  const relief = {
    lineId,
    amountFen,
    reason,
    requestedBy,
    approvedBy: await nameInBooks(tx, approver.personId),
    approvalId,
  };
  if (part === "late-fee") await writeWaivers(tx, [claim], [relief], context.today);
  else await writeReliefs(tx, [claim], [{ kind, ...relief }], context.today);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: part === "late-fee" ? "late-fee.waived" : kind === "waiver" ? "claim.waived" : "claim.written-off",
      subjectKind: "bill-line",
      subjectId: lineId,
      before: { openFen },
      after: { openFen: openFen - amountFen, ...relief },
    },
  ]);
  return { ...APPLIED, before: { openFen }, after: { openFen: openFen - amountFen } };
}

/** "S01" for the staff, "person:<id>" for anybody else: how the rows of the books name people. */
async function nameInBooks(tx: Transaction, personId: string): Promise<string> {
  const staff = await row<{ code: string }>(
    tx,
    Prisma.sql`SELECT min(code COLLATE "C") AS code FROM staff WHERE person_id = ${personId}::uuid HAVING count(*) > 0`,
  );
  return staff?.code ?? `person:${personId}`;
}
