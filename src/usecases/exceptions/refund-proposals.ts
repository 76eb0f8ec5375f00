import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { refuse } from "../receipts/refusal.ts";
import { releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { confirmBankPayout } from "../refunds/bank-payouts.ts";
import { lineMoney } from "./channel-proposals.ts";
import type { AppliedProposal } from "./claim-proposal.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";

/** The bank has paid what was on the list of bank payouts: 2241.03 → 1002, and the line is that refund's. */
export async function confirmPayout(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { refunding } = context;
  const { refundNo = "" } = exception.facts;
  const lineId = exception.statementLineId;
  if (!refunding || lineId === undefined) {
    return refuse("REFUNDS_UNKNOWN_HERE", "这里不能登记退款，请在企业微信或钉钉里操作。", "No refunds here.");
  }
  const line = await lineMoney(tx, exception);
  const confirmed = await confirmBankPayout(
    tx,
    {
      refundNo,
      bankReference: line.channelNo ?? `line-${lineId}`,
      paidOn: exception.facts.valueDate ?? exception.date,
    },
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      today: context.today,
      notices: refunding.notices,
    },
  );
  if (!confirmed.ok) return confirmed;
  const taken = await row<{ lineId: string }>(
    tx,
    Prisma.sql`SELECT statement_line_id AS "lineId" FROM match_item WHERE book_kind = 'refund'
      AND book_id = ${confirmed.refund.refundId}::uuid AND active`,
  );
  if (!taken) {
    await releaseLine(tx, lineId);
    await writeMatches(tx, [
      {
        lineId,
        bookKind: "refund",
        bookId: confirmed.refund.refundId,
        stage: 7,
        reasons: [`退款 ${refundNo} 的付款，人工登记`],
        matchedBy: context.actor,
      },
    ]);
  }
  return { ok: true, effects: [{ type: "payout-confirmed", refundNo }] };
}
