import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { RiskKind } from "../../domain/refund/risk.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import type { RefundNotices } from "./notices.ts";
import { moveToBankPayout } from "./payout-moves.ts";
import { findRefund, placeOfRefund, type StoredRefund, setRefundState } from "./stored-refund.ts";

export interface LiftContext extends Actor {
  readonly today: CivilDate;
  readonly nowMs: number;
  readonly notices: RefundNotices;
}

export interface LiftedHolds {
  readonly ok: true;
  readonly refund: StoredRefund;
  readonly lifted: readonly RiskKind[];
}

/**
 * Lifts the holds of a refund: a person of finance or an area manager in whose portfolio it lies, never who asked for it
 * (money-rules 11). An approved refund is paid from then on. Lifting what is lifted changes nothing and says so.
 */
export async function liftHolds(
  tx: Transaction,
  command: { readonly refundNo: string; readonly staff: StaffMember; readonly note: string },
  context: LiftContext,
): Promise<LiftedHolds | Refusal> {
  const { staff } = command;
  const refund = await findRefund(tx, { refundNo: command.refundNo }, "lock");
  if (!refund) return refundUnknown(command.refundNo);
  if (!may(staff, "hold.lift", placeOfRefund(refund))) {
    return refuse(
      "HOLD_NOT_YOURS",
      "解除退款风险暂扣要由该园区的区域经理、财务经理或财务总监办理。",
      "Holds are lifted by an area manager, finance manager or CFO of that place.",
    );
  }
  if (staff.personId === refund.requestedBy) {
    return refuse(
      "HOLD_OF_OWN_REQUEST",
      "这笔退款是您申请的，暂扣要由另一位同事解除。",
      "You asked for this refund; somebody else must lift its hold.",
    );
  }
  if (refund.openHolds.length === 0) {
    return refuse("NO_HOLD", `退款 ${refund.refundNo} 没有未解除的暂扣。`, `Refund ${refund.refundNo} is not held.`);
  }
  if (command.note.trim() === "") {
    return refuse("NOTE_MISSING", "请写明核实了什么，例如“已电话与租户负责人核实”。", "Say what was verified.");
  }
  await execute(
    tx,
    Prisma.sql`UPDATE refund_hold SET lifted_by = ${staff.personId}::uuid, note = ${command.note.trim()},
        lifted_at = ${new Date(context.nowMs).toISOString()}::timestamptz
      WHERE refund_id = ${refund.refundId}::uuid AND lifted_at IS NULL`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "refund.hold-lifted",
      subjectKind: "refund",
      subjectId: refund.refundId,
      before: { holds: refund.openHolds },
      after: { holds: [], refundNo: refund.refundNo, liftedBy: staff.code, note: command.note.trim() },
    },
  ]);
  const free = { ...refund, openHolds: [] };
  if (refund.state === "approved") {
    if (refund.route === "bank" && !refund.waitsForRedLetter) await moveToBankPayout(tx, free, context.notices);
    else await setRefundState(tx, free, "approved", { nextStepAtMs: 0 });
  }
  const after = await findRefund(tx, { refundId: refund.refundId });
  return { ok: true, refund: after ?? free, lifted: refund.openHolds };
}

export const refundUnknown = (refundNo: string): Refusal =>
  refuse(
    "REFUND_UNKNOWN",
    `没有编号为 ${refundNo} 的退款，请检查退款单号。`,
    `There is no refund ${refundNo}. Check the number.`,
  );
