import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** At most `limit` uses of `key` within `windowMs`. The window begins with its first use, so 1 in a minute is exact. */
export interface Allowance {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** Takes one use from every allowance, or none from any. Returns the first that is used up, else undefined. */
export async function takeAllowances(
  tx: Transaction,
  allowances: readonly Allowance[],
  nowMs: number,
): Promise<Allowance | undefined> {
  // Locked in key order: two requests for one phone count one after the other and never wait for each other in a ring.
  for (const key of allowances.map(storedKey).sort()) {
    await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  }
  const open = [];
  for (const allowance of allowances) {
    const window = await openWindow(tx, allowance, nowMs);
    if ((window?.count ?? 0) >= allowance.limit) return allowance;
    open.push({ allowance, startedAt: window?.started_at ?? new Date(nowMs).toISOString() });
  }
  for (const { allowance, startedAt } of open) {
    const key = storedKey(allowance);
    await execute(
      tx,
      Prisma.sql`DELETE FROM rate_count WHERE key = ${key} AND window_start <> ${startedAt}::timestamptz`,
    );
    await execute(
      tx,
      Prisma.sql`INSERT INTO rate_count (key, window_start, count) VALUES (${key}, ${startedAt}::timestamptz, 1)
        ON CONFLICT (key, window_start) DO UPDATE SET count = rate_count.count + 1`,
    );
  }
  return undefined;
}

const storedKey = ({ key, windowMs }: Allowance): string => `${key}|${windowMs}`;

const openWindow = (tx: Transaction, allowance: Allowance, nowMs: number) =>
  row<{ started_at: string; count: number }>(
    tx,
    Prisma.sql`SELECT window_start::text AS started_at, count FROM rate_count
      WHERE key = ${storedKey(allowance)}
        AND window_start > ${new Date(nowMs - allowance.windowMs).toISOString()}::timestamptz
      ORDER BY window_start DESC LIMIT 1`,
  );
