import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { STATEMENT_LINE_COLUMNS, type StatementLine } from "../statements/statement-line.ts";

/** A stored line with the columns of its file that no template names: a virtual number may stand in one of them. */
export interface BankStatementLine extends StatementLine {
  readonly further: Readonly<Record<string, unknown>> | null;
}

/** The lines of a statement day: booked on it, or of a file that was handed in as that day's. */
export const linesOfDay = (accountCode: string, date: CivilDate): Prisma.Sql =>
  Prisma.sql`statement_line.account_code = ${accountCode} AND (statement_line.booking_date = ${date}::date
    OR statement_line.file_id IN (SELECT id FROM statement_file WHERE account_code = ${accountCode} AND statement_date = ${date}::date))`;

/** Bank lines of a day that nothing has taken yet, in order of the statement. */
export const loadOpenLines = (tx: Transaction, accountCode: string, date: CivilDate): Promise<BankStatementLine[]> =>
  rows<BankStatementLine>(
    tx,
    Prisma.sql`SELECT ${STATEMENT_LINE_COLUMNS}, content AS further FROM statement_line
      WHERE ${linesOfDay(accountCode, date)} AND NOT EXISTS (SELECT 1 FROM match_item m
        WHERE m.statement_line_id = statement_line.id AND m.active)
      ORDER BY booking_date, booked_time NULLS FIRST, file_id, ordinal, id`,
  );
