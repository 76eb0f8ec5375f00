import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { execute, row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, formatDate, monthOf } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { leaseInPortfolio, type Portfolio } from "../staff/portfolio.ts";
import type { MoveOutContext } from "./context.ts";
import { tellSteward, tellTenant } from "./notices.ts";
import { loadForfeitedFen } from "./settlement-facts.ts";
import { auditMoveOut, findMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

export interface NoticeWish {
  readonly leaseCode: string;
  /** The last day on which the tenant holds the units. */
  readonly lastDay: CivilDate;
  readonly reason: string;
  /** Person. */
  readonly noticedBy: string;
  /** Only a lease of this tenant: what the tenant's own people may name. */
  readonly tenantId?: string | undefined;
  /** Only a lease in a colleague's portfolio. */
  readonly portfolio?: Portfolio | undefined;
}

export interface GivenNotice {
  readonly ok: true;
  readonly moveOut: StoredMoveOut;
  /** The lease ends later by contract: the steward asks for the early end. */
  readonly early: boolean;
  readonly repeated: boolean;
}

/**
 * A tenant gives notice of moving out: the settlement of the lease is opened, once. Nothing about the lease changes by it;
 * an earlier end than agreed comes by approval (ask-early-end.ts). The same notice again answers as before.
 */
export async function giveNotice(
  tx: Transaction,
  wish: NoticeWish,
  context: MoveOutContext,
): Promise<GivenNotice | Refusal> {
  const lease = await row<{
    id: string;
    entityId: string;
    projectId: string;
    tenantId: string;
    start: CivilDate;
    end: CivilDate;
    mode: string;
  }>(
    tx,
    Prisma.sql`SELECT l.id, l.entity_id AS "entityId", l.project_id AS "projectId", l.tenant_id AS "tenantId",
        l.start_date::text AS start, l.end_date::text AS end, p.mode
      FROM lease l JOIN project p ON p.id = l.project_id WHERE l.code = ${wish.leaseCode}
        AND ${wish.portfolio ? leaseInPortfolio(Prisma.sql`l.id`, wish.portfolio) : Prisma.sql`true`}`,
  );
  const isForeign = wish.tenantId !== undefined && lease?.tenantId !== wish.tenantId;
  if (!lease || isForeign) {
    return refuse("LEASE_UNKNOWN", `没有合同 ${wish.leaseCode}，请检查合同编号。`, "There is no such lease.");
  }
  if (lease.mode !== "live") {
    return refuse("PROJECT_NOT_LIVE", "这个项目还没有正式上线，不能办理退租结算。", "The project is not live.");
  }
  if (wish.lastDay < lease.start || wish.lastDay > lease.end) {
    return refuse(
      "LAST_DAY_OUTSIDE_LEASE",
      `退租日要在租期 ${formatDate(lease.start)} 至 ${formatDate(lease.end)} 之内。要住得更久，请先续租。`,
      `The last day must lie between ${lease.start} and ${lease.end}.`,
    );
  }
  await lockTenantAccounts(tx, [lease]);
  const known = await findMoveOut(tx, { leaseCode: wish.leaseCode });
  if (known) {
    if (known.lastDay === wish.lastDay) {
      return { ok: true, moveOut: known, early: known.leaseEnd > known.lastDay, repeated: true };
    }
    return refuse(
      "ALREADY_MOVING_OUT",
      `合同 ${wish.leaseCode} 已登记 ${formatDate(known.lastDay)} 退租（${known.number}）。要改日期，请管家先取消再登记。`,
      `Lease ${wish.leaseCode} has ${known.number} with ${known.lastDay} already.`,
    );
  }
  const id = newId();
  const month = monthOf(context.today).replace("-", "");
  const sequence = await takeNumbers(tx, `move-out|${month}`, 1);
  await execute(
    tx,
    Prisma.sql`INSERT INTO move_out (id, number, entity_id, project_id, tenant_id, lease_id, last_day, notice_on, noticed_by,
        reason, state)
      VALUES (${id}::uuid, ${`TZ-${month}-${sequence.toString().padStart(5, "0")}`}, ${lease.entityId}::uuid,
        ${lease.projectId}::uuid, ${lease.tenantId}::uuid, ${lease.id}::uuid, ${wish.lastDay}::date,
        ${context.today}::date, ${wish.noticedBy}::uuid, ${wish.reason}, 'open')`,
  );
  const moveOut = await findMoveOut(tx, { moveOutId: id });
  if (!moveOut) throw new Error("a settlement that was just opened is not found");
  await auditMoveOut(tx, context, id, "noticed", { lease: wish.leaseCode, lastDay: wish.lastDay });
  await tellSteward(tx, "noticed", moveOut, context);
  // Who gives notice in the chat has the answer there.
  if (wish.tenantId === undefined) await tellTenant(tx, "noticed", moveOut, context);
  return { ok: true, moveOut, early: lease.end > wish.lastDay, repeated: false };
}

/** Takes a notice back while nothing was billed for it: the tenant stays. */
export async function cancelMoveOut(
  tx: Transaction,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
): Promise<{ readonly ok: true } | Refusal> {
  if (moveOut.state !== "open" || moveOut.billedOn !== null) {
    return refuse("TOO_LATE_TO_CANCEL", "结算账单已出，不能再取消退租。", "The settlement is billed.");
  }
  if ((await loadForfeitedFen(tx, moveOut.moveOutId)) > 0n) {
    return refuse(
      "DEPOSIT_FORFEITED",
      "押金已经没收了一部分，不能再取消退租。",
      "A part of the deposit was kept already.",
    );
  }
  if (moveOut.endApprovalId !== null) {
    return refuse(
      "EARLY_END_IN_FORCE",
      "提前退租已发起或已审批，请先撤回审批，或以续租恢复租期。",
      "The early end was asked for; withdraw it or renew the lease first.",
    );
  }
  await execute(tx, Prisma.sql`UPDATE move_out SET state = 'cancelled' WHERE id = ${moveOut.moveOutId}::uuid`);
  await auditMoveOut(tx, context, moveOut.moveOutId, "cancelled");
  return { ok: true };
}
