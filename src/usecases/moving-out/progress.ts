import { Prisma } from "../../../generated/prisma/client.ts";
import { openLineOf } from "../../db/line-claims.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type MoveOutFacts, type StepState, stepsOf } from "../../domain/moving-out/steps.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { findPayoutAccount } from "../refunds/payout-accounts.ts";
import { findPayoutWay } from "../refunds/payout-way.ts";
import { planFinalBill, settlementBillsOf } from "./final-bill.ts";
import { isForfeitPending } from "./forfeit-deposit.ts";
import { findRedLetterNeeds, type RedLetterNeed } from "./invoice-check.ts";
import { findOwnSources, loadForfeitedFen, loadOwedToOthers, loadSettlement } from "./settlement-facts.ts";
import { findSettlementRefunds } from "./settlement-refunds.ts";
import { findSheet, sheetStillHolds } from "./sheet.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

/** 退租进度: where a settlement stands, and its figures as of today. */
export interface MoveOutProgress {
  readonly moveOut: StoredMoveOut;
  readonly steps: readonly StepState[];
  readonly billNos: readonly string[];
  /** Why the final bill cannot be made yet, in words. */
  readonly parked: readonly string[];
  readonly redLetters: readonly RedLetterNeed[];
  readonly owedFen: Fen;
  /** On bills of other companies; no deposit pays it. */
  readonly owedToOthersFen: Fen;
  readonly depositFen: Fen;
  readonly forfeitedFen: Fen;
  readonly offsetFen: Fen;
  readonly prepaymentFen: Fen;
  readonly stillOwedFen: Fen;
  readonly refunds: readonly { readonly refundNo: string; readonly state: string; readonly amountFen: Fen }[];
  /** Of the sheet that stands. */
  readonly documentId: string | null;
}

/** Reads only. Everything is judged from the tables, so that a settlement goes on wherever it stopped. */
export async function loadProgress(
  tx: Transaction,
  moveOut: StoredMoveOut,
  today: CivilDate,
): Promise<MoveOutProgress> {
  const billed = moveOut.billedOn !== null;
  const parked = billed ? [] : (await planFinalBill(tx, moveOut, today)).parked;
  const redLetters = await findRedLetterNeeds(tx, moveOut);
  const { claims, plan } = await loadSettlement(tx, moveOut, today);
  const sheet = await findSheet(tx, moveOut);
  const holds = moveOut.consent === "confirmed" || (sheet !== undefined && (await sheetStillHolds(tx, moveOut, sheet)));
  const refunds = await findSettlementRefunds(tx, moveOut.moveOutId);
  const sources = moveOut.consent === "confirmed" ? await findOwnSources(tx, moveOut) : [];
  const [source] = sources;
  const account = source && (await findPayoutAccount(tx, moveOut.tenantId));
  const routes = await Promise.all(sources.map((one) => findPayoutWay(tx, one, today)));
  const openFen = claims.reduce((sum, claim) => {
    const open = openLineOf(claim, today);
    return sum + open.principalFen + open.lateFeeFen;
  }, 0n);
  const owedToOthersFen = await loadOwedToOthers(tx, moveOut, today);
  const facts: MoveOutFacts = {
    today,
    lastDay: moveOut.lastDay,
    leaseEnd: moveOut.leaseEnd,
    earlyEndPending: await isPending(tx, moveOut.endApprovalId),
    parkedLines: parked.length,
    billed,
    redLettersMissing: redLetters.length,
    forfeitPending: await isForfeitPending(tx, moveOut.moveOutId),
    disputedLines: claims.filter(({ disputed }) => disputed).length,
    sheetVersion: moveOut.sheetVersion,
    sheetHolds: holds,
    consent: moveOut.consent ?? undefined,
    toRefundFen: sources.reduce((sum, one) => sum + one.refundableFen, 0n),
    payoutAccountMissing: account === undefined && routes.some(({ route }) => route === "bank"),
    refunds: refunds.map(({ state }) => phaseOf(state)),
    openFen: openFen + owedToOthersFen,
    closed: moveOut.state === "closed",
  };
  return {
    moveOut,
    steps: stepsOf(facts),
    billNos: billed ? await settlementBillsOf(tx, moveOut.leaseId) : [],
    parked: parked.map(({ message }) => message),
    redLetters,
    owedFen: plan.owedFen,
    owedToOthersFen,
    depositFen: plan.depositFen,
    forfeitedFen: await loadForfeitedFen(tx, moveOut.moveOutId),
    offsetFen: await loadOffsetFen(tx, moveOut.moveOutId),
    prepaymentFen: plan.prepaymentFen,
    stillOwedFen: plan.stillOwedFen,
    refunds,
    documentId: sheet?.documentId ?? null,
  };
}

const phaseOf = (state: string): MoveOutFacts["refunds"][number] =>
  state === "requested"
    ? "waiting"
    : state === "paid"
      ? "paid"
      : state === "rejected" || state === "cancelled"
        ? "ended"
        : "on-its-way";

const isPending = async (tx: Transaction, approvalId: string | null): Promise<boolean> =>
  approvalId !== null &&
  (await rows(tx, Prisma.sql`SELECT 1 FROM approval_request WHERE id = ${approvalId}::uuid AND state = 'pending'`))
    .length > 0;

const loadOffsetFen = async (tx: Transaction, moveOutId: string): Promise<Fen> =>
  (
    await row<{ fen: Fen }>(
      tx,
      Prisma.sql`SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM deposit_use
        WHERE move_out_id = ${moveOutId}::uuid AND kind = 'offset'`,
    )
  )?.fen ?? 0n;
