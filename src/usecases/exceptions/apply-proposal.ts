import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { refuse } from "../receipts/refusal.ts";
import { findMovement } from "../reconciliation/bank-special-lines.ts";
import { recordMovements } from "../reconciliation/channel-movements.ts";
import { lineMoney, settle, toUnclaimed } from "./channel-proposals.ts";
import { type AppliedProposal, claim, matchLine, NOTHING, received } from "./claim-proposal.ts";
import { findReceiptByNo, loadReceipt } from "./effects.ts";
import type { ExceptionItem } from "./exception.ts";
import { recordAgain, takeBack } from "./receipt-moves.ts";
import type { ResolutionContext } from "./resolution.ts";
import { bankFeeOfTenant, waive } from "./short-payment.ts";

/** Does what a proposal says. The line and the exception are locked; a refusal may have written and is rolled back. */
export async function applyProposal(
  tx: Transaction,
  exception: ExceptionItem,
  proposal: string,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const [code = "", tenant] = proposal.split(":", 2);
  const { facts } = exception;
  switch (code) {
    case "claim":
      return claim(tx, exception, tenant ?? "", context);
    case "prepay":
      return claim(tx, exception, facts.tenant ?? "", context);
    case "move":
      return move(tx, exception, tenant ?? "", context);
    case "settle":
      return settle(tx, exception, context);
    case "unclaimed":
      return toUnclaimed(tx, exception, context);
    case "undo-receipt":
      return undoReceipt(tx, exception, context);
    case "accept-statement":
      return acceptStatement(tx, exception, context);
    case "restore-receipt":
      return restore(tx, exception, context);
    case "tie":
      return tie(tx, exception, context);
    case "keep-open":
      return facts.unclaimed ? claim(tx, exception, facts.tenant ?? "", context) : NOTHING;
    case "bank-fee":
      return exception.kind === "UNDERPAYMENT"
        ? bankFeeOfTenant(tx, exception, context)
        : bankFee(tx, exception, context);
    case "waive":
      return waive(tx, exception, context);
    case "keep":
    case "hold":
    case "ignore":
    case "raise":
    case "accept":
    case "request":
    case "return":
    case "post-open":
    case "reopen":
      return NOTHING;
    default:
      throw new Error(`a proposal without an effect: ${proposal}`);
  }
}

async function move(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const old = await loadReceipt(tx, exception.receiptId);
  const taken = await takeBack(tx, old.receiptId, `moved to ${tenantCode}`, context);
  if (!taken.ok) return taken;
  const recorded = await recordAgain(tx, old, { tenantCode }, context);
  if (!recorded.ok) return recorded;
  return {
    ok: true,
    effects: [
      { type: "taken-back", receiptId: old.receiptId },
      { type: "received", receiptId: received(recorded) },
    ],
  };
}

async function undoReceipt(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { receiptNo } = exception.facts;
  const receipt =
    exception.receiptId === undefined
      ? receiptNo === undefined
        ? undefined
        : await findReceiptByNo(tx, receiptNo)
      : await loadReceipt(tx, exception.receiptId);
  if (!receipt) return refuse("RECEIPT_UNKNOWN", "没有找到要撤销的收款。", "There is no receipt to undo.");
  if (receipt.state === "undone") return NOTHING;
  const taken = await takeBack(tx, receipt.receiptId, exception.kind, context);
  if (!taken.ok) return taken;
  return { ok: true, effects: [{ type: "taken-back", receiptId: receipt.receiptId }] };
}

async function acceptStatement(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const statementFen = BigInt(exception.facts.statementFen ?? 0);
  if (exception.receiptId === undefined) return settle(tx, exception, context);
  const old = await loadReceipt(tx, exception.receiptId);
  const taken = await takeBack(tx, old.receiptId, "amount of the statement", context);
  if (!taken.ok) return taken;
  const recorded = await recordAgain(tx, old, { amountFen: statementFen }, context);
  if (!recorded.ok) return recorded;
  const matched = await matchLine(tx, exception, received(recorded), "按对账单金额入账", context);
  return {
    ok: true,
    effects: [
      { type: "taken-back", receiptId: old.receiptId },
      { type: "received", receiptId: received(recorded) },
      ...matched,
    ],
  };
}

async function restore(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const old = await loadReceipt(tx, exception.receiptId);
  const recorded = await recordAgain(tx, old, {}, context);
  if (!recorded.ok) return recorded;
  const matched = await matchLine(tx, exception, received(recorded), "按渠道状态重新入账", context);
  return { ok: true, effects: [{ type: "received", receiptId: received(recorded) }, ...matched] };
}

async function tie(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const matched = await matchLine(tx, exception, exception.receiptId, "跨日对上", context);
  return { ok: true, effects: matched };
}

async function bankFee(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const { id } = (await row<{ id: string }>(tx, Prisma.sql`SELECT gen_random_uuid() AS id`)) ?? { id: "" };
  const subjectKey = `bank-fee|${exception.statementLineId}|${id}`;
  await recordMovements(tx, [
    {
      entityId: exception.entityId,
      accountCode: exception.accountCode,
      kind: "bank-fee",
      amountFen: -line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
      subjectKey,
      statementLineId: exception.statementLineId,
      recordedBy: context.actor,
    },
  ]);
  return { ok: true, effects: [{ type: "movement", movementId: await findMovement(tx, subjectKey) }] };
}
