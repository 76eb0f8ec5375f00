import { recordAudit } from "../../db/audit.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canBecome } from "../../domain/refund/refund-state.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { cancelApproval, expireApproval } from "../approvals/cancel-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { bookReturnedRefund } from "./book-refund.ts";
import { refundUnknown } from "./lift-hold.ts";
import { type RefundNotices, tellTenant } from "./notices.ts";
import { moveToBankPayout } from "./payout-moves.ts";
import { findRefund, type StoredRefund, setRefundState } from "./stored-refund.ts";

export interface EndContext extends ApprovalContext {
  readonly notices: RefundNotices;
}

type Ended = { readonly ok: true; readonly refund: StoredRefund };

/**
 * Takes a refund back. While it waits for approval: by who asked (`by: "requester"`), or by finance. Once approved and not
 * handed to the channel: by finance, and the money lies again where it lay. What is under way cannot be called back.
 */
export async function cancelRefund(
  tx: Transaction,
  command: {
    readonly refundNo: string;
    readonly by: "requester" | "finance";
    readonly personId: string;
    readonly reason: string;
  },
  context: EndContext,
): Promise<Ended | Refusal> {
  const seen = await findRefund(tx, { refundNo: command.refundNo });
  if (!seen) return refundUnknown(command.refundNo);
  if (seen.tenantId !== null) await lockTenantAccounts(tx, [{ tenantId: seen.tenantId, entityId: seen.entityId }]);
  if (seen.state === "requested" && seen.approvalId !== null) {
    const end =
      command.by === "requester"
        ? await cancelApproval(
            tx,
            { requestId: seen.approvalId, personId: command.personId, reason: command.reason },
            context,
          )
        : await expireApproval(tx, seen.approvalId, command.reason, context);
    if (end !== undefined && "ok" in end && end.ok === false) return end;
    const after = await findRefund(tx, { refundId: seen.refundId });
    return after?.state === "cancelled" ? { ok: true, refund: after } : tooLate(after ?? seen);
  }
  const refund = await findRefund(tx, { refundId: seen.refundId }, "lock");
  if (!refund || command.by === "requester" || !canBecome(refund.state, "cancelled")) return tooLate(refund ?? seen);
  await bookReturnedRefund(tx, refund, context.today);
  await setRefundState(tx, refund, "cancelled", { closingReason: command.reason, nextStepAtMs: null });
  await audit(tx, refund, "refund.returned", { state: "cancelled", reason: command.reason }, context);
  await tellTenant(tx, { step: "returned", refund, reason: command.reason }, context.notices);
  return { ok: true, refund: { ...refund, state: "cancelled", closingReason: command.reason } };
}

/** Finance lets a stuck refund try again with its old number, or sends it by bank transfer instead. */
export async function resumeStuckRefund(
  tx: Transaction,
  command: { readonly refundNo: string; readonly way: "channel" | "bank" },
  context: EndContext,
): Promise<Ended | Refusal> {
  const refund = await findRefund(tx, { refundNo: command.refundNo }, "lock");
  if (!refund) return refundUnknown(command.refundNo);
  const waitsForFunds = refund.state === "approved" && refund.problem === "NOT_ENOUGH";
  if (refund.state !== "stuck" && !waitsForFunds) {
    return refuse(
      "REFUND_NOT_STUCK",
      `退款 ${refund.refundNo} 没有卡住，无需处理。`,
      `Refund ${refund.refundNo} is not stuck.`,
    );
  }
  if (command.way === "bank") await moveToBankPayout(tx, refund, context.notices, refund.problem ?? "BY_HAND");
  else await setRefundState(tx, refund, "approved", { problem: null, nextStepAtMs: 0 });
  await audit(tx, refund, "refund.resumed", { way: command.way }, context);
  return { ok: true, refund: (await findRefund(tx, { refundId: refund.refundId })) ?? refund };
}

const tooLate = (refund: StoredRefund): Refusal =>
  refuse(
    "REFUND_TOO_LATE",
    `退款 ${refund.refundNo} 已经在办或已经结束，不能撤回。`,
    `Refund ${refund.refundNo} is under way or over and cannot be taken back.`,
  );

const audit = (
  tx: Transaction,
  refund: StoredRefund,
  action: string,
  after: object,
  context: EndContext,
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "refund",
      subjectId: refund.refundId,
      before: { state: refund.state, problem: refund.problem },
      after: { refundNo: refund.refundNo, ...after },
    },
  ]);
