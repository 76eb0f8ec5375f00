import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

export interface RateLimit {
  /** At most this many uses in each window. */
  readonly limit: number;
  /** Windows begin at whole multiples of their length, for everybody alike. */
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;

/** What one person, address or link may do. A whole office shares an address, and its waiting pages ask every 2 s. */
export const RATE_LIMITS = {
  /** Messages and taps of one person. */
  "person-message": { limit: 30, windowMs: MINUTE_MS },
  /** Requests of one address to the pages that open from chat, and apart from them the questions of waiting pages. */
  "h5-page": { limit: 120, windowMs: MINUTE_MS },
  "h5-status": { limit: 900, windowMs: MINUTE_MS },
  /** Callbacks of one address that are not genuine. */
  "refused-callback": { limit: 60, windowMs: MINUTE_MS },
  /** Orders made through one link. */
  "order-creation": { limit: 10, windowMs: MINUTE_MS },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/**
 * Counts one use by `subject` (a conversation, an address, a link) and returns how many there are in this window with it,
 * for all processes together. One statement: at most `limit` callers ever see a number within the limit. Subjects are
 * stored hashed, because an address is personal data.
 */
export async function countUse(tx: Transaction, name: RateLimitName, subject: string, nowMs: number): Promise<number> {
  const { windowMs } = RATE_LIMITS[name];
  const windowStart = new Date(Math.floor(nowMs / windowMs) * windowMs).toISOString();
  const key = `${name}|${createHash("sha256").update(subject).digest("base64url").slice(0, 22)}`;
  const counted = await row<{ count: number }>(
    tx,
    Prisma.sql`INSERT INTO rate_count (key, window_start, count) VALUES (${key}, ${windowStart}::timestamptz, 1)
      ON CONFLICT (key, window_start) DO UPDATE SET count = rate_count.count + 1 RETURNING count`,
  );
  return counted?.count ?? 1;
}

/** Milliseconds until the current window ends. */
export const windowLeftMs = (name: RateLimitName, nowMs: number): number =>
  RATE_LIMITS[name].windowMs - (nowMs % RATE_LIMITS[name].windowMs);
