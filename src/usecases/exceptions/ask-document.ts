import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { KIND_NAMES } from "../../domain/reconciliation/difference.ts";
import { formatDate } from "../../domain/time/civil-date.ts";
import { expireApproval } from "../approvals/cancel-approval.ts";
import { requestApproval } from "../approvals/request-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import { EXCEPTION_SUBJECT } from "./exception-subject.ts";
import type { ResolutionContext, Resolved } from "./resolution.ts";
import { refreshCards } from "./write-resolution.ts";

/**
 * Whether a choice settles the whole difference by a document of its own: it gives something up for good, so that two people
 * are wanted (money-rules 11). A short payment is given up line by line, by documents about its lines.
 */
export const asksDocument = (exception: ExceptionItem, proposal: string): boolean =>
  exception.kind !== "UNDERPAYMENT" &&
  exception.proposals.some((one) => one.code === proposal && one.needsApproval === true);

/**
 * Asks somebody else. The difference stays open, and the day with it, until the last approval; asking twice is one document.
 */
export async function askDocument(
  tx: Transaction,
  exception: ExceptionItem,
  command: { readonly proposal: string; readonly note?: string | undefined },
  context: ResolutionContext,
): Promise<Resolved | Refusal> {
  const { approvals } = context;
  if (!approvals) {
    return refuse(
      "APPROVAL_NEEDED",
      "这种处理要另一人审批，这里没有审批渠道，请在企业微信或钉钉里操作。",
      "This needs the approval document.",
    );
  }
  const { amountFen, facts } = exception;
  const effect = exception.proposals.find((one) => one.code === command.proposal)?.effect ?? "";
  const asked = await requestApproval(
    tx,
    {
      type: "write-off",
      entityId: exception.entityId,
      subjectKind: EXCEPTION_SUBJECT,
      subjectId: exception.id,
      amountFen: amountFen < 0n ? -amountFen : amountFen,
      // Asking makes a new version of the difference, so that every copy of its card shows who is waited for.
      payload: { proposal: command.proposal, note: command.note ?? null, version: exception.version + 1 },
      sameness: { proposal: command.proposal, note: command.note ?? null },
      title: "对账差异核销申请",
      facts: [
        { label: "差异", value: KIND_NAMES[exception.kind] },
        { label: "账户", value: exception.accountCode },
        { label: "日期", value: formatDate(exception.date) },
        { label: "金额", value: formatYuan(amountFen) },
        { label: "处理", value: effect },
      ],
      reason: command.note ?? facts.reasons.join("；").slice(0, 200),
      requestedBy: context.staff.personId,
    },
    { ...context, ...approvals },
  );
  if (!asked.ok) return asked;
  if (asked.began !== "same")
    await execute(tx, Prisma.sql`UPDATE exception_item SET version = version + 1 WHERE id = ${exception.id}::uuid`);
  const after = await findException(tx, exception.id);
  if (!after) throw new Error(`exception ${exception.id} is gone`);
  await refreshCards(tx, after, context);
  return { ok: true, exception: after, postings: [], approvals: [asked.request.id] };
}

/** Documents that the course of things has overtaken. */
export async function dropDocuments(
  tx: Transaction,
  exceptionId: string,
  reason: string,
  context: ResolutionContext,
): Promise<void> {
  const { approvals } = context;
  const pending = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id::text FROM approval_request WHERE subject_kind = ${EXCEPTION_SUBJECT}
      AND subject_id = ${exceptionId}::uuid AND type = 'write-off' AND state = 'pending'`,
  );
  if (pending.length === 0) return;
  if (!approvals) throw new Error("a difference that waits for approval is settled where approvals are known");
  for (const { id } of pending) await expireApproval(tx, id, reason, { ...context, ...approvals });
}
