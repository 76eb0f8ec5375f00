import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatMonth, type Month } from "../../domain/time/civil-date.ts";
import type { ApprovalContext, ApprovalRequest } from "../approvals/approval.ts";
import { askAndDecide, type CommandContext } from "../approvals/by-code.ts";
import { allOrNothing } from "../approvals/or-nothing.ts";
import { policyInForce } from "../approvals/policy-store.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

export interface ReopenWish {
  readonly entity: string;
  readonly month: Month;
  readonly reason: string;
  readonly requestedBy: string;
  readonly approvedBy?: string | undefined;
}

/**
 * Whether a park has said who approves reopening. Where nobody has, another person than the closer is enough, as
 * reopenPeriod asks by itself.
 */
export const reopeningNeedsApproval = async (db: Database): Promise<boolean> =>
  (await policyInForce(db, "reopen")).source !== "default";

/** Asks to open a month again, and lets the second person approve where one is named. */
export const askReopening = (
  db: Database,
  wish: ReopenWish,
  context: CommandContext,
): Promise<{ readonly ok: true; readonly request: ApprovalRequest } | Refusal> =>
  allOrNothing(db, async (tx) => {
    const decided = await askAndDecide(tx, wish, context, ({ personId }, approval) =>
      askReopeningIn(tx, { ...wish, requestedBy: personId }, approval),
    );
    if (!decided.ok) return decided;
    return decided.impossible ?? { ok: true as const, request: decided.request };
  });

/** The same in a transaction that does more; `requestedBy` is the person's id. */
export async function askReopeningIn(
  tx: Transaction,
  wish: Omit<ReopenWish, "approvedBy">,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const period = await row<{ entityId: string; state: string; subjectId: string }>(
    tx,
    Prisma.sql`SELECT e.id AS "entityId", coalesce(p.state, 'open') AS state,
        md5(e.id::text || ${wish.month})::uuid AS "subjectId"
      FROM legal_entity e LEFT JOIN accounting_period p ON p.entity_id = e.id AND p.month = ${wish.month}
      WHERE e.code = ${wish.entity}`,
  );
  if (!period) return refuse("ENTITY_UNKNOWN", `没有公司 ${wish.entity}，请检查编号。`, "No such legal entity.");
  if (period.state === "open") return refuse("PERIOD_OPEN", "这个月没有结账，不用反结账。", "The month is open.");
  return requestApproval(
    tx,
    {
      type: "reopen",
      entityId: period.entityId,
      subjectKind: "accounting-period",
      subjectId: period.subjectId,
      amountFen: 0n,
      payload: { entity: wish.entity, month: wish.month },
      title: "反结账申请",
      facts: [
        { label: "公司", value: wish.entity },
        { label: "月份", value: formatMonth(wish.month) },
      ],
      reason: wish.reason,
      requestedBy: wish.requestedBy,
    },
    context,
  );
}
