import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type DayBalance, type DayEnds, followDays } from "../../domain/reconciliation/day-chain.ts";
import type { StatementGap } from "../../domain/reconciliation/file-proof.ts";
import type { StatementSource } from "../../domain/reconciliation/statement.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

/** Which record of which account. */
export interface ChainOf {
  readonly accountCode: string;
  readonly source: StatementSource;
}

export interface AccountChain {
  /** Days with lines, in order: opening, closing. */
  readonly balances: readonly DayBalance[];
  readonly gaps: readonly (StatementGap & { readonly date: CivilDate })[];
}

/**
 * Follows the balances of an account over the days of `range` that have lines with balances, from the day before it that has
 * some, else from the opening balance of the bank account (I9). Order of rows and number of files do not matter.
 */
export async function readAccountChain(tx: Transaction, chain: ChainOf, range: DateRange): Promise<AccountChain> {
  const before = await dayBefore(tx, chain, range.from);
  const from = before ?? range.from;
  const ends = await looseEnds(tx, chain, { from, to: range.to });
  const opening = before === undefined ? await openingBalance(tx, chain, range.from) : undefined;
  const { balances, gaps } = followDays(opening, ends);
  return {
    balances: balances.filter(({ date }) => date >= range.from),
    gaps: gaps.filter(({ date }) => date >= range.from),
  };
}

/** The first day after `date` with lines, or undefined: what begins on it depends on what ended before. */
export async function dayAfter(tx: Transaction, chain: ChainOf, date: CivilDate): Promise<CivilDate | undefined> {
  const found = await row<{ day: CivilDate | null }>(
    tx,
    Prisma.sql`SELECT min(booking_date)::text AS day FROM statement_line
      WHERE account_code = ${chain.accountCode} AND source = ${chain.source} AND booking_date > ${date}::date
        AND balance_after_fen IS NOT NULL`,
  );
  return found?.day ?? undefined;
}

async function dayBefore(tx: Transaction, chain: ChainOf, date: CivilDate): Promise<CivilDate | undefined> {
  const found = await row<{ day: CivilDate | null }>(
    tx,
    Prisma.sql`SELECT max(booking_date)::text AS day FROM statement_line
      WHERE account_code = ${chain.accountCode} AND source = ${chain.source} AND booking_date < ${date}::date
        AND balance_after_fen IS NOT NULL`,
  );
  return found?.day ?? undefined;
}

/** The balance at the end of the opening day; lines of that day and before are already in it. */
async function openingBalance(tx: Transaction, chain: ChainOf, firstDay: CivilDate): Promise<Fen | undefined> {
  if (chain.source !== "bank") return undefined;
  const found = await row<{ balanceFen: Fen }>(
    tx,
    Prisma.sql`SELECT opening_balance_fen AS "balanceFen" FROM bank_account
      WHERE code = ${chain.accountCode} AND opening_balance_fen IS NOT NULL AND opening_date < ${firstDay}::date`,
  );
  return found?.balanceFen;
}

async function looseEnds(tx: Transaction, chain: ChainOf, range: DateRange): Promise<DayEnds[]> {
  const found = await rows<{ date: CivilDate; balanceFen: Fen | null; surplus: number }>(
    tx,
    Prisma.sql`
      WITH lines AS (
        SELECT booking_date, amount_fen, balance_after_fen FROM statement_line
        WHERE account_code = ${chain.accountCode} AND source = ${chain.source} AND balance_after_fen IS NOT NULL
          AND booking_date BETWEEN ${range.from}::date AND ${range.to}::date),
      ends AS (
        SELECT booking_date, balance_after_fen - amount_fen AS balance, 1 AS side FROM lines
        UNION ALL SELECT booking_date, balance_after_fen, -1 FROM lines),
      loose AS (SELECT booking_date, balance, sum(side)::int AS surplus FROM ends GROUP BY 1, 2 HAVING sum(side) <> 0)
      SELECT day.booking_date::text AS date, loose.balance AS "balanceFen", coalesce(loose.surplus, 0) AS surplus
      FROM (SELECT DISTINCT booking_date FROM lines) AS day LEFT JOIN loose USING (booking_date)
      ORDER BY day.booking_date, loose.balance`,
  );
  const days: { date: CivilDate; starts: Fen[]; ends: Fen[] }[] = [];
  for (const { date, balanceFen, surplus } of found) {
    let day = days.at(-1);
    if (day?.date !== date) {
      day = { date, starts: [], ends: [] };
      days.push(day);
    }
    if (balanceFen === null) continue;
    for (let times = Math.abs(surplus); times > 0; times--) (surplus > 0 ? day.starts : day.ends).push(balanceFen);
  }
  return days;
}
