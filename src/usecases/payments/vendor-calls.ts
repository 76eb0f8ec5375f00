import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";

export type CallOperation = "create" | "query" | "close" | "refund" | "retry" | "files";

/** What a call is about; its row is the lock, so that attempts don't collide. */
export interface CallSubject {
  readonly kind: "payment-order" | "refund" | "invoice-order";
  readonly id: string;
  /** Default: WeChat Pay. */
  readonly vendor?: string | undefined;
}

/** An intent is committed before the call (design.md, way 5); the caller holds the subject's row. */
export async function beginCall(
  tx: Transaction,
  subject: CallSubject,
  operation: CallOperation,
  startedAtMs: number,
): Promise<string> {
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO vendor_call (id, vendor, operation, subject_kind, subject_id, attempt, state, started_at)
      SELECT ${id}::uuid, ${subject.vendor ?? "wechat-pay"}, ${operation}, ${subject.kind}, ${subject.id}::uuid, coalesce(max(attempt), 0) + 1,
        'INTENT', ${new Date(startedAtMs).toISOString()}::timestamptz
      FROM vendor_call WHERE subject_kind = ${subject.kind} AND subject_id = ${subject.id}::uuid
        AND operation = ${operation}`,
  );
  return id;
}

/** The outcome row. `outcome` holds states and codes, never tickets or openids. */
export async function finishCall(
  tx: Transaction,
  callId: string,
  end: { readonly state: "OK" | "REFUSED" | "UNKNOWN"; readonly outcome: object; readonly atMs: number },
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE vendor_call SET state = ${end.state}, outcome = ${JSON.stringify(end.outcome)}::jsonb,
      finished_at = ${new Date(end.atMs).toISOString()}::timestamptz WHERE id = ${callId}::uuid AND state = 'INTENT'`,
  );
}

/** When the newest call of an operation began, and whether its outcome is still open. */
export async function latestCall(
  tx: Transaction,
  orderId: string,
  operation: CallOperation,
): Promise<{ readonly startedAtMs: number; readonly open: boolean; readonly attempt: number } | undefined> {
  const [found] = await rows<{ started_ms: bigint; state: string; attempt: number }>(
    tx,
    Prisma.sql`SELECT (extract(epoch FROM started_at) * 1000)::bigint AS started_ms, state, attempt FROM vendor_call
      WHERE subject_kind = 'payment-order' AND subject_id = ${orderId}::uuid AND operation = ${operation}
      ORDER BY attempt DESC LIMIT 1`,
  );
  return found && { startedAtMs: Number(found.started_ms), open: found.state === "INTENT", attempt: found.attempt };
}

/** How an outcome is written down, and what it means to the caller. */
export interface Recorded<R> {
  readonly state: "OK" | "REFUSED" | "UNKNOWN";
  readonly outcome: object;
  readonly result: R;
}

/**
 * Intent in one transaction, then nothing but the call, then its outcome together with what it changes. No call is made
 * inside a transaction; if the process dies in between, the open intent says that the order must be queried.
 */
export async function withIntent<T, R>(
  db: Database,
  call: {
    readonly orderId: string;
    readonly operation: CallOperation;
    readonly nowMs: () => number;
    readonly ask: () => Promise<T>;
    readonly record: (tx: Transaction, answer: T) => Promise<Recorded<R>>;
  },
): Promise<R> {
  const callId = await inTransaction(db, async (tx) => {
    await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM payment_order WHERE id = ${call.orderId}::uuid FOR UPDATE`);
    return beginCall(tx, { kind: "payment-order", id: call.orderId }, call.operation, call.nowMs());
  });
  const answer = await call.ask();
  return inTransaction(db, async (tx) => {
    await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM payment_order WHERE id = ${call.orderId}::uuid FOR UPDATE`);
    const { state, outcome, result } = await call.record(tx, answer);
    await finishCall(tx, callId, { state, outcome, atMs: call.nowMs() });
    return result;
  });
}
