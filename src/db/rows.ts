import type { Prisma } from "../../generated/prisma/client.ts";
import type { Transaction } from "./transaction.ts";

/*
 * Raw SQL with a declared row shape. The rule of every query: dates and numerics are cast to text (`due_date::text`,
 * `area::text`), because the driver would turn a date into a JavaScript Date and a numeric into a Prisma.Decimal; bigint
 * arrives as bigint (fen), int4 as number, timestamptz as Date, jsonb parsed, arrays as arrays.
 */

/** All rows of a query. `T` is what the SQL says; nothing checks it but the db tests. */
export const rows = <T extends object>(tx: Transaction, query: Prisma.Sql): Promise<T[]> => tx.$queryRaw<T[]>(query);

/** The one row of a query, or undefined. Throws when there are more: the WHERE is then not the key it was meant to be. */
export async function row<T extends object>(tx: Transaction, query: Prisma.Sql): Promise<T | undefined> {
  const found = await rows<T>(tx, query);
  if (found.length > 1) throw new Error(`expected at most one row, found ${found.length}: ${query.sql}`);
  return found[0];
}

/** Runs a statement and returns how many rows it touched. */
export const execute = (tx: Transaction, statement: Prisma.Sql): Promise<number> => tx.$executeRaw(statement);
