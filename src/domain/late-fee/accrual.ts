import type { Fen } from "../money/fen.ts";

/** What is known of one line's fee when it is evaluated again. All amounts in fen, none negative. */
export interface AccrualFacts {
  /** Σ of the accruals posted so far = the previous cumulative. */
  readonly postedFen: Fen;
  /** lateFeeThrough(...).totalFen as of the new through date. */
  readonly cumulativeFen: Fen;
  /** Fee paid by receipts and prepayments, net of counter-entries. */
  readonly paidFen: Fen;
  /** Fee waived, net of reversals. */
  readonly waivedFen: Fen;
}

export interface AccrualPlan {
  /** To post: the difference to the previous accruals; may be negative, zero posts nothing. */
  readonly differenceFen: Fen;
  /** The part of the waiver that has nothing left to forgive, to be taken back first. */
  readonly waiverReversedFen: Fen;
  /** Fee that was paid and is not owed any more: becomes prepayment (money-rules 7). */
  readonly prepaymentFen: Fen;
  /** Fee open afterwards. */
  readonly openFen: Fen;
}

/**
 * The posting that brings a line's accrued fee to its new cumulative value, and what a back-dated receipt made too much.
 * A waiver forgives a debt and is no money: it shrinks before money that was really paid turns into prepayment.
 */
export function planAccrual(facts: AccrualFacts): AccrualPlan {
  const { cumulativeFen, paidFen, waivedFen } = facts;
  const unpaidFen = cumulativeFen > paidFen ? cumulativeFen - paidFen : 0n;
  const waiverReversedFen = waivedFen > unpaidFen ? waivedFen - unpaidFen : 0n;
  return {
    differenceFen: cumulativeFen - facts.postedFen,
    waiverReversedFen,
    prepaymentFen: paidFen > cumulativeFen ? paidFen - cumulativeFen : 0n,
    openFen: unpaidFen - (waivedFen - waiverReversedFen),
  };
}
