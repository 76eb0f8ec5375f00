import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { parseMonth } from "../../domain/time/civil-date.ts";
import { askReopeningIn } from "../periods/reopen-approval.ts";
import { refuse } from "../receipts/refusal.ts";
import { type AppliedProposal, NOTHING } from "./claim-proposal.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";

/** Asks that the month of the money be opened again (反结账). The money stays where it is booked; somebody else decides. */
export async function askReopeningOf(
  tx: Transaction,
  exception: ExceptionItem,
  note: string | undefined,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { facts, entityId } = exception;
  if (facts.month === undefined) return NOTHING;
  if (!context.approvals) {
    return refuse(
      "APPROVAL_NEEDED",
      "反结账要另一人审批，这里没有审批渠道，请在企业微信或钉钉里操作。",
      "This needs the approval document.",
    );
  }
  const entity = await row<{ code: string }>(
    tx,
    Prisma.sql`SELECT code FROM legal_entity WHERE id = ${entityId}::uuid`,
  );
  const asked = await askReopeningIn(
    tx,
    {
      entity: entity?.code ?? "",
      month: parseMonth(facts.month),
      reason: note ?? facts.reasons.join("；").slice(0, 200),
      requestedBy: context.staff.personId,
    },
    { ...context, ...context.approvals },
  );
  if (!asked.ok) return asked;
  return { ok: true, effects: [{ type: "approval", approvalIds: [asked.request.id] }] };
}
