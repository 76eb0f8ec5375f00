import type { Database } from "../../db/client.ts";
import type { PrepayResult } from "../../ports/payment-gateway.ts";
import type { PaymentContext } from "./context.ts";
import { merchantOf } from "./query-order.ts";
import { endOrder, type PaymentTicket, type StoredOrder, setOrderState } from "./stored-order.ts";
import { latestCall, type Recorded, withIntent } from "./vendor-calls.ts";

/**
 * Asks the channel for an order that we have stored, always with the same words. `unknown` leaves the order in UNKNOWN:
 * it may exist there and somebody may pay it, so only a query decides.
 */
export async function createAtChannel(
  db: Database,
  order: StoredOrder,
  context: PaymentContext,
): Promise<"ready" | "refused" | "unknown"> {
  const { gateway } = merchantOf(order, context);
  const { outTradeNo, amountFen, expiresAtMs, prepay } = order;
  const intent = { outTradeNo, amountFen, expiresAtMs, description: prepay.description };
  return withIntent(db, {
    orderId: order.orderId,
    operation: "create",
    nowMs: context.wireClock.nowMs,
    ask: () => {
      if (order.method === "native") return gateway.createNative(intent);
      if (prepay.payerOpenId === undefined) throw new Error(`order ${outTradeNo} has no payer for JSAPI`);
      return gateway.createJsapi(intent, prepay.payerOpenId);
    },
    record: async (tx, answer: PrepayResult): Promise<Recorded<"ready" | "refused" | "unknown">> => {
      switch (answer.state) {
        case "ready": {
          const ticketAtMs = context.businessClock.nowMs();
          await setOrderState(tx, order.orderId, "PAYABLE", { ...prepay, ticket: ticketOf(answer), ticketAtMs });
          return { state: "OK", outcome: {}, result: "ready" };
        }
        case "refused": {
          // A number asked for the first time and refused doesn't exist; a known one may even be paid.
          const attempt = (await latestCall(tx, order.orderId, "create"))?.attempt ?? 1;
          if (attempt === 1) await endOrder(tx, order.orderId, "CLOSED");
          else await setOrderState(tx, order.orderId, "UNKNOWN");
          context.onProblem({ code: "ORDER_REFUSED", outTradeNo, detail: answer.code });
          const result = attempt === 1 ? "refused" : "unknown";
          return { state: "REFUSED", outcome: { code: answer.code }, result };
        }
        case "unknown":
          await setOrderState(tx, order.orderId, "UNKNOWN");
          return { state: "UNKNOWN", outcome: { reason: answer.reason }, result: "unknown" };
        default:
          return answer satisfies never;
      }
    },
  });
}

const ticketOf = (ready: Extract<PrepayResult, { state: "ready" }>): PaymentTicket =>
  "codeUrl" in ready ? { codeUrl: ready.codeUrl } : { prepayId: ready.prepayId, jsapi: ready.jsapi };
