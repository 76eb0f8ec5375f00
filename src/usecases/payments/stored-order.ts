import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { FrozenPart } from "./payable-bills.ts";
import { outTradeNoOf } from "./trade-number.ts";

/**
 * `CREATED`: stored, the channel not asked yet. `PAYABLE`: it gave a ticket. `UNKNOWN`: a call ended without an answer;
 * only a query leads out. `PAID` and `CLOSED` are final, but money that arrives for a closed order is booked all the same.
 */
export type OrderState = "CREATED" | "PAYABLE" | "UNKNOWN" | "PAID" | "CLOSED";
export type PaymentMethod = "native" | "jsapi";

/** What the payer's side shows: a QR code, or the parameters of the page inside WeChat. */
export type PaymentTicket =
  | { readonly codeUrl: string }
  | { readonly prepayId: string; readonly jsapi: Readonly<Record<string, string>> };

/** Everything a repeated call must say again word for word, and what the channel gave us last. */
export interface Prepay {
  readonly description: string;
  readonly payerOpenId?: string;
  readonly ticket?: PaymentTicket;
  /** Business clock. */
  readonly ticketAtMs?: number;
}

export interface StoredOrder {
  readonly orderId: string;
  readonly entityId: string;
  readonly entityCode: string;
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly merchantCode: string;
  readonly merchantId: string;
  readonly outTradeNo: string;
  readonly amountFen: Fen;
  readonly frozenAsOf: CivilDate;
  readonly expiresAtMs: number;
  readonly state: OrderState;
  readonly method: PaymentMethod;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly prepay: Prepay;
  readonly parts: readonly FrozenPart[];
}

/** Tickets live two hours; the last minutes of them leave no time to pay. */
const TICKET_FRESH_MS = 100 * 60_000;

/** The ticket of an order that can be paid with it now. Times of the business clock. */
export function freshTicketOf(order: StoredOrder, nowMs: number): PaymentTicket | undefined {
  if (order.state !== "PAYABLE" || order.expiresAtMs <= nowMs) return undefined;
  return nowMs - (order.prepay.ticketAtMs ?? 0) < TICKET_FRESH_MS ? order.prepay.ticket : undefined;
}

export const isLive = (state: OrderState): boolean => state !== "PAID" && state !== "CLOSED";

type OrderRow = Omit<StoredOrder, "expiresAtMs" | "createdAtMs" | "parts"> & {
  readonly expires_ms: bigint;
  readonly created_ms: bigint;
  readonly parts: { lineId: string; component: FrozenPart["component"]; amountFen: string }[] | null;
};

const SELECT = Prisma.sql`SELECT o.id AS "orderId", o.entity_id AS "entityId", e.code AS "entityCode",
    o.tenant_id AS "tenantId", t.code AS "tenantCode", m.code AS "merchantCode", m.mch_id AS "merchantId", o.out_trade_no AS "outTradeNo",
    o.amount_fen AS "amountFen", o.frozen_as_of::text AS "frozenAsOf", o.state, o.method, o.created_by AS "createdBy",
    o.prepay, (extract(epoch FROM o.expires_at) * 1000)::bigint AS expires_ms,
    (extract(epoch FROM o.created_at) * 1000)::bigint AS created_ms,
    (SELECT jsonb_agg(jsonb_build_object('lineId', l.line_id, 'component', l.component, 'amountFen', l.amount_fen::text)
      ORDER BY l.line_id, l.component) FROM payment_order_line l WHERE l.order_id = o.id) AS parts
  FROM payment_order o JOIN merchant_account m ON m.id = o.merchant_account_id JOIN legal_entity e ON e.id = o.entity_id
    JOIN tenant t ON t.id = o.tenant_id`;

const toOrder = ({ expires_ms, created_ms, parts, ...row }: OrderRow): StoredOrder => ({
  ...row,
  expiresAtMs: Number(expires_ms),
  createdAtMs: Number(created_ms),
  parts: (parts ?? []).map((part) => ({ ...part, amountFen: BigInt(part.amountFen) })),
});

/** By the number that the channel knows. `lock` holds the row until the transaction ends. */
export async function findOrder(
  tx: Transaction,
  outTradeNo: string,
  lock: "lock" | "read" = "read",
): Promise<StoredOrder | undefined> {
  const [found] = await rows<OrderRow>(
    tx,
    Prisma.sql`${SELECT} WHERE o.out_trade_no = ${outTradeNo} ${lock === "lock" ? Prisma.sql`FOR UPDATE OF o` : Prisma.empty}`,
  );
  return found && toOrder(found);
}

/** Orders that can still be paid and hold one of these lines; locked. */
export async function findLiveOrders(tx: Transaction, lineIds: readonly string[]): Promise<StoredOrder[]> {
  const found = await rows<OrderRow>(
    tx,
    Prisma.sql`${SELECT} WHERE o.state IN ('CREATED', 'PAYABLE', 'UNKNOWN') AND EXISTS (SELECT 1 FROM payment_order_line l
      WHERE l.order_id = o.id AND l.active AND l.line_id = ANY (${[...lineIds]}::uuid[])) ORDER BY o.id FOR UPDATE OF o`,
  );
  return found.map(toOrder);
}

export interface NewOrder {
  readonly entityId: string;
  readonly tenantId: string;
  readonly merchantAccountId: string;
  /** Default: bills. A prepayment freezes no lines. */
  readonly purpose?: "bills" | "prepayment";
  readonly amountFen: Fen;
  readonly frozenAsOf: CivilDate;
  readonly expiresAtMs: number;
  readonly method: PaymentMethod;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly firstQueryAtMs: number;
  readonly prepay: Prepay;
  readonly parts: readonly FrozenPart[];
}

/** Stores an order before anybody outside hears of it. Returns its out_trade_no. */
export async function insertOrder(tx: Transaction, order: NewOrder): Promise<string> {
  const id = newId();
  const outTradeNo = outTradeNoOf(id);
  await execute(
    tx,
    Prisma.sql`INSERT INTO payment_order (id, entity_id, tenant_id, merchant_account_id, out_trade_no, purpose, amount_fen,
        frozen_as_of, expires_at, state, method, created_by, prepay, next_query_at, created_at)
      VALUES (${id}::uuid, ${order.entityId}::uuid, ${order.tenantId}::uuid, ${order.merchantAccountId}::uuid,
        ${outTradeNo}, ${order.purpose ?? "bills"}, ${order.amountFen}, ${order.frozenAsOf}::date, ${instant(order.expiresAtMs)}, 'CREATED',
        ${order.method}, ${order.createdBy}, ${JSON.stringify(order.prepay)}::jsonb, ${instant(order.firstQueryAtMs)},
        ${instant(order.createdAtMs)})`,
  );
  const parts = order.parts.map((part) => ({
    line_id: part.lineId,
    component: part.component,
    amount_fen: part.amountFen,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO payment_order_line (order_id, line_id, component, amount_fen, active)
      SELECT ${id}::uuid, t.line_id, t.component, t.amount_fen, true FROM jsonb_to_recordset(${toRecordset(parts)}::jsonb)
        AS t(line_id uuid, component text, amount_fen bigint)`,
  );
  return outTradeNo;
}

/** A final state lets go of the lines. Returns whether the order was still live. */
export async function endOrder(tx: Transaction, orderId: string, state: "PAID" | "CLOSED"): Promise<boolean> {
  const from = state === "PAID" ? Prisma.sql`state <> 'PAID'` : Prisma.sql`state NOT IN ('PAID', 'CLOSED')`;
  const touched = await execute(
    tx,
    Prisma.sql`UPDATE payment_order SET state = ${state}, next_query_at = NULL WHERE id = ${orderId}::uuid AND ${from}`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE payment_order_line SET active = false WHERE order_id = ${orderId}::uuid AND active`,
  );
  return touched > 0;
}

/** Moves a live order to another live state; a final one stays as it is. */
export async function setOrderState(
  tx: Transaction,
  orderId: string,
  state: "CREATED" | "PAYABLE" | "UNKNOWN",
  prepay?: Prepay,
): Promise<void> {
  const ticket = prepay === undefined ? Prisma.empty : Prisma.sql`, prepay = ${JSON.stringify(prepay)}::jsonb`;
  await execute(
    tx,
    Prisma.sql`UPDATE payment_order SET state = ${state} ${ticket}
      WHERE id = ${orderId}::uuid AND state IN ('CREATED', 'PAYABLE', 'UNKNOWN')`,
  );
}

export const instant = (epochMs: number): Prisma.Sql => Prisma.sql`${new Date(epochMs).toISOString()}::timestamptz`;
