import type { Database } from "../../db/client.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { civilDateAt } from "../../domain/time/civil-date.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import { openReachWindow } from "../reach/reach-windows.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";
import { recordPayer } from "../refunds/record-payer.ts";
import type { PaymentContext } from "./context.ts";
import { findReceiptOf } from "./find-receipt.ts";
import { type PaymentDifference, recordPaymentException } from "./payment-exception.ts";
import { receiptMessages } from "./receipt-messages.ts";
import { endOrder, findOrder, type StoredOrder } from "./stored-order.ts";

/** Who says that the money has arrived. All three end in this one use case (design.md, way 4). */
export type Witness = "notification" | "query" | "statement";

export type SettleResult =
  | { readonly state: "settled"; readonly receiptId: string; readonly receiptNo: string }
  /** Another witness was first. */
  | { readonly state: "already-settled"; readonly receiptId: string; readonly receiptNo: string }
  /** It fits no order of ours as we made it: nothing is booked, a person must look. */
  | {
      readonly state: "exception";
      readonly kind: "LOCAL_MISSING" | "AMOUNT_MISMATCH";
      readonly differences: readonly string[];
    };

/**
 * Books a payment that the channel states: compares it with its order, records the receipt with the day on which the
 * payer paid, ends the order and enqueues the receipt for payer and tenant, all in one transaction. Any number of
 * witnesses may say the same, at the same time: the transaction id makes one receipt. A payment of lines that are
 * settled already is booked as well; it pays what else is open, the rest is prepayment, and the receipt says so.
 *
 * Throws when the database doesn't know the merchant account, or when our books refuse the money (a value date that
 * our clock has not reached yet): the channel then says it again later.
 */
export async function settlePayment(
  db: Database,
  fact: PaymentFact,
  witness: Witness,
  context: PaymentContext,
): Promise<SettleResult> {
  const result = await inTransaction(db, (tx) => settle(tx, fact, witness, context));
  if (result.state === "exception") {
    const code = result.kind === "LOCAL_MISSING" ? "PAYMENT_WITHOUT_ORDER" : "PAYMENT_MISMATCH";
    context.onProblem({ code, outTradeNo: fact.outTradeNo, detail: `${witness}: ${result.differences.join(", ")}` });
  }
  return result;
}

async function settle(
  tx: Transaction,
  fact: PaymentFact,
  witness: Witness,
  context: PaymentContext,
): Promise<SettleResult> {
  const found = await findOrder(tx, fact.outTradeNo);
  if (!found)
    return refuse(tx, { fact, witness, kind: "LOCAL_MISSING", differences: ["outTradeNo"], order: undefined }, context);
  // The account before the order, as everybody else takes them.
  await lockTenantAccounts(tx, [{ tenantId: found.tenantId, entityId: found.entityId }]);
  const order = (await findOrder(tx, fact.outTradeNo, "lock")) ?? found;
  const differences = differencesOf(order, fact, context);
  if (differences.length > 0)
    return refuse(tx, { fact, witness, kind: "AMOUNT_MISMATCH", differences, order }, context);

  const known = await findReceiptOf(tx, order.merchantCode, fact.transactionId);
  if (known) {
    await endOrder(tx, order.orderId, "PAID");
    return { state: "already-settled", ...known };
  }
  const recorded = await receiveMoney(
    tx,
    {
      channel: "wechat",
      accountCode: order.merchantCode,
      channelNo: fact.transactionId,
      tenantCode: order.tenantCode,
      entityCode: order.entityCode,
      amountFen: fact.amountFen,
      valueDate: civilDateAt(Date.parse(fact.successTime)),
      lineIds: [...new Set(order.parts.map((part) => part.lineId))],
      paymentOrderId: order.orderId,
    },
    {
      actor: "channel:wechat",
      channel: `wechat-pay-${witness}`,
      today: context.businessClock.today(),
      messagesOf: (receipt, inside) => receiptMessages(inside, { receipt, order, fact }, context),
    },
  );
  if (!recorded.ok) throw new Error(`payment ${fact.outTradeNo} cannot be booked: ${recorded.code}`);
  const { receiptId, receiptNo } = recorded;
  if (receiptId === undefined || receiptNo === undefined) throw new Error("a recorded receipt has an id and a number");
  await endOrder(tx, order.orderId, "PAID");
  await openPayerWindow(tx, fact, context);
  const { payerExternalId } = fact;
  await recordPayer(tx, receiptId, {
    paidAtMs: Date.parse(fact.successTime),
    account: payerExternalId === undefined ? undefined : `wechat|${fact.appId}|${payerExternalId}`,
  });
  return { state: "settled", receiptId, receiptNo };
}

/** Whoever has paid through the account may be written to for two days, as often as need be (platforms.md 5.1). */
async function openPayerWindow(tx: Transaction, fact: PaymentFact, context: PaymentContext): Promise<void> {
  const { officialAccountAppId: appId } = context;
  if (appId === undefined || fact.appId !== appId || fact.payerExternalId === undefined) return;
  const person = { appId, externalId: fact.payerExternalId };
  await openReachWindow(tx, person, "payment", Date.parse(fact.successTime));
}

/** Which of the facts are not as the order says; names only, so that nothing personal reaches a log. */
function differencesOf(order: StoredOrder, fact: PaymentFact, context: PaymentContext): PaymentDifference[] {
  const appId = context.gateways.get(order.merchantId)?.appId;
  return [
    ...(fact.amountFen === order.amountFen ? [] : (["amount"] as const)),
    ...(fact.currency === "CNY" ? [] : (["currency"] as const)),
    ...(fact.merchantId === order.merchantId ? [] : (["merchantId"] as const)),
    ...(fact.appId === appId ? [] : (["appId"] as const)),
  ];
}

async function refuse(
  tx: Transaction,
  exception: Parameters<typeof recordPaymentException>[1],
  context: PaymentContext,
): Promise<SettleResult> {
  await recordPaymentException(tx, exception, context);
  return { state: "exception", kind: exception.kind, differences: exception.differences };
}
