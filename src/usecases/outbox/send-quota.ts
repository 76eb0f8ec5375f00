import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { SendQuota } from "../../ports/send-quota.ts";

interface Limit {
  readonly limit: number;
  readonly windowMs: number;
  /** Uses are counted in steps of this length; a window holds a whole number of them. */
  readonly stepMs: number;
}

/** "30/min and 1000/h to one member, excess silently dropped" (reference/platforms.md section 4). */
const LIMITS: readonly Limit[] = [
  { limit: 30, windowMs: 60_000, stepMs: 5_000 },
  { limit: 1_000, windowMs: 3_600_000, stepMs: 60_000 },
];

/**
 * Counts what one app sends to each member, for all processes together. Windows slide: nobody promises that the vendor's
 * begin at whole minutes, so no minute whatsoever may hold more than 30. `app` is "wecom|<corpid>|<agentid>".
 */
export const createSendQuota = (db: Database, app: string, wireNowMs: () => number): SendQuota => ({
  take: (recipient) =>
    inTransaction(db, async (tx) => {
      const who = createHash("sha256").update(`${app}|${recipient}`).digest("base64url").slice(0, 22);
      const nowMs = wireNowMs();
      await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`send-quota|${who}`}, 0))`);
      for (const limit of LIMITS) {
        const retryAfterMs = await waitOf(tx, keyOf(limit, who), limit, nowMs);
        if (retryAfterMs > 0) return { state: "full", retryAfterMs };
      }
      for (const limit of LIMITS) await countOne(tx, keyOf(limit, who), limit, nowMs);
      return { state: "granted" };
    }),
});

const keyOf = ({ windowMs }: Limit, who: string): string => `send-quota-${windowMs}|${who}`;

/** Milliseconds until there is room again; 0 when there is. A step counts until its last moment has left the window. */
async function waitOf(tx: Transaction, key: string, limit: Limit, nowMs: number): Promise<number> {
  const since = new Date(nowMs - limit.windowMs - limit.stepMs).toISOString();
  const used = await row<{ total: number; first_ms: bigint | null }>(
    tx,
    Prisma.sql`SELECT coalesce(sum(count), 0)::int AS total, (extract(epoch FROM min(window_start)) * 1000)::bigint AS first_ms
      FROM rate_count WHERE key = ${key} AND window_start > ${since}::timestamptz`,
  );
  if (!used || used.total < limit.limit || used.first_ms === null) return 0;
  return Number(used.first_ms) + limit.stepMs + limit.windowMs - nowMs;
}

async function countOne(tx: Transaction, key: string, { stepMs }: Limit, nowMs: number): Promise<void> {
  const step = new Date(Math.floor(nowMs / stepMs) * stepMs).toISOString();
  await execute(
    tx,
    Prisma.sql`INSERT INTO rate_count (key, window_start, count) VALUES (${key}, ${step}::timestamptz, 1)
      ON CONFLICT (key, window_start) DO UPDATE SET count = rate_count.count + 1`,
  );
}
