import type { Fen } from "../money/fen.ts";
import type { DeclaredTotals, ParsedLine, RowProblem } from "./statement.ts";

/** Which table a file holds and what it says about itself; `end` comes once, last. */
export interface StatementEnd {
  readonly type: "end";
  /** The template that read it: "cmb", "icbc", "generic", "trade-all", "fund-flow" … */
  readonly layout: string;
  readonly declared: DeclaredTotals;
  /** The account that the file names, without spaces: an account number, or a merchant number. */
  readonly accountNos: readonly string[];
}

/** A file that contradicts itself: read, but not to be believed until somebody has looked. */
export interface FileDifference {
  /** The figure that does not add up: "手续费总金额", "总交易单数" … */
  readonly what: string;
  /** What the file says − what its rows add up to; of a count 0. */
  readonly amountFen: Fen;
  readonly message: string;
}

/** What a reader of statement files yields, row by row in the order of the file. */
export type StatementEvent =
  | { readonly type: "line"; readonly line: ParsedLine }
  /** The file can't be taken as it is. */
  | { readonly type: "problem"; readonly problem: RowProblem }
  | { readonly type: "difference"; readonly difference: FileDifference }
  | StatementEnd;
