import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { Portfolio } from "../staff/portfolio.ts";

/** A text, an amount, or a whole number: what src/reports writes into a cell. */
export type ListCell = string | { readonly amountFen: Fen } | { readonly integer: number };

/** A list that people take away as a file. */
export interface List {
  /** As the command line names it: `export receivables`. */
  readonly name: string;
  /** The name of its sheet, in Chinese. */
  readonly title: string;
  readonly headers: readonly string[];
  /** Its rows in a fixed order, page by page: memory does not grow with the list. Without a scope: everything. */
  rows(tx: Transaction, today: CivilDate, scope?: ListScope): AsyncIterable<readonly ListCell[]>;
}

/** What of a list somebody may have. */
export interface ListScope extends Portfolio {
  /** Entities whose money without a known tenant may be seen. */
  readonly unclaimedOfEntityIds: readonly string[];
  /** Lines that are settled are left out. */
  readonly openOnly?: boolean | undefined;
  /** Value dates of receipts. */
  readonly dates?: DateRange | undefined;
}

/** Rows of one query. */
export const PAGE_ROWS = 2000;
