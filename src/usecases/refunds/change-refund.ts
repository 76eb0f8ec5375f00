import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { execute } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { refundUnknown } from "./lift-hold.ts";
import { findRefundableSources } from "./refundable-sources.ts";
import { askForApproval, type RefundRequestContext } from "./request-refund.ts";
import { holdForRisks } from "./risk-holds.ts";
import { findRefund, type StoredRefund } from "./stored-refund.ts";

/**
 * Changes the amount of a refund that waits for approval, by who asked for it: the document begins again as its next
 * version, and the cards of the old one decide nothing any more (money-rules 11). Free money only; a refund by line is
 * taken back and asked for anew.
 */
export async function changeRefundAmount(
  tx: Transaction,
  command: { readonly refundNo: string; readonly amountFen: Fen; readonly personId: string },
  context: RefundRequestContext,
): Promise<{ readonly ok: true; readonly refund: StoredRefund } | Refusal> {
  const seen = await findRefund(tx, { refundNo: command.refundNo });
  if (!seen) return refundUnknown(command.refundNo);
  if (seen.tenantId !== null) await lockTenantAccounts(tx, [{ tenantId: seen.tenantId, entityId: seen.entityId }]);
  const refund = await findRefund(tx, seen, "lock");
  const isChangeable =
    refund?.state === "requested" && refund.requestedBy === command.personId && refund.lineEffect === null;
  if (!refund || !isChangeable) {
    return refuse(
      "REFUND_NOT_CHANGEABLE",
      `退款 ${command.refundNo} 已经审批或不是您申请的，金额不能再改。`,
      `Refund ${command.refundNo} is decided or not yours; its amount stays.`,
    );
  }
  const mostFen = (await refundableOf(tx, refund)) + refund.amountFen;
  if (command.amountFen <= 0n || command.amountFen > mostFen) {
    const most = formatYuan(mostFen);
    return refuse("REFUND_TOO_MUCH", `这笔款最多可退 ${most}，请换一个金额。`, `At most ${most} can be refunded.`);
  }
  await execute(
    tx,
    Prisma.sql`UPDATE refund SET amount_fen = ${command.amountFen}, version = version + 1 WHERE id = ${refund.refundId}::uuid`,
  );
  const changed = { ...refund, amountFen: command.amountFen };
  const asked = await askForApproval(tx, changed, command.personId, context);
  if (!asked.ok) throw new Error(`a changed refund could not be put to approval: ${asked.code}`);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "refund.changed",
      subjectKind: "refund",
      subjectId: refund.refundId,
      before: { amountFen: refund.amountFen },
      after: { refundNo: refund.refundNo, amountFen: command.amountFen, approval: asked.request.number },
    },
  ]);
  await holdForRisks(tx, changed, context);
  return { ok: true, refund: changed };
}

/** What may be asked for besides this request. */
async function refundableOf(tx: Transaction, refund: StoredRefund): Promise<Fen> {
  const sources = await findRefundableSources(tx, {
    ...(refund.tenantId === null ? {} : { tenantId: refund.tenantId }),
    ...(refund.receiptId === null ? {} : { receiptId: refund.receiptId }),
  });
  const same = sources.find(
    (one) =>
      one.source === refund.source &&
      one.entityId === refund.entityId &&
      one.receiptId === refund.receiptId &&
      one.leaseId === refund.leaseId,
  );
  return same?.refundableFen ?? 0n;
}
