import type { Fen } from "../money/fen.ts";
import { splitTax } from "../tax/net-and-tax.ts";
import type { DateRange } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import {
  BANK,
  CASH,
  CHANNEL_FEES,
  DEPOSITS,
  LATE_FEE_INCOME,
  type MoneyAccount,
  OUTPUT_VAT,
  PREPAYMENTS,
  RECEIVABLES,
  REFUNDS_PAYABLE,
  UNCLAIMED_MONEY,
  UNEXPLAINED_DIFFERENCES,
} from "./accounts.ts";
import { type Posting, type PostingContext, post } from "./posting.ts";

/*
 * Postings of events that move money or decide what it is for: one function for each row of money-rules 9. All amounts
 * in fen; an amount below zero posts the reverse, which is how counter-entries are made.
 */

/** What money is for. Deposit lines are a liability and never were on 1122. */
export type MoneyPurpose = "receivable" | "prepayment" | "deposit";

export interface MoneyPart {
  readonly purpose: MoneyPurpose;
  readonly amountFen: Fen;
  /** Of the line that is paid; absent for prepayment. */
  readonly project?: string;
  readonly lease?: string;
  readonly lineId?: string;
  readonly servicePeriod?: DateRange;
}

/** A part that pays a line, or is freed from one. */
export type LineMoneyPart = MoneyPart & { readonly purpose: "receivable" | "deposit" };

const ACCOUNT_OF_PURPOSE: Readonly<Record<MoneyPurpose, string>> = {
  receivable: RECEIVABLES,
  prepayment: PREPAYMENTS,
  deposit: DEPOSITS,
};

/**
 * Money of a known tenant comes in, part by part as planAllocation spread it. An undo books the parts of planUndo
 * (unused prepayment and counter-entries) with negative amounts: also what its prepayment had paid later.
 */
export function moneyReceived(context: PostingContext, account: MoneyAccount, parts: readonly MoneyPart[]): Posting[] {
  return postParts(context, account, parts);
}

/** Money of an unknown payer comes in. */
export function unclaimedMoneyReceived(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, account, UNCLAIMED_MONEY, amountFen);
}

/** Unclaimed money turns out to be a tenant's. */
export function unclaimedMoneyClaimed(context: PostingContext, parts: readonly MoneyPart[]): Posting[] {
  return postParts(context, UNCLAIMED_MONEY, parts);
}

/** Prepayment pays lines. */
export function prepaymentApplied(context: PostingContext, parts: readonly LineMoneyPart[]): Posting[] {
  return postParts(context, PREPAYMENTS, parts);
}

/**
 * Money that a line does not need any more becomes prepayment: a fee that a back-dated receipt made too much, principal
 * freed by a negative correction, a credit that no line could take. The reverse of applying it.
 */
export function freedToPrepayment(context: PostingContext, parts: readonly LineMoneyPart[]): Posting[] {
  const reversed = parts.map((part) => ({ ...part, amountFen: -part.amountFen }));
  return postParts(context, PREPAYMENTS, reversed);
}

/** The channel keeps its fee. */
export function channelFeeTaken(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, CHANNEL_FEES, account, amountFen);
}

/** The channel settles to the bank. */
export function channelSettled(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, BANK, account, amountFen);
}

/** Money left, or is said to have left, and nobody knows what for yet: it waits on 1901. */
export function moneyLeftUnexplained(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, UNEXPLAINED_DIFFERENCES, account, amountFen);
}

/** What was counted in the drawer − what the receipts say; below zero: money is missing. */
export function cashDifference(context: PostingContext, amountFen: Fen): Posting[] {
  return post(context, CASH, UNEXPLAINED_DIFFERENCES, amountFen);
}

/** A deposit pays claims. */
export function depositOffset(context: PostingContext, amountFen: Fen): Posting[] {
  return post(context, DEPOSITS, RECEIVABLES, amountFen);
}

/** A deposit is kept: income with its tax. */
export function depositForfeited(
  context: PostingContext,
  forfeit: { readonly amountFen: Fen; readonly taxRate: DecimalText },
): Posting[] {
  const { netFen, taxFen } = splitTax(forfeit.amountFen, forfeit.taxRate);
  return [...post(context, DEPOSITS, LATE_FEE_INCOME, netFen), ...post(context, DEPOSITS, OUTPUT_VAT, taxFen)];
}

/** A deposit goes back at once; one that waits for its payout is a refund. */
export function depositPaidBack(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, DEPOSITS, account, amountFen);
}

/** A refund is approved: the money is owed to the payer from now on. */
export function refundApproved(
  context: PostingContext,
  from: "prepayment" | "deposit" | "unclaimed",
  amountFen: Fen,
): Posting[] {
  const account = from === "unclaimed" ? UNCLAIMED_MONEY : ACCOUNT_OF_PURPOSE[from];
  return post(context, account, REFUNDS_PAYABLE, amountFen);
}

/** An approved refund has left. */
export function refundPaidOut(context: PostingContext, account: MoneyAccount, amountFen: Fen): Posting[] {
  return post(context, REFUNDS_PAYABLE, account, amountFen);
}

function postParts(context: PostingContext, debit: string, parts: readonly MoneyPart[]): Posting[] {
  return parts.flatMap(({ purpose, amountFen, ...ofLine }) =>
    post({ ...context, ...ofLine }, debit, ACCOUNT_OF_PURPOSE[purpose], amountFen),
  );
}
