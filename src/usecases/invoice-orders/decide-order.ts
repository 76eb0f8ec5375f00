import { recordAudit } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import { isUnderWay } from "../../domain/invoice/order-step.ts";
import type { InvoiceContext } from "../invoices/apply-for-invoice.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import type { InvoiceOrderContext } from "./context.ts";
import { handOver, showOutcome } from "./order-messages.ts";
import { countOrderCalls, findOrder, placeOfOrder, type StoredOrder, setOrder } from "./stored-order.ts";

/** Finance's word about an order that needs a person. */
export interface OrderDecision {
  readonly orderNo: string;
  readonly as: "retry" | "by-hand";
}

type Deciding = InvoiceContext & Pick<InvoiceOrderContext, "messaging" | "orderCard">;

/**
 * Another try, or by hand. What the provider may be making at this moment is not given out of its hands: two people with
 * two buttons never lead to two invoices. Saying the same again changes nothing.
 */
export async function decideOrder(
  tx: Transaction,
  member: StaffMember,
  decision: OrderDecision,
  context: Deciding,
): Promise<{ readonly ok: true; readonly order: StoredOrder } | Refusal> {
  const order = await findOrder(tx, { orderNo: decision.orderNo }, "lock");
  if (!order || !may(member, "invoice.handle", placeOfOrder(order))) {
    return refuse("ORDER_UNKNOWN", `没有您可以处理的自动开票 ${decision.orderNo}，请核对编号。`, "Unknown order.");
  }
  if (decision.as === "by-hand" ? order.state === "by-hand" : isUnderWay(order.state) && order.retryWanted) {
    return { ok: true, order };
  }
  if (order.state !== "failed" && order.state !== "waiting") return refuseDecision(order);
  const after = decision.as === "by-hand" ? await handOver(tx, order, context) : await wantRetry(tx, order);
  if (decision.as === "retry") await showOutcome(tx, after, context);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: `invoice-order.${decision.as}`,
      subjectKind: "invoice-order",
      subjectId: order.orderId,
      before: { state: order.state, problem: order.problemCode },
      after: { state: after.state },
    },
  ]);
  return { ok: true, order: after };
}

/** What was asked for before is asked about before it is asked for again. */
async function wantRetry(tx: Transaction, order: StoredOrder): Promise<StoredOrder> {
  const asked = (await countOrderCalls(tx, order, "create")) > 0;
  return setOrder(tx, order, {
    state: asked ? "sent" : "waiting",
    retryWanted: asked,
    problem: null,
    nextStepAtMs: 0,
  });
}

const refuseDecision = (order: StoredOrder): Refusal =>
  isUnderWay(order.state)
    ? refuse(
        "ORDER_UNDER_WAY",
        `${order.orderNo} 正在服务商那里开具，结果出来会通知您；在此之前不能重试，也不能转手工，以免开出两张。`,
        "The provider has it under way.",
      )
    : refuse("ORDER_CLOSED", `${order.orderNo} 已经办结，不用再处理。`, "It is closed.");
