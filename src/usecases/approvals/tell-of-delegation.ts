import type { Transaction } from "../../db/transaction.ts";
import { findStaffMember } from "../staff/find-staff-member.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { ApprovalContext } from "./approval.ts";
import type { Delegation } from "./delegations.ts";
import { findWaitingFor } from "./list-approvals.ts";

const IN_CHAT: ReadonlySet<string> = new Set(["wecom", "dingtalk"]);

/** Tells both people that one stands in for the other, or no longer; who says so in the chat has the answer there. */
export async function tellOfDelegation(
  tx: Transaction,
  delegation: Delegation,
  what: "began" | "ended",
  context: ApprovalContext,
): Promise<void> {
  const delegate = await findStaffMember(tx, { personId: delegation.delegateId });
  const waiting = delegate && what === "began" ? (await findWaitingFor(tx, delegate, context.today)).length : 0;
  for (const personId of [delegation.delegatorId, delegation.delegateId]) {
    const reader = await findStaffMember(tx, { personId });
    if (!reader) continue;
    if (personId === delegation.delegatorId && IN_CHAT.has(context.channel)) continue;
    const as = personId === delegation.delegatorId ? "delegator" : "delegate";
    await tellStaff(tx, {
      to: { staffIds: [reader.staffId] },
      card: context.cards.delegation(delegation, { as, what, waiting }),
      dedupeKey: `delegation|${delegation.id}|${what}|${as}`,
    });
  }
}
