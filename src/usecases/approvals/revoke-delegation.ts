import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import type { ApprovalContext } from "./approval.ts";
import { type Delegation, findDelegationsOf } from "./delegations.ts";
import { tellOfDelegation } from "./tell-of-delegation.ts";

/**
 * Takes delegations back, from this moment on: the one of an id, or all that a person has given. What the stand-in has decided
 * stays. Only who gave it can; both are told.
 */
export async function revokeDelegations(
  tx: Transaction,
  member: StaffMember,
  which: { readonly id: string } | "all",
  context: ApprovalContext,
): Promise<{ readonly ok: true; readonly revoked: readonly Delegation[] } | Refusal> {
  await execute(tx, Prisma.sql`SELECT 1 FROM person WHERE id = ${member.personId}::uuid FOR NO KEY UPDATE`);
  const { given } = await findDelegationsOf(tx, member.personId, context.today);
  const meant = which === "all" ? given : given.filter(({ id }) => id === which.id);
  if (meant.length === 0) {
    return refuse(
      "DELEGATION_UNKNOWN",
      "您现在没有生效中的审批委托，不用收回。",
      "Nothing is delegated by this person.",
    );
  }
  for (const delegation of meant) {
    await execute(
      tx,
      Prisma.sql`UPDATE approval_delegation SET revoked_on = ${context.today}::date, revoked_by = ${context.actor}
        WHERE delegator_id = ${member.personId}::uuid AND delegate_id = ${delegation.delegateId}::uuid
          AND valid = daterange(${delegation.days.from}::date, ${addDays(delegation.days.to, 1)}::date) AND revoked_on IS NULL`,
    );
    await tellOfDelegation(tx, delegation, "ended", context);
  }
  await recordAudit(
    tx,
    meant.map(({ roles, delegateName, days }) => ({
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "approval.delegation-revoked",
      subjectKind: "staff",
      subjectId: member.code,
      before: { roles, delegate: delegateName, days },
    })),
  );
  return { ok: true, revoked: meant };
}
