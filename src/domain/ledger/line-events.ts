import type { Fen } from "../money/fen.ts";
import { splitTax } from "../tax/net-and-tax.ts";
import type { ChargeKind, DecimalText } from "../world/lease.ts";
import {
  BAD_DEBT_PROVISION,
  DEFERRED_INCOME,
  DEPOSITS,
  INCOME_ACCOUNTS,
  LATE_FEE_INCOME,
  OPENING_BALANCES,
  OUTPUT_VAT,
  POOL_COST_ADVANCED,
  POOL_COST_BORNE,
  PREPAYMENTS,
  RECEIVABLES,
} from "./accounts.ts";
import type { Deferral } from "./deferral.ts";
import { type Posting, type PostingContext, post } from "./posting.ts";

/*
 * Postings of events that make, change or cancel claims: one function for each row of money-rules 9. All amounts in fen.
 */

/**
 * A charge line, one-off, discount or correction is issued; amounts below zero post the reverse.
 * `kind` is the charge's (a discount posts against the income that it lowers). Deposit lines post nothing: do not call.
 */
export function lineIssued(
  context: PostingContext,
  line: {
    readonly kind: ChargeKind;
    readonly netFen: Fen;
    readonly taxFen: Fen;
    /** Entities with `deferAdvance` only: planDeferral of the net amount. */
    readonly deferral?: Deferral;
  },
): Posting[] {
  const deferredFen = (line.deferral?.later ?? []).reduce((sum, one) => sum + one.amountFen, 0n);
  return [
    ...post(context, RECEIVABLES, INCOME_ACCOUNTS[line.kind], line.netFen - deferredFen),
    ...post(context, RECEIVABLES, DEFERRED_INCOME, deferredFen),
    ...post(context, RECEIVABLES, OUTPUT_VAT, line.taxFen),
  ];
}

/** The month of a deferred part has come. */
export function deferredIncomeReleased(
  context: PostingContext,
  part: { readonly kind: ChargeKind; readonly amountFen: Fen },
): Posting[] {
  return post(context, DEFERRED_INCOME, INCOME_ACCOUNTS[part.kind], part.amountFen);
}

/** The operator bears its share of a pool. */
export function operatorShareBorne(context: PostingContext, amountFen: Fen): Posting[] {
  return post(context, POOL_COST_BORNE, POOL_COST_ADVANCED, amountFen);
}

/**
 * A fee goes from one cumulative value to the next. Net is taken of both cumulative values, so that the sum of all
 * postings is the net of the fee itself, however often it was evaluated (I13).
 */
export function lateFeeAccrued(
  context: PostingContext,
  fee: { readonly previousFen: Fen; readonly cumulativeFen: Fen; readonly taxRate: DecimalText },
): Posting[] {
  const before = splitTax(fee.previousFen, fee.taxRate);
  const after = splitTax(fee.cumulativeFen, fee.taxRate);
  return [
    ...post(context, RECEIVABLES, LATE_FEE_INCOME, after.netFen - before.netFen),
    ...post(context, RECEIVABLES, OUTPUT_VAT, after.taxFen - before.taxFen),
  ];
}

/** A claim is waived: income and its tax are given up. Below zero takes a waiver back. */
export function claimWaived(
  context: PostingContext,
  waiver: {
    readonly of: { readonly type: "late-fee" } | { readonly type: "principal"; readonly kind: ChargeKind };
    readonly amountFen: Fen;
    readonly taxRate: DecimalText;
  },
): Posting[] {
  const { netFen, taxFen } = splitTax(waiver.amountFen, waiver.taxRate);
  const income = waiver.of.type === "late-fee" ? LATE_FEE_INCOME : INCOME_ACCOUNTS[waiver.of.kind];
  return [...post(context, income, RECEIVABLES, netFen), ...post(context, OUTPUT_VAT, RECEIVABLES, taxFen)];
}

/** A claim is given up as uncollectable. */
export function claimWrittenOff(context: PostingContext, amountFen: Fen): Posting[] {
  return post(context, BAD_DEBT_PROVISION, RECEIVABLES, amountFen);
}

/** What was owed or held when ParkLedger took over. */
export function openingPosition(
  context: PostingContext,
  position: { readonly type: "receivable" | "prepayment" | "deposit"; readonly amountFen: Fen },
): Posting[] {
  switch (position.type) {
    case "receivable":
      return post(context, RECEIVABLES, OPENING_BALANCES, position.amountFen);
    case "prepayment":
      return post(context, OPENING_BALANCES, PREPAYMENTS, position.amountFen);
    case "deposit":
      return post(context, OPENING_BALANCES, DEPOSITS, position.amountFen);
    default:
      return unknownPosition(position.type);
  }
}

function unknownPosition(type: never): never {
  throw new RangeError(`unknown opening position: ${JSON.stringify(type)}`);
}
