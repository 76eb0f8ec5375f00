import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PaymentGateway, PaymentStatus } from "../../ports/payment-gateway.ts";
import type { PaymentContext } from "./context.ts";
import { settlePayment } from "./settle-payment.ts";
import { endOrder, type StoredOrder } from "./stored-order.ts";
import { type Recorded, withIntent } from "./vendor-calls.ts";

/** What the channel says of an order; `unknown` when it says nothing. */
export type Standing = PaymentStatus["state"];

/**
 * Asks the channel what became of an order and acts on it: a payment is settled, a closed order lets go of its lines,
 * and an order in UNKNOWN becomes payable or can be created again. The only way out of UNKNOWN.
 */
export async function queryOrder(db: Database, order: StoredOrder, context: PaymentContext): Promise<Standing> {
  const { gateway } = merchantOf(order, context);
  const status = await withIntent(db, {
    orderId: order.orderId,
    operation: "query",
    nowMs: context.wireClock.nowMs,
    ask: () => gateway.query(order.outTradeNo),
    record: (tx, answer) => recordStatus(tx, order, answer),
  });
  if (status.state !== "paid") return status.state;
  const settled = await settlePayment(db, status.fact, "query", context);
  if (settled.state !== "exception") return "paid";
  // A payment that doesn't fit its order waits for people: the lines stay taken, and asking again tells nothing new.
  await execute(db, Prisma.sql`UPDATE payment_order SET next_query_at = NULL WHERE id = ${order.orderId}::uuid`);
  return "unknown";
}

async function recordStatus(
  tx: Transaction,
  order: StoredOrder,
  status: PaymentStatus,
): Promise<Recorded<PaymentStatus>> {
  switch (status.state) {
    case "unknown":
      return { state: "UNKNOWN", outcome: { reason: status.reason }, result: status };
    case "closed":
      await endOrder(tx, order.orderId, "CLOSED");
      break;
    case "missing":
    case "unpaid":
      await leaveUnknown(tx, order.orderId, status.state === "unpaid");
      break;
    case "paid":
      break;
    default:
      return status satisfies never;
  }
  return { state: "OK", outcome: { standing: status.state }, result: status };
}

async function leaveUnknown(tx: Transaction, orderId: string, existsAtChannel: boolean): Promise<void> {
  await execute(
    tx,
    existsAtChannel
      ? Prisma.sql`UPDATE payment_order SET state = CASE WHEN prepay ? 'ticket' THEN 'PAYABLE' ELSE 'CREATED' END
          WHERE id = ${orderId}::uuid AND state = 'UNKNOWN'`
      : Prisma.sql`UPDATE payment_order SET state = 'CREATED', prepay = prepay - 'ticket'
          WHERE id = ${orderId}::uuid AND state = 'UNKNOWN'`,
  );
}

/**
 * Ends an order that shall not be paid any more: asks once more, then closes it at the channel. `paid`: somebody was
 * faster and the payment is settled. `unknown`: the channel doesn't say; the order and its lines stay taken.
 */
export async function closeOrder(
  db: Database,
  order: StoredOrder,
  context: PaymentContext,
): Promise<"closed" | "paid" | "unknown"> {
  const standing = await queryOrder(db, order, context);
  if (standing === "paid" || standing === "closed" || standing === "unknown") return standing;
  const { gateway } = merchantOf(order, context);
  const closed = await withIntent(db, {
    orderId: order.orderId,
    operation: "close",
    nowMs: context.wireClock.nowMs,
    // A number that the channel has never heard of can't be closed there, and needs not.
    ask: () =>
      standing === "missing" ? Promise.resolve({ state: "closed" as const }) : gateway.close(order.outTradeNo),
    record: async (tx, answer): Promise<Recorded<boolean>> => {
      if (answer.state === "closed") {
        await endOrder(tx, order.orderId, "CLOSED");
        return { state: "OK", outcome: { standing }, result: true };
      }
      const state = answer.state === "already-paid" ? "REFUSED" : "UNKNOWN";
      return { state, outcome: answer, result: false };
    },
  });
  if (closed) return "closed";
  const after = await queryOrder(db, order, context);
  return after === "paid" || after === "closed" ? after : "unknown";
}

/** Throws when the order's merchant account is not configured any more: nothing can be known about it then. */
export function merchantOf(
  order: StoredOrder,
  context: PaymentContext,
): { readonly gateway: PaymentGateway; readonly appId: string } {
  const merchant = context.gateways.get(order.merchantId);
  if (!merchant) throw new Error(`merchant account ${order.merchantCode} is not configured`);
  return merchant;
}
