import type { Transaction } from "../../db/transaction.ts";
import { currentStep, type MoveOutStep } from "../../domain/moving-out/steps.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { askEarlyEnd } from "./ask-early-end.ts";
import { closeMoveOut } from "./close-move-out.ts";
import type { MoveOutContext } from "./context.ts";
import { issueFinalBill } from "./final-bill.ts";
import { loadProgress, type MoveOutProgress } from "./progress.ts";
import { askSettlementRefunds } from "./settlement-refunds.ts";
import { makeSheet } from "./sheet.ts";
import { findMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

export interface ContinuedMoveOut {
  readonly ok: true;
  /** Steps that were done now. */
  readonly did: readonly MoveOutStep[];
  readonly progress: MoveOutProgress;
}

/**
 * Does the next step that needs nobody else, and those after it, until one waits for a person, a day or a reading: the
 * early end is asked for, the final bill issued, the sheet made and sent, what remains asked back, the lease closed.
 * Idempotent: what is done is not done again, so it may be repeated after any interruption. The caller holds the
 * settlement (lockMoveOut).
 */
export async function continueMoveOut(
  tx: Transaction,
  moveOut: StoredMoveOut,
  by: { readonly personId: string; readonly upTo?: MoveOutStep | undefined },
  context: MoveOutContext,
): Promise<ContinuedMoveOut | Refusal> {
  const did: MoveOutStep[] = [];
  for (;;) {
    const current = await findMoveOut(tx, { moveOutId: moveOut.moveOutId });
    if (!current) throw new Error(`no settlement ${moveOut.number}`);
    const progress = await loadProgress(tx, current, context.today);
    const next = currentStep(progress.steps);
    const last = did.at(-1);
    if (!next || (last !== undefined && (next.step === last || last === by.upTo))) return { ok: true, did, progress };
    if (next.state !== "now" && next.why !== "early-end-request") return { ok: true, did, progress };
    const done = await doStep(tx, current, next.step, by.personId, context);
    if (!done.ok) return done;
    did.push(next.step);
  }
}

async function doStep(
  tx: Transaction,
  moveOut: StoredMoveOut,
  step: MoveOutStep,
  personId: string,
  context: MoveOutContext,
): Promise<{ readonly ok: true } | Refusal> {
  switch (step) {
    case "notice":
      return askEarlyEnd(tx, moveOut, personId, context);
    case "final-bill":
      return issueFinalBill(tx, moveOut, context);
    case "sheet":
      return makeSheet(tx, moveOut, context);
    case "refund":
      return { ok: true, ...(await askSettlementRefunds(tx, moveOut, personId, context)) };
    case "close":
      return closeMoveOut(tx, moveOut, context);
    case "readings":
    case "invoices":
    case "deposit":
    case "consent":
      throw new Error(`${moveOut.number}: nobody can do ${step} alone`);
    default:
      return step satisfies never;
  }
}
