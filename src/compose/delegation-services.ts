import type { DelegationServices } from "../../bot/delegation-services.ts";
import type { Transaction } from "../db/transaction.ts";
import type { DateRange } from "../domain/time/civil-date.ts";
import type { ApprovalContext } from "../usecases/approvals/approval.ts";
import { findColleague } from "../usecases/approvals/by-code.ts";
import {
  checkDelegation,
  type DelegationWish,
  delegableRoles,
  delegateApprovals,
  findStandIns,
} from "../usecases/approvals/delegate-approvals.ts";
import { findDelegationsOf } from "../usecases/approvals/delegations.ts";
import { revokeDelegations } from "../usecases/approvals/revoke-delegation.ts";
import { type Refusal, refuse } from "../usecases/receipts/refusal.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may } from "../usecases/staff/permissions.ts";

/** Delegation as the chat of the staff knows it, tied to one event and its transaction. */
export function delegationServicesOf(
  tx: Transaction,
  contextOf: (member: StaffMember) => ApprovalContext,
): DelegationServices {
  async function wishOf(
    delegator: StaffMember,
    { toCode, days }: { readonly toCode: string; readonly days: DateRange },
  ): Promise<({ readonly ok: true } & DelegationWish) | Refusal> {
    if (!may(delegator, "approval.delegate")) return NOT_A_MANAGER;
    const to = await findColleague(tx, toCode);
    return to.ok ? { ok: true, delegator, delegate: to.member, roles: delegableRoles(delegator), days } : to;
  }
  return {
    standIns: async (member) => (may(member, "approval.delegate") ? findStandIns(tx, member) : []),
    async checkDelegation(member, said) {
      const wish = await wishOf(member, said);
      return wish.ok ? checkDelegation(tx, wish, contextOf(member)) : wish;
    },
    async delegateApprovals(member, said) {
      const wish = await wishOf(member, said);
      return wish.ok ? delegateApprovals(tx, wish, contextOf(member)) : wish;
    },
    delegations: (member) => findDelegationsOf(tx, member.personId, contextOf(member).today),
    revokeDelegations: (member, which) => revokeDelegations(tx, member, which, contextOf(member)),
  };
}

const NOT_A_MANAGER = refuse(
  "NOT_A_MANAGER",
  "只有区域经理、财务经理和财务总监有审批可以委托，您不用办理。",
  "Only managers have approvals to delegate.",
);
