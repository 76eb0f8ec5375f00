import { setTimeout as delay } from "node:timers/promises";
import type { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "./client.ts";

export type Transaction = Prisma.TransactionClient;

export interface TransactionOptions {
  /** The whole transaction is rolled back after this long; default 30 s. */
  readonly timeoutMs?: number;
  /** Default: read committed. Our locks are rows (tenant_account, conversation), taken first and in key order. */
  readonly isolation?: Prisma.TransactionIsolationLevel;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const WAIT_FOR_CONNECTION_MS = 30_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 20;
/** Prisma: write conflict or deadlock; PostgreSQL: serialization failure, deadlock detected. */
const RETRYABLE = new Set(["P2034", "40001", "40P01"]);

/**
 * Runs `work` in one transaction and commits. A lost race (serialization failure, deadlock) is tried again a few times,
 * so `work` may run more than once: it does nothing but read and write through `tx`, and calls nobody outside.
 */
export async function inTransaction<T>(
  db: Database,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const limits = {
    maxWait: WAIT_FOR_CONNECTION_MS,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...(options.isolation === undefined ? {} : { isolationLevel: options.isolation }),
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work, limits);
    } catch (error) {
      if (attempt === ATTEMPTS || !isLostRace(error)) throw error;
      // Jitter, or the same two meet again.
      await delay(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

/** The code is at different depths for model calls, raw queries and the commit itself. */
function isLostRace(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 4) return false;
  const { code, originalCode, kind } = error as { code?: unknown; originalCode?: unknown; kind?: unknown };
  if ([code, originalCode].some((value) => typeof value === "string" && RETRYABLE.has(value))) return true;
  if (kind === "TransactionWriteConflict") return true;
  const { cause, meta, driverAdapterError } = error as {
    cause?: unknown;
    meta?: unknown;
    driverAdapterError?: unknown;
  };
  return [cause, meta, driverAdapterError].some((inner) => isLostRace(inner, depth + 1));
}
