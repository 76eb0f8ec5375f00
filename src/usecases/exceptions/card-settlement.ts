import { newId } from "../../db/ids.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { loadUnsettledCards } from "../reconciliation/pos-items.ts";
import { bookCardSettlement } from "../reconciliation/settle-cards.ts";
import { lineMoney } from "./channel-proposals.ts";
import type { AppliedProposal } from "./claim-proposal.ts";
import type { Effect } from "./effects.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";

/** As the bank says: 1002 → 1012.02; what is too much or too little stays on 1012.02 and is looked for. */
export const settleCardsOf = (
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> => settleCards(tx, exception, { restIs: "open" }, context);

/** Books what arrived and takes the card payments that were to be expected; `fee`: what is missing is given up as 6603. */
export async function settleCards(
  tx: Transaction,
  exception: ExceptionItem,
  { restIs }: { readonly restIs: "open" | "fee" },
  context: { readonly actor: string },
): Promise<{ readonly ok: true; readonly effects: readonly Effect[] } | Refusal> {
  const lineId = exception.statementLineId;
  const line = await lineMoney(tx, exception);
  const expected = new Set(exception.facts.posItems ?? []);
  const owed = await loadUnsettledCards(tx, exception.entityId, exception.facts.valueDate ?? exception.date);
  const cards = owed.filter((one) => expected.has(one.key));
  if (lineId === undefined || cards.length !== expected.size) {
    return refuse(
      "CARDS_CHANGED",
      "这些刷卡收款后来已经结算或撤销，请重新对账后再处理。",
      "These card payments have been settled or taken back since. Reconcile again.",
    );
  }
  const grossFen = cards.reduce((sum, one) => sum + one.amountFen, 0n);
  const restFen = grossFen - line.amountFen;
  const subject = `${exception.id}|${newId()}`;
  const { movementId, feeMovementId } = await bookCardSettlement(
    tx,
    {
      id: lineId,
      entityId: exception.entityId,
      accountCode: exception.accountCode,
      amountFen: line.amountFen,
      feeFen: restIs === "fee" && restFen > 0n ? restFen : 0n,
      valueDate: exception.facts.valueDate ?? exception.date,
      keys: [...expected],
      subject,
    },
    context.actor,
  );
  await releaseLine(tx, lineId);
  await writeMatches(tx, [
    {
      lineId,
      bookKind: "settlement",
      bookId: movementId,
      stage: 7,
      reasons: ["按银行到账为准"],
      matchedBy: context.actor,
    },
  ]);
  return {
    ok: true,
    effects: [
      ...(feeMovementId === undefined ? [] : [{ type: "movement" as const, movementId: feeMovementId }]),
      { type: "movement", movementId },
      { type: "released", lineId },
    ],
  };
}
