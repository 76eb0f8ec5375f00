import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { InvoiceOrderContext } from "./context.ts";
import { stepOrder } from "./step-order.ts";

const BATCH = 10;
/** Whoever has claimed an order has this long before another process looks after it. */
const CLAIM_MS = 120_000;

/**
 * Takes the orders whose time has come one step on: asks for what waits, asks about what is under way, fetches files that
 * were missing. Any number of processes may run it. One that can't be stepped does not keep the others; its turn comes again.
 */
export async function stepDueOrders(
  db: Database,
  context: InvoiceOrderContext,
): Promise<{ readonly stepped: number; readonly made: number }> {
  const due = await inTransaction(db, (tx) => claimDue(tx, context.wireClock.nowMs()));
  let made = 0;
  for (const { id, orderNo } of due) {
    try {
      if ((await stepOrder(db, id, context)) === "made") made += 1;
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, 200) : "unknown";
      context.onProblem({ code: "INVOICE_ORDER_STUCK", orderNo, detail });
    }
  }
  return { stepped: due.length, made };
}

/** Claims by moving the next step on, before anything is asked. */
const claimDue = (tx: Transaction, nowMs: number): Promise<{ id: string; orderNo: string }[]> =>
  rows(
    tx,
    Prisma.sql`UPDATE invoice_order o SET next_step_at = ${instant(nowMs + CLAIM_MS)}
      FROM (SELECT id FROM invoice_order WHERE next_step_at <= ${instant(nowMs)}
        ORDER BY next_step_at, id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) due
      WHERE o.id = due.id RETURNING o.id, o.order_no AS "orderNo"`,
  );

const instant = (epochMs: number): Prisma.Sql => Prisma.sql`${new Date(epochMs).toISOString()}::timestamptz`;
