import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** One thing that is not as an invariant of money-rules 13 demands. */
export interface LedgerProblem {
  /** The invariant: "I4". */
  readonly code: string;
  /** What it is about, as a person would look it up: a bill number, a receipt number, an account. */
  readonly subject: string;
  readonly message: string;
}

export interface CheckContext {
  readonly today: CivilDate;
}

export interface CheckResult {
  /** What was looked at, by name. */
  readonly checked: Readonly<Record<string, number>>;
  readonly problems: readonly LedgerProblem[];
}

/** A check reads only, in one snapshot shared by all of them, and never asks row by row. */
export type LedgerCheck = (tx: Transaction, context: CheckContext) => Promise<CheckResult>;

/** More of one kind say nothing new; the last problem then says that there are more. */
export const MOST_PROBLEMS = 100;

/** A check that is one statement: the rows of `find` are the problems. */
export function sqlCheck<Row extends { readonly subject: string }>(definition: {
  readonly code: string;
  /** Name and number of what was looked at. */
  readonly counts: string;
  /** `SELECT count(*) AS count …`. */
  readonly count: Prisma.Sql;
  readonly find: Prisma.Sql;
  readonly say: (row: Row) => string;
}): LedgerCheck {
  const { code, counts, count, find, say } = definition;
  return async (tx) => {
    const total = await row<{ count: bigint }>(tx, count);
    // One more than is told says that there are more; a broken table does not come over the wire.
    const found = await rows<Row>(tx, Prisma.sql`SELECT * FROM (${find}) found LIMIT ${MOST_PROBLEMS + 1}`);
    return {
      checked: { [counts]: Number(total?.count ?? 0n) },
      problems: atMost(
        code,
        found.map((one) => ({ code, subject: one.subject, message: say(one) })),
      ),
    };
  };
}

/** The first hundred, and a last one that says that there are more. */
export function atMost(code: string, problems: readonly LedgerProblem[]): readonly LedgerProblem[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  const message = "还有更多同类问题 / there are more of this kind";
  return [...problems.slice(0, MOST_PROBLEMS), { code, subject: "…", message }];
}
