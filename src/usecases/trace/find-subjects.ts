import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Trace } from "./trace.ts";

/** Row ids of what a trace is about. */
export interface TraceSubjects {
  readonly inboxIds: readonly string[];
  readonly billIds: readonly string[];
  readonly lineIds: readonly string[];
  readonly orderIds: readonly string[];
  readonly receiptIds: readonly string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * What the key names, and what hangs together with it: a bill with the orders made for it and the receipts that paid it; an
 * order with its receipt; a receipt with its order and the bills that it paid; a message with the orders it led to.
 */
export async function findSubjects(
  tx: Transaction,
  key: string,
): Promise<{ readonly kind: Trace["kind"]; readonly subjects: TraceSubjects } | undefined> {
  const bill = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM bill WHERE bill_no = ${key}`);
  if (bill) return { kind: "bill", subjects: await ofBill(tx, bill.id) };
  const order = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM payment_order WHERE out_trade_no = ${key}`);
  if (order) return { kind: "order", subjects: await ofOrders(tx, [order.id], []) };
  const receipt = await row<{ id: string; order_id: string | null }>(
    tx,
    Prisma.sql`SELECT id, payment_order_id AS order_id FROM receipt WHERE receipt_no = ${key}`,
  );
  if (receipt) return { kind: "receipt", subjects: await ofReceipt(tx, receipt.id, receipt.order_id) };
  const inboxIds = await findMessages(tx, key);
  if (inboxIds.length === 0) return undefined;
  return { kind: "message", subjects: await ofOrders(tx, await ordersOfMessages(tx, inboxIds), inboxIds) };
}

/** Our id of an inbox event or of an outbox message that answered one; the platform's key of it, whole or its message id. */
async function findMessages(tx: Transaction, key: string): Promise<string[]> {
  const byId = UUID.test(key)
    ? Prisma.sql`id = ${key}::uuid OR id = (SELECT inbox_event_id FROM outbox WHERE id = ${key}::uuid)`
    : Prisma.sql`false`;
  return idsOf(
    tx,
    Prisma.sql`SELECT id FROM inbox_event WHERE external_key = ${key} OR ${byId}
      UNION SELECT o.inbox_event_id FROM outbox o JOIN delivery d ON d.outbox_id = o.id
        WHERE d.vendor_id = ${key} AND d.vendor_id <> '' AND o.inbox_event_id IS NOT NULL`,
  );
}

/**
 * Orders that the sender made soon after: a message only gives out the link, the cashier's page makes the order. An order
 * names its maker as person or openid, not the message.
 */
const ordersOfMessages = (tx: Transaction, inboxIds: readonly string[]): Promise<string[]> =>
  idsOf(
    tx,
    Prisma.sql`SELECT DISTINCT o.id FROM inbox_event i
      LEFT JOIN channel_identity c ON c.platform = i.platform AND c.app_id = i.app_id
        AND c.external_id = i.event->>'senderId'
      JOIN payment_order o ON o.created_by IN ('person:' || c.person_id, 'openid:' || (i.event->>'senderId'))
        AND o.created_at BETWEEN i.received_at AND i.received_at + interval '30 minutes'
      WHERE i.id = ANY (${[...inboxIds]}::uuid[])`,
  );

async function ofBill(tx: Transaction, billId: string): Promise<TraceSubjects> {
  const lineIds = await idsOf(tx, Prisma.sql`SELECT id FROM bill_line WHERE bill_id = ${billId}::uuid`);
  const orderIds = await idsOf(
    tx,
    Prisma.sql`SELECT DISTINCT order_id AS id FROM payment_order_line WHERE line_id = ANY (${lineIds}::uuid[])`,
  );
  const receiptIds = await idsOf(
    tx,
    Prisma.sql`SELECT a.source_id AS id FROM allocation a WHERE a.source = 'receipt' AND a.line_id = ANY (${lineIds}::uuid[])
      UNION SELECT p.receipt_id FROM allocation a JOIN prepayment p ON p.id = a.source_id
        WHERE a.source = 'prepayment' AND p.receipt_id IS NOT NULL AND a.line_id = ANY (${lineIds}::uuid[])
      UNION SELECT id FROM receipt WHERE payment_order_id = ANY (${orderIds}::uuid[])`,
  );
  return { inboxIds: [], billIds: [billId], lineIds, orderIds, receiptIds };
}

async function ofReceipt(tx: Transaction, receiptId: string, orderId: string | null): Promise<TraceSubjects> {
  const lineIds = await idsOf(
    tx,
    Prisma.sql`SELECT DISTINCT line_id AS id FROM allocation WHERE (source = 'receipt' AND source_id = ${receiptId}::uuid)
      OR (source = 'prepayment' AND source_id IN (SELECT id FROM prepayment WHERE receipt_id = ${receiptId}::uuid))`,
  );
  return {
    inboxIds: [],
    billIds: await billsOf(tx, lineIds),
    lineIds,
    orderIds: orderId === null ? [] : [orderId],
    receiptIds: [receiptId],
  };
}

async function ofOrders(
  tx: Transaction,
  orderIds: readonly string[],
  inboxIds: readonly string[],
): Promise<TraceSubjects> {
  const lineIds = await idsOf(
    tx,
    Prisma.sql`SELECT DISTINCT line_id AS id FROM payment_order_line WHERE order_id = ANY (${[...orderIds]}::uuid[])`,
  );
  const receiptIds = await idsOf(
    tx,
    Prisma.sql`SELECT id FROM receipt WHERE payment_order_id = ANY (${[...orderIds]}::uuid[])`,
  );
  return { inboxIds, billIds: await billsOf(tx, lineIds), lineIds, orderIds, receiptIds };
}

const billsOf = (tx: Transaction, lineIds: readonly string[]): Promise<string[]> =>
  idsOf(tx, Prisma.sql`SELECT DISTINCT bill_id AS id FROM bill_line WHERE id = ANY (${[...lineIds]}::uuid[])`);

const idsOf = async (tx: Transaction, query: Prisma.Sql): Promise<string[]> =>
  (await rows<{ id: string }>(tx, query)).map((found) => found.id);
