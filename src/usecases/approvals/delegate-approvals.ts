import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays, type DateRange, daysInRange } from "../../domain/time/civil-date.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import type { ApprovalContext } from "./approval.ts";

/** Longer than this somebody has another job, and roles are changed instead. */
const MOST_DAYS = 60;

/**
 * Lets a colleague decide in somebody's name, one role for a range of days. The delegate needs to hold no role; the requester
 * rule and "nobody twice" hold for both of them, and it ends with the delegator's own role.
 */
export async function delegateApprovals(
  tx: Transaction,
  {
    delegator,
    delegate,
    role,
    days,
  }: {
    readonly delegator: StaffMember;
    readonly delegate: StaffMember;
    readonly role: StaffRole;
    readonly days: DateRange;
  },
  context: ApprovalContext,
): Promise<{ readonly ok: true; readonly id: string } | Refusal> {
  if (!delegator.roles.includes(role)) {
    return refuse("ROLE_NOT_HELD", "您没有这个角色，不能委托它。", "Only a role that one holds can be delegated.");
  }
  if (delegator.personId === delegate.personId) {
    return refuse("DELEGATE_IS_SELF", "不能委托给自己，请选另一位同事。", "Choose another person.");
  }
  if (days.to < days.from || days.to < context.today || daysInRange(days) > MOST_DAYS) {
    return refuse("DAYS_INVALID", `委托期限应是今天起的1到${MOST_DAYS}天，请检查日期。`, "Check the days.");
  }
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO approval_delegation (id, delegator_id, delegate_id, role, valid)
      VALUES (${id}::uuid, ${delegator.personId}::uuid, ${delegate.personId}::uuid, ${role},
        daterange(${days.from}::date, ${addDays(days.to, 1)}::date))`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "approval.delegated",
      subjectKind: "staff",
      subjectId: delegator.code,
      after: { role, delegate: delegate.code, days },
    },
  ]);
  return { ok: true, id };
}
