import { setTimeout as delay } from "node:timers/promises";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type PaymentContext, type PaymentRefusal, refusePayment } from "./context.ts";
import { createAtChannel } from "./create-at-channel.ts";
import { findMerchantOf } from "./find-merchant.ts";
import { type BillSelection, frozenPartsOf, loadPayableBills, type PayableBills } from "./payable-bills.ts";
import { closeOrder, queryOrder } from "./query-order.ts";
import {
  findLiveOrders,
  findOrder,
  freshTicketOf,
  insertOrder,
  type PaymentTicket,
  type StoredOrder,
  setOrderState,
} from "./stored-order.ts";
import { latestCall } from "./vendor-calls.ts";

/** Who pays what, and how: a QR code for any phone, or the page inside WeChat for one openid. */
export type PrepareRequest = BillSelection & {
  /** "person:<id>", "openid:<openid>" or "h5": for the audit, never shown. */
  readonly createdBy: string;
  /** A new order even if there is one: a code is bound to the first person who scans it, who may have walked away. */
  readonly renew?: boolean;
} & ({ readonly method: "native" } | { readonly method: "jsapi"; readonly payerOpenId: string });

export type PreparedOrder =
  | { readonly state: "payable"; readonly order: StoredOrder; readonly ticket: PaymentTicket }
  /** An earlier order over these lines turned out to be paid while this one was being made. */
  | { readonly state: "settled"; readonly outTradeNo: string }
  | PaymentRefusal;

type Step =
  | { readonly kind: "done"; readonly prepared: PreparedOrder }
  | { readonly kind: "close"; readonly orders: readonly StoredOrder[] }
  | { readonly kind: "query"; readonly order: StoredOrder }
  | { readonly kind: "create"; readonly outTradeNo: string }
  | { readonly kind: "wait" };

const ROUNDS = 24;
const WAIT_MS = 150;
/** Longer than any gateway call: an intent older than this belongs to a process that died. */
const CALL_LIMIT_MS = 15_000;
/** The channel turns away orders that end sooner, and a payer needs some time. */
const SHORTEST_LIFE_MS = 60_000;
const ORDER_LIFE_MS = 2 * 60 * 60_000;
const FIRST_QUERY_MS = 5_000;

/**
 * Makes the one order that can pay these bills now, or finds it again (money-rules 8): lines and late fee frozen as of
 * today, at most one payable order per line. Another order over one of the lines is closed at the channel first; if it
 * was paid in the meantime, that payment is settled and said. Call it outside transactions.
 */
export async function prepareOrder(
  db: Database,
  request: PrepareRequest,
  context: PaymentContext,
): Promise<PreparedOrder> {
  let creations = 0;
  let renew = request.renew ?? false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = await inTransaction(db, (tx) => nextStep(tx, { ...request, renew }, context));
    switch (step.kind) {
      case "done":
        return step.prepared;
      case "wait":
        await delay(WAIT_MS);
        break;
      case "close":
        for (const order of step.orders) {
          const end = await closeOrder(db, order, context);
          if (end === "paid") return { state: "settled", outTradeNo: order.outTradeNo };
          if (end === "unknown") return refusePayment("CHANNEL_SILENT");
        }
        renew = false;
        break;
      case "query": {
        const standing = await queryOrder(db, step.order, context);
        if (standing === "paid") return { state: "settled", outTradeNo: step.order.outTradeNo };
        if (standing === "unknown") return refusePayment("CHANNEL_SILENT");
        break;
      }
      case "create": {
        creations += 1;
        renew = false;
        const order = await findOrder(db, step.outTradeNo);
        if (!order || creations > 2) return refusePayment("CHANNEL_SILENT");
        const created = await createAtChannel(db, order, context);
        if (created === "refused") return refusePayment("CHANNEL_REFUSED");
        break;
      }
      default:
        return step satisfies never;
    }
  }
  return refusePayment("CHANNEL_SILENT");
}

/** Decides under the account's lock; everything outside happens after the commit, then the decision is taken anew. */
async function nextStep(tx: Transaction, request: PrepareRequest, context: PaymentContext): Promise<Step> {
  await lockTenantAccounts(tx, [{ tenantId: request.tenantId, entityId: request.entityId }]);
  const payable = await loadPayableBills(tx, request, context.businessClock.today());
  if (!payable) return refused("BILL_NOT_FOUND");
  const merchant = await findMerchantOf(tx, request.entityId, context);
  if (!merchant) return refused("NO_MERCHANT_ACCOUNT");

  const live = await findLiveOrders(
    tx,
    payable.bills.flatMap((bill) => bill.lines.map((line) => line.lineId)),
  );
  for (const order of live) if (await isBeingCreated(tx, order, context)) return { kind: "wait" };
  const [only] = live;
  if (
    only &&
    live.length === 1 &&
    !request.renew &&
    isSameOrder(only, payable, request, merchant.merchantId, context)
  ) {
    return continueOrder(tx, only, context);
  }
  if (live.length > 0) return { kind: "close", orders: live };
  if (payable.totalFen === 0n) return refused("NOTHING_OWED");

  const expiresAtMs = expiryOf(payable, context.businessClock.nowMs());
  if (expiresAtMs === undefined) return refused("NEAR_MIDNIGHT");
  const nowMs = context.wireClock.nowMs();
  const outTradeNo = await insertOrder(tx, {
    entityId: request.entityId,
    tenantId: request.tenantId,
    merchantAccountId: merchant.id,
    amountFen: payable.totalFen,
    frozenAsOf: payable.asOf,
    expiresAtMs,
    method: request.method,
    createdBy: request.createdBy,
    createdAtMs: nowMs,
    firstQueryAtMs: nowMs + FIRST_QUERY_MS,
    prepay: {
      description: describe(payable),
      ...(request.method === "jsapi" ? { payerOpenId: request.payerOpenId } : {}),
    },
    parts: frozenPartsOf(payable),
  });
  return { kind: "create", outTradeNo };
}

async function continueOrder(tx: Transaction, order: StoredOrder, context: PaymentContext): Promise<Step> {
  const ticket = freshTicketOf(order, context.businessClock.nowMs());
  if (ticket) return { kind: "done", prepared: { state: "payable", order, ticket } };
  const lastCreation = await latestCall(tx, order.orderId, "create");
  if (order.state === "UNKNOWN" || lastCreation?.open) {
    await setOrderState(tx, order.orderId, "UNKNOWN");
    await abandonCalls(tx, order.orderId);
    return { kind: "query", order: { ...order, state: "UNKNOWN" } };
  }
  // The same number may be asked for again with the same words; an old ticket dies by it.
  return { kind: "create", outTradeNo: order.outTradeNo };
}

async function isBeingCreated(tx: Transaction, order: StoredOrder, context: PaymentContext): Promise<boolean> {
  const call = await latestCall(tx, order.orderId, "create");
  if (call === undefined) return context.wireClock.nowMs() - order.createdAtMs < CALL_LIMIT_MS;
  return call.open && context.wireClock.nowMs() - call.startedAtMs < CALL_LIMIT_MS;
}

/** An intent whose process died: nobody will write its outcome any more. */
async function abandonCalls(tx: Transaction, orderId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE vendor_call SET state = 'UNKNOWN', outcome = '{"reason":"ABANDONED"}'::jsonb,
    finished_at = now() WHERE subject_kind = 'payment-order' AND subject_id = ${orderId}::uuid AND state = 'INTENT'`);
}

function isSameOrder(
  order: StoredOrder,
  payable: PayableBills,
  request: PrepareRequest,
  merchantId: string,
  context: PaymentContext,
): boolean {
  if (order.method !== request.method || order.merchantId !== merchantId) return false;
  if (request.method === "jsapi" && order.prepay.payerOpenId !== request.payerOpenId) return false;
  if (order.expiresAtMs - context.businessClock.nowMs() < SHORTEST_LIFE_MS) return false;
  const key = (parts: StoredOrder["parts"]) =>
    parts
      .map((part) => `${part.lineId} ${part.component} ${part.amountFen}`)
      .sort()
      .join("\n");
  return key(order.parts) === key(frozenPartsOf(payable));
}

/** Frozen figures must not outlive the day on which they are right; undefined: too little of that day is left. */
function expiryOf(payable: PayableBills, nowMs: number): number | undefined {
  if (!payable.feeRunning) return nowMs + ORDER_LIFE_MS;
  const endOfDayMs = endOfBusinessDayMs(payable.asOf);
  return endOfDayMs - nowMs < SHORTEST_LIFE_MS ? undefined : endOfDayMs;
}

/** 23:59:30 in Shanghai, which has kept to +08:00 since 1991. */
const endOfBusinessDayMs = (date: CivilDate): number => Date.parse(`${date}T23:59:30+08:00`);

/** What the payer reads in WeChat afterwards. No tenant's name: anybody may pay a forwarded link. */
function describe(payable: PayableBills): string {
  const [first] = payable.bills;
  const numbers =
    payable.bills.length > 1 ? `${first?.billNo ?? ""}等${payable.bills.length}张` : (first?.billNo ?? "");
  return `账单 ${numbers}`;
}

const refused = (code: PaymentRefusal["code"]): Step => ({ kind: "done", prepared: refusePayment(code) });
