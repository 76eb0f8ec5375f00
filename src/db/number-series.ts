import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "./rows.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Takes `count` numbers of a gapless series ("receipt|E1|2026") and returns the first. The row stays locked until the
 * transaction ends, so a rolled-back number is given again.
 */
export async function takeNumbers(tx: Transaction, series: string, count: number): Promise<bigint> {
  const [row] = await rows<{ last_number: bigint }>(
    tx,
    Prisma.sql`INSERT INTO number_series (series, last_number) VALUES (${series}, ${count})
      ON CONFLICT (series) DO UPDATE SET last_number = number_series.last_number + ${count}
      RETURNING last_number`,
  );
  if (!row) throw new Error(`the number series ${series} returned no row`);
  return row.last_number - BigInt(count) + 1n;
}
