import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { refundDifference } from "../../domain/reconciliation/proposals.ts";
import { refuse } from "../receipts/refusal.ts";
import { channelFeeLeft } from "../reconciliation/channel-fee-left.ts";
import { type NewMovement, recordMovements } from "../reconciliation/channel-movements.ts";
import { askReopeningOf } from "./ask-reopening.ts";
import { settleCardsOf } from "./card-settlement.ts";
import { lineMoney, settle, toUnclaimed } from "./channel-proposals.ts";
import { type AppliedProposal, claim, matchLine, NOTHING, received } from "./claim-proposal.ts";
import { findReceiptByNo, loadReceipt } from "./effects.ts";
import type { ExceptionItem } from "./exception.ts";
import { askRedLetter } from "./invoice-proposals.ts";
import { recordAgain, takeBack } from "./receipt-moves.ts";
import { confirmPayout } from "./refund-proposals.ts";
import type { ResolutionContext, ResolutionDetails } from "./resolution.ts";
import { returnMoney } from "./return-money.ts";
import { bankFeeOfTenant, giveUp } from "./short-payment.ts";

interface Choice {
  readonly proposal: string;
  readonly details?: ResolutionDetails | undefined;
  readonly note?: string | undefined;
}

/** Does what a proposal says. The line and the exception are locked; a refusal may have written and is rolled back. */
export async function applyProposal(
  tx: Transaction,
  exception: ExceptionItem,
  { proposal, details = {}, note }: Choice,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const [code = "", tenant] = proposal.split(":", 2);
  const { facts } = exception;
  const { billNos } = details;
  switch (code) {
    case "claim":
      return claim(tx, exception, tenant ?? "", context, billNos);
    case "prepay":
      return claim(tx, exception, facts.tenant ?? "", context, billNos);
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
      return giveUp(tx, exception, { kind: "waiver", ...details, note }, context);
    case "write-off":
      return giveUp(tx, exception, { kind: "write-off", ...details, note }, context);
    case "return":
      return returnMoney(tx, exception, details, context);
    case "confirm-payout":
      return confirmPayout(tx, exception, context);
    case "suspend":
      return bookMovement(
        tx,
        exception,
        {
          kind: facts.channel ? "suspended" : "bank-suspended",
          accountCode: exception.accountCode,
          amountFen: refundDifference(facts, exception.amountFen),
        },
        context,
      );
    case "red-part":
    case "red-all":
      return askRedLetter(tx, exception, code, note, context);
    case "accept":
      return accept(tx, exception, context);
    case "keep":
      return keep(tx, exception, context);
    case "wait":
    case "hold":
    case "ignore":
    case "raise":
    case "request":
    case "post-open":
      return NOTHING;
    case "reopen":
      return askReopeningOf(tx, exception, note, context);
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

/** What the channel has kept or the bank has paid in differs from what is booked: the difference is booked. */
async function accept(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  const { facts, kind, amountFen } = exception;
  if (kind === "FEE_MISMATCH" && facts.channel)
    return bookMovement(tx, exception, { kind: "channel-fee", accountCode: exception.accountCode, amountFen }, context);
  if (kind === "SETTLEMENT_MISMATCH" && facts.pos) return settleCardsOf(tx, exception, context);
  if (kind === "SETTLEMENT_MISMATCH" && !facts.channel) {
    const merchant = await row<{ code: string }>(
      tx,
      Prisma.sql`SELECT m.code FROM merchant_account m LEFT JOIN statement_line f ON f.account_code = m.code
          AND f.id = ${facts.withdrawalLineId ?? null}::uuid
        WHERE m.entity_id = ${exception.entityId}::uuid AND m.channel = 'wechat'
        ORDER BY f.id NULLS LAST, m.code COLLATE "C" LIMIT 1`,
    );
    if (!merchant) return NOTHING;
    return bookMovement(tx, exception, { kind: "channel-settled", accountCode: merchant.code, amountFen }, context);
  }
  return NOTHING;
}

/** The receipt stays as it is booked. What the channel took of it is gone all the same: its fee 6603 → 1012.01, once. */
async function keep(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  const { kind, receiptId, statementLineId, accountCode } = exception;
  if (kind !== "AMOUNT_MISMATCH" || receiptId === undefined || statementLineId === undefined) return NOTHING;
  const left = await row<{ feeFen: Fen }>(
    tx,
    Prisma.sql`SELECT ${channelFeeLeft(Prisma.sql`l`)} AS "feeFen" FROM statement_line l WHERE l.id = ${statementLineId}::uuid`,
  );
  if (!left || left.feeFen === 0n) return NOTHING;
  return bookMovement(tx, exception, { kind: "channel-fee", accountCode, amountFen: left.feeFen }, context);
}

async function bankFee(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  return bookMovement(
    tx,
    exception,
    {
      kind: exception.facts.channel ? "channel-fee" : "bank-fee",
      accountCode: exception.accountCode,
      amountFen: -line.amountFen,
    },
    context,
  );
}

async function bookMovement(
  tx: Transaction,
  exception: ExceptionItem,
  movement: Pick<NewMovement, "kind" | "accountCode" | "amountFen">,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  // A movement that was taken back stays on record: each resolution has its own.
  const subjectKey = `${movement.kind}|${exception.id}|${newId()}`;
  const written = await recordMovements(tx, [
    {
      ...movement,
      entityId: exception.entityId,
      valueDate: exception.facts.valueDate ?? exception.date,
      subjectKey,
      statementLineId: exception.statementLineId,
      recordedBy: context.actor,
    },
  ]);
  const movementId = written.get(subjectKey);
  return movementId === undefined ? NOTHING : { ok: true, effects: [{ type: "movement", movementId }] };
}
