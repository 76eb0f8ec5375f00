import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { PaymentContext } from "./context.ts";
import { closeOrder, queryOrder, type Standing } from "./query-order.ts";
import { findOrder, instant, isLive, type StoredOrder } from "./stored-order.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** After an order was made (reference/wechat-pay.md section 2.3); then every half hour until it expires. */
const QUERY_AFTER_MS = [5 * SECOND_MS, 30 * SECOND_MS, ...[1, 3, 5, 10, 30].map((minutes) => minutes * MINUTE_MS)];
const QUERY_EVERY_MS = 30 * MINUTE_MS;
/** An expired order is looked at now, and once a minute until the channel has closed it. */
const RETRY_EXPIRED_MS = MINUTE_MS;
const BATCH = 20;

/** When to ask next about an order made at `createdAtMs`; all times of the wire clock. */
export function nextQueryAtMs(createdAtMs: number, nowMs: number): number {
  const planned = QUERY_AFTER_MS.map((waitMs) => createdAtMs + waitMs).find((atMs) => atMs > nowMs);
  return planned ?? nowMs + QUERY_EVERY_MS;
}

export interface DueOrders {
  readonly queried: number;
  readonly paid: number;
  readonly closed: number;
}

/**
 * The safety net under lost notifications: asks the channel about the live orders whose time has come, settles what was
 * paid, and closes what has expired after a last query. Any number of processes may run it: claims skip what is taken.
 */
export async function queryDueOrders(db: Database, context: PaymentContext): Promise<DueOrders> {
  const due = await inTransaction(db, (tx) => claimDueOrders(tx, context));
  let paid = 0;
  let closed = 0;
  for (const { outTradeNo } of due) {
    const standing = await lookAt(db, outTradeNo, context);
    if (standing === "paid") paid += 1;
    if (standing === "closed") closed += 1;
  }
  return { queried: due.length, paid, closed };
}

/**
 * What a waiting page asks: asks the channel if it is time to, or, `insist`, if nobody has for 2 s (the payer says that
 * the money has left). Returns the order as it then is.
 */
export async function refreshOrder(
  db: Database,
  outTradeNo: string,
  context: PaymentContext,
  insist: boolean,
): Promise<StoredOrder | undefined> {
  const claimed = await inTransaction(db, (tx) => claimOrder(tx, outTradeNo, context, insist));
  if (claimed) await lookAt(db, outTradeNo, context);
  return findOrder(db, outTradeNo);
}

async function lookAt(db: Database, outTradeNo: string, context: PaymentContext): Promise<Standing | undefined> {
  const order = await findOrder(db, outTradeNo);
  if (!order || !isLive(order.state) || !context.gateways.has(order.merchantId)) return undefined;
  const expired = order.expiresAtMs <= context.businessClock.nowMs();
  try {
    return await (expired ? closeOrder(db, order, context) : queryOrder(db, order, context));
  } catch (error) {
    // One order that can't be booked must not keep the others from being asked about; its turn comes again.
    const detail = error instanceof Error ? error.message.slice(0, 200) : "unknown";
    context.onProblem({ code: "ORDER_STUCK", outTradeNo, detail });
    return undefined;
  }
}

/** Live, and either its turn has come, or it has expired and wasn't looked at within the last minute. */
function dueCondition(context: PaymentContext): Prisma.Sql {
  const nowMs = context.wireClock.nowMs();
  return Prisma.sql`state IN ('CREATED', 'PAYABLE', 'UNKNOWN') AND (next_query_at <= ${instant(nowMs)}
    OR (expires_at <= ${instant(context.businessClock.nowMs())} AND next_query_at > ${instant(nowMs + RETRY_EXPIRED_MS)}))`;
}

/** Claims by moving the next query on, before anything is asked: two processes don't ask the same thing at once. */
async function claimDueOrders(tx: Transaction, context: PaymentContext): Promise<{ outTradeNo: string }[]> {
  const due = await rows<{ id: string; outTradeNo: string; created_ms: bigint; expired: boolean }>(
    tx,
    Prisma.sql`SELECT id, out_trade_no AS "outTradeNo", (extract(epoch FROM created_at) * 1000)::bigint AS created_ms,
        expires_at <= ${instant(context.businessClock.nowMs())} AS expired
      FROM payment_order WHERE ${dueCondition(context)} ORDER BY next_query_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
  );
  for (const order of due) await moveOn(tx, order, context);
  return due;
}

async function claimOrder(
  tx: Transaction,
  outTradeNo: string,
  context: PaymentContext,
  insist: boolean,
): Promise<boolean> {
  const patienceMs = 2 * SECOND_MS;
  const quiet = Prisma.sql`state IN ('CREATED', 'PAYABLE', 'UNKNOWN') AND NOT EXISTS (SELECT 1 FROM vendor_call c
    WHERE c.subject_kind = 'payment-order' AND c.subject_id = o.id AND c.operation = 'query'
      AND c.started_at > ${instant(context.wireClock.nowMs() - patienceMs)})`;
  const [order] = await rows<{ id: string; created_ms: bigint; expired: boolean }>(
    tx,
    Prisma.sql`SELECT id, (extract(epoch FROM created_at) * 1000)::bigint AS created_ms,
        expires_at <= ${instant(context.businessClock.nowMs())} AS expired
      FROM payment_order o WHERE out_trade_no = ${outTradeNo} AND ${insist ? quiet : dueCondition(context)}
      FOR UPDATE SKIP LOCKED`,
  );
  if (!order) return false;
  await moveOn(tx, order, context);
  return true;
}

async function moveOn(
  tx: Transaction,
  order: { readonly id: string; readonly created_ms: bigint; readonly expired: boolean },
  context: PaymentContext,
): Promise<void> {
  const nowMs = context.wireClock.nowMs();
  const nextMs = order.expired ? nowMs + RETRY_EXPIRED_MS : nextQueryAtMs(Number(order.created_ms), nowMs);
  await tx.$executeRaw(
    Prisma.sql`UPDATE payment_order SET next_query_at = ${instant(nextMs)} WHERE id = ${order.id}::uuid`,
  );
}
