import type { Fen } from "../money/fen.ts";
import type { CivilDate, DateRange } from "../time/civil-date.ts";

/** What a posting says beside accounts and amount (money-rules 9). */
export interface PostingContext {
  readonly entity: string;
  readonly project?: string;
  readonly tenant?: string;
  readonly lease?: string;
  readonly lineId?: string;
  readonly servicePeriod?: DateRange;
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
}

/** One row of the ledger: both sides in one pair, so that no event can be out of balance. */
export interface Posting extends PostingContext {
  readonly debit: string;
  readonly credit: string;
  /** Above zero. */
  readonly amountFen: Fen;
}

/**
 * The posting of an amount: none for zero, the pair swapped for an amount below zero (a reverse is never a negative
 * amount). An array, so that templates can spread it.
 */
export function post(context: PostingContext, debit: string, credit: string, amountFen: Fen): Posting[] {
  if (amountFen === 0n) return [];
  if (amountFen < 0n) return [{ ...context, debit: credit, credit: debit, amountFen: -amountFen }];
  return [{ ...context, debit, credit, amountFen }];
}

/** The counter-event of an event: every pair swapped, on dates of its own. */
export function reversePostings(
  postings: readonly Posting[],
  dates: { readonly bookingDate: CivilDate; readonly valueDate: CivilDate },
): Posting[] {
  return postings.map((posting) => ({ ...posting, ...dates, debit: posting.credit, credit: posting.debit }));
}
