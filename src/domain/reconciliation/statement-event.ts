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

/** What a reader of statement files yields, row by row in the order of the file. */
export type StatementEvent =
  | { readonly type: "line"; readonly line: ParsedLine }
  /** The file can't be taken as it is. */
  | { readonly type: "problem"; readonly problem: RowProblem }
  | StatementEnd;
