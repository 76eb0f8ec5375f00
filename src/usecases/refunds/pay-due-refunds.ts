import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { RefundContext } from "./context.ts";
import { payRefund } from "./pay-refund.ts";
import { WAITS_FOR_RED_LETTER } from "./stored-refund.ts";

const BATCH = 20;
/** Whoever has claimed a refund has this long before another process looks after it. */
const CLAIM_MS = 60_000;

export interface DueRefunds {
  readonly stepped: number;
  readonly paid: number;
}

/**
 * Takes the refunds whose time has come one step on: approved ones without a hold are asked for, those under way are asked
 * about. Any number of processes may run it. One that can't be stepped does not keep the others; its turn comes again.
 */
export async function payDueRefunds(db: Database, context: RefundContext): Promise<DueRefunds> {
  const due = await inTransaction(db, (tx) => claimDue(tx, context));
  let paid = 0;
  for (const { id, outRefundNo } of due) {
    try {
      if ((await payRefund(db, id, context)) === "paid") paid += 1;
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, 200) : "unknown";
      context.onProblem({ code: "REFUND_STUCK", outRefundNo, detail });
    }
  }
  return { stepped: due.length, paid };
}

/** Claims by moving the next step on, before anything is asked. */
async function claimDue(tx: Transaction, context: RefundContext): Promise<{ id: string; outRefundNo: string }[]> {
  const nowMs = context.wireClock.nowMs();
  const due = await rows<{ id: string; outRefundNo: string }>(
    tx,
    Prisma.sql`SELECT f.id, f.out_refund_no AS "outRefundNo" FROM refund f
      WHERE f.state IN ('approved', 'paying', 'processing', 'abnormal') AND f.next_step_at <= ${instant(nowMs)}
        AND NOT (f.state = 'approved'
          AND (EXISTS (SELECT 1 FROM refund_hold h WHERE h.refund_id = f.id AND h.lifted_at IS NULL) OR ${WAITS_FOR_RED_LETTER}))
      ORDER BY f.next_step_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE refund SET next_step_at = ${instant(nowMs + CLAIM_MS)}
      WHERE id = ANY (${due.map(({ id }) => id)}::uuid[])`,
  );
  return due;
}

const instant = (epochMs: number): Prisma.Sql => Prisma.sql`${new Date(epochMs).toISOString()}::timestamptz`;
