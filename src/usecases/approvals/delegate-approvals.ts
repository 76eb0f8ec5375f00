import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays, type DateRange, daysInRange, formatDate } from "../../domain/time/civil-date.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { findAllStaff, type StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import type { ApprovalContext } from "./approval.ts";
import { type Delegation, findDelegationsWhere } from "./delegations.ts";
import { tellOfDelegation } from "./tell-of-delegation.ts";

/** Longer than this somebody has another job, and roles are changed instead. */
const MOST_DAYS = 60;
/** Whose consent documents usually want: what 审批交给… in the chat gives away, as far as it is held. */
const MANAGING_ROLES: readonly StaffRole[] = ["area-manager", "finance-manager", "cfo"];

export interface DelegationWish {
  readonly delegator: StaffMember;
  readonly delegate: StaffMember;
  readonly roles: readonly StaffRole[];
  readonly days: DateRange;
}

/** The roles of a manager that a stand-in can take over. */
export const delegableRoles = ({ roles }: StaffMember): readonly StaffRole[] =>
  roles.filter((role) => MANAGING_ROLES.includes(role));

/** Colleagues who may stand in for somebody, by code. */
export const findStandIns = async (tx: Transaction, member: StaffMember): Promise<StaffMember[]> =>
  (await findAllStaff(tx)).filter(
    (one) => one.personId !== member.personId && canStandIn(one, member, delegableRoles(member)),
  );

/** A manager, or somebody of the same roles, who works in one of the same projects. */
const canStandIn = (delegate: StaffMember, delegator: StaffMember, roles: readonly StaffRole[]): boolean =>
  (may(delegate, "approval.stand-in") || roles.every((role) => delegate.roles.includes(role))) &&
  delegator.projectIds.some((projectId) => delegate.projectIds.includes(projectId));

/**
 * Lets a colleague decide in somebody's name, some roles for a range of days, and tells them both. The requester rule and
 * "nobody twice" hold for both of them; it ends with the delegator's own role, and never passes on what was delegated to the
 * delegator. The same said again changes nothing.
 */
export async function delegateApprovals(
  tx: Transaction,
  wish: DelegationWish,
  context: ApprovalContext,
): Promise<{ readonly ok: true; readonly delegation: Delegation } | Refusal> {
  const { delegator, delegate, roles, days } = wish;
  // Both of them, in one order: two who give themselves to each other at the same moment.
  await execute(
    tx,
    Prisma.sql`SELECT 1 FROM person WHERE id = ANY (${[delegator.personId, delegate.personId]}::uuid[]) ORDER BY id
      FOR NO KEY UPDATE`,
  );
  const checked = await checkDelegation(tx, wish, context);
  if (!checked.ok) return checked;
  if (checked.same) return { ok: true, delegation: checked.same };
  const [id = newId(), ...further] = roles.map(() => newId());
  for (const [index, role] of roles.entries()) {
    await execute(
      tx,
      Prisma.sql`INSERT INTO approval_delegation (id, delegator_id, delegate_id, role, valid)
        VALUES (${[id, ...further][index]}::uuid, ${delegator.personId}::uuid, ${delegate.personId}::uuid, ${role},
          daterange(${days.from}::date, ${addDays(days.to, 1)}::date))`,
    );
  }
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "approval.delegated",
      subjectKind: "staff",
      subjectId: delegator.code,
      after: { roles, delegate: delegate.code, days },
    },
  ]);
  const delegation: Delegation = {
    id,
    delegatorId: delegator.personId,
    delegatorName: delegator.name,
    delegateId: delegate.personId,
    delegateName: delegate.name,
    roles,
    days,
  };
  await tellOfDelegation(tx, delegation, "began", context);
  return { ok: true, delegation };
}

/** Why somebody can't stand in, before anything is written; `same`: it was said already. */
export async function checkDelegation(
  tx: Transaction,
  { delegator, delegate, roles, days }: DelegationWish,
  context: Pick<ApprovalContext, "today">,
): Promise<{ readonly ok: true; readonly same?: Delegation } | Refusal> {
  if (roles.length === 0 || roles.some((role) => !delegator.roles.includes(role))) {
    return refuse("ROLE_NOT_HELD", "您没有这个角色，不能委托它。", "Only a role that one holds can be delegated.");
  }
  if (delegator.personId === delegate.personId) {
    return refuse("DELEGATE_IS_SELF", "不能委托给自己，请选另一位同事。", "Choose another person.");
  }
  if (!canStandIn(delegate, delegator, roles)) {
    return refuse(
      "DELEGATE_WITHOUT_ROLE",
      `${delegate.name}不能代您审批：代办人要是同一园区的经理或总监，或者有同样的角色。`,
      "A stand-in is a manager of one of the same projects, or holds the same role.",
    );
  }
  if (days.to < days.from || days.to < context.today || daysInRange(days) > MOST_DAYS) {
    return refuse("DAYS_INVALID", `委托期限应是今天起的1到${MOST_DAYS}天，请检查日期。`, "Check the days.");
  }
  const span = Prisma.sql`d.valid && daterange(${days.from}::date, ${addDays(days.to, 1)}::date)`;
  const [own] = await findDelegationsWhere(
    tx,
    Prisma.sql`d.delegator_id = ${delegator.personId}::uuid AND d.role = ANY (${[...roles]}) AND ${span}`,
    context.today,
  );
  if (own) {
    const isSame =
      own.delegateId === delegate.personId &&
      own.days.from === days.from &&
      own.days.to === days.to &&
      roles.every((role) => own.roles.includes(role));
    if (isSame) return { ok: true, same: own };
    return refuse(
      "ALREADY_DELEGATED",
      `这段时间您的审批已委托给${own.delegateName}（到${formatDate(own.days.to)}）。要换人或改日期，请先回复“收回委托”。`,
      "These days are delegated already. Take that back first.",
    );
  }
  const [away] = await findDelegationsWhere(
    tx,
    Prisma.sql`d.delegator_id = ${delegate.personId}::uuid AND ${span}`,
    context.today,
  );
  if (away) {
    return refuse(
      "DELEGATE_IS_AWAY",
      `${delegate.name}这段时间自己也把审批委托给了${away.delegateName}，请选另一位同事。`,
      "The stand-in has delegated these days too.",
    );
  }
  return { ok: true };
}
