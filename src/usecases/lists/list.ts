import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** A text, an amount, or a whole number: what src/reports writes into a cell. */
export type ListCell = string | { readonly amountFen: Fen } | { readonly integer: number };

/** A list that people take away as a file. */
export interface List {
  /** As the command line names it: `export receivables`. */
  readonly name: string;
  /** The name of its sheet, in Chinese. */
  readonly title: string;
  readonly headers: readonly string[];
  /** Its rows in a fixed order, page by page: memory does not grow with the list. */
  rows(tx: Transaction, today: CivilDate): AsyncIterable<readonly ListCell[]>;
}

/** Rows of one query. */
export const PAGE_ROWS = 2000;
