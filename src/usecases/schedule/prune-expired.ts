import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";

/** Rows that only serve as long as something has not expired. Nothing here is a fact of the business. */
const EXPIRING = [
  {
    what: "runs",
    sql: (before: string) =>
      Prisma.sql`DELETE FROM job_run WHERE state <> 'queued' AND slot < ${before}::timestamptz AND finished_at < ${before}::timestamptz`,
  },
  {
    what: "spentTokens",
    sql: (before: string) => Prisma.sql`DELETE FROM spent_token WHERE expires_at < ${before}::timestamptz`,
  },
  {
    what: "bindCodes",
    sql: (before: string) => Prisma.sql`DELETE FROM bind_code WHERE expires_at < ${before}::timestamptz`,
  },
  {
    what: "rateCounts",
    sql: (before: string) => Prisma.sql`DELETE FROM rate_count WHERE window_start < ${before}::timestamptz`,
  },
  {
    what: "vendorTokens",
    sql: (before: string) => Prisma.sql`DELETE FROM vendor_token WHERE expires_at < ${before}::timestamptz`,
  },
  {
    // Good for 72 hours (reference/platforms.md section 3.5).
    what: "cardResponseCodes",
    sql: (before: string) => Prisma.sql`DELETE FROM card_response_code WHERE received_at < ${before}::timestamptz`,
  },
  {
    what: "reachWindows",
    sql: (before: string) => Prisma.sql`DELETE FROM reach_window WHERE expires_at < ${before}::timestamptz`,
  },
] as const;

/** Far longer than anything that expires is valid, and longer than schedules look back. */
const KEEP_MS = 7 * 86_400_000;

/**
 * Deletes what expired more than a week ago and returns how many rows of each kind. Some rows expire on the business
 * clock and some on the real one; both must have passed, or a clock moved forward would forget tokens that still count.
 */
export async function pruneExpired(
  db: Database,
  nowMs: { readonly business: number; readonly wire: number },
): Promise<Readonly<Record<(typeof EXPIRING)[number]["what"], number>>> {
  const before = new Date(Math.min(nowMs.business, nowMs.wire) - KEEP_MS).toISOString();
  const counts: Partial<Record<(typeof EXPIRING)[number]["what"], number>> = {};
  for (const { what, sql } of EXPIRING) counts[what] = await db.$executeRaw(sql(before));
  return counts as Record<(typeof EXPIRING)[number]["what"], number>;
}
