import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type PaymentContext, type PaymentRefusal, refusePayment } from "./context.ts";
import { createAtChannel } from "./create-at-channel.ts";
import { findMerchantOf } from "./find-merchant.ts";
import { findOrder, insertOrder } from "./stored-order.ts";

const ORDER_LIFE_MS = 2 * 60 * 60_000;
const FIRST_QUERY_MS = 5_000;
export const PREPAYMENT_LEAST_FEN = 100n;
export const PREPAYMENT_MOST_FEN = 100_000_000n;

/** Who pays ahead to whom, how much and how. */
export type PrepaymentRequest = {
  readonly tenantId: string;
  readonly entityId: string;
  readonly amountFen: Fen;
  readonly createdBy: string;
} & ({ readonly method: "native" } | { readonly method: "jsapi"; readonly payerOpenId: string });

/**
 * Makes an order for any amount that names no lines: when it is paid, the money goes to what is open in the default
 * order and the rest is prepayment (money-rules 8). Unlike prepareOrder it never finds an earlier order again, since two
 * equal ones may both be meant; the form's one-time token keeps a double tap from making two. Call it outside
 * transactions. Throws RangeError for an amount below ¥1 or above ¥1,000,000.
 */
export async function preparePrepayment(
  db: Database,
  request: PrepaymentRequest,
  context: PaymentContext,
): Promise<{ readonly state: "payable"; readonly outTradeNo: string } | PaymentRefusal> {
  const { amountFen } = request;
  if (amountFen < PREPAYMENT_LEAST_FEN || amountFen > PREPAYMENT_MOST_FEN) throw new RangeError("no amount to prepay");
  const outTradeNo = await inTransaction(db, async (tx) => {
    const merchant = await findMerchantOf(tx, request.entityId, context);
    if (!merchant) return undefined;
    const nowMs = context.wireClock.nowMs();
    return insertOrder(tx, {
      entityId: request.entityId,
      tenantId: request.tenantId,
      merchantAccountId: merchant.id,
      purpose: "prepayment",
      amountFen,
      frozenAsOf: context.businessClock.today(),
      expiresAtMs: context.businessClock.nowMs() + ORDER_LIFE_MS,
      method: request.method,
      createdBy: request.createdBy,
      createdAtMs: nowMs,
      firstQueryAtMs: nowMs + FIRST_QUERY_MS,
      // No tenant's name: anybody may pay a forwarded link.
      prepay: { description: "预存费用", ...(request.method === "jsapi" ? { payerOpenId: request.payerOpenId } : {}) },
      parts: [],
    });
  });
  if (outTradeNo === undefined) return refusePayment("NO_MERCHANT_ACCOUNT");
  const order = await findOrder(db, outTradeNo);
  if (!order) throw new Error(`order ${outTradeNo} that was just stored is not found`);
  switch (await createAtChannel(db, order, context)) {
    case "ready":
      return { state: "payable", outTradeNo };
    case "refused":
      return refusePayment("CHANNEL_REFUSED");
    case "unknown":
      return refusePayment("CHANNEL_SILENT");
  }
}

/** The names on the page; undefined for ids that belong to nobody. */
export const findPrepaymentParties = (
  db: Database,
  parties: { readonly tenantId: string; readonly entityId: string },
): Promise<{ payeeName: string; tenantName: string } | undefined> =>
  row(
    db,
    Prisma.sql`SELECT e.name AS "payeeName", t.name AS "tenantName" FROM legal_entity e, tenant t
      WHERE e.id = ${parties.entityId}::uuid AND t.id = ${parties.tenantId}::uuid`,
  );
