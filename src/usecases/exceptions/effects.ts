import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptChannel } from "../receipts/receipt.ts";

/** What a resolution did, in order; its undo takes it back in the opposite order. Stored as JSON: ids only. */
export type Effect =
  /** Unclaimed money became a tenant's. */
  | { readonly type: "claimed"; readonly receiptId: string }
  /** A receipt was recorded. */
  | { readonly type: "received"; readonly receiptId: string }
  /** A receipt was taken back. */
  | { readonly type: "taken-back"; readonly receiptId: string }
  | { readonly type: "movement"; readonly movementId: string }
  | { readonly type: "red-letter"; readonly redNo: string }
  /** What the bank had paid was put on record as paid. */
  | { readonly type: "payout-confirmed"; readonly refundNo: string }
  | { readonly type: "relief"; readonly reliefIds: readonly string[] }
  | { readonly type: "approval"; readonly approvalIds: readonly string[] }
  /** A refund was asked for. */
  | { readonly type: "refund"; readonly refundNo: string }
  /** An exception that was raised because of it. */
  | { readonly type: "raised"; readonly exceptionId: string }
  /** The line left the exception and was matched with this receipt. */
  | { readonly type: "matched"; readonly lineId: string; readonly receiptId: string }
  /** The line left the exception and was matched with something else than a receipt. */
  | { readonly type: "released"; readonly lineId: string };

/** Everything that it takes to record a receipt again. */
export interface ReceiptOnRecord {
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly channel: ReceiptChannel;
  readonly accountCode: string;
  readonly channelNo: string;
  readonly entityId: string;
  readonly entity: string;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly state: "counted" | "undone";
  readonly designated: readonly string[];
  readonly paymentOrderId: string | null;
  readonly remark: string | null;
}

export async function loadReceipt(tx: Transaction, receiptId: string): Promise<ReceiptOnRecord> {
  const found = await row<ReceiptOnRecord>(
    tx,
    Prisma.sql`SELECT r.id AS "receiptId", r.receipt_no AS "receiptNo", r.channel, r.account_code AS "accountCode",
        r.channel_no AS "channelNo", r.entity_id AS "entityId", e.code AS entity, r.tenant_id AS "tenantId", t.code AS tenant,
        r.amount_fen AS "amountFen", r.value_date::text AS "valueDate", r.state, r.designated,
        r.payment_order_id AS "paymentOrderId", r.remark
      FROM receipt r JOIN legal_entity e ON e.id = r.entity_id LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE r.id = ${receiptId}::uuid`,
  );
  if (!found) throw new Error(`no receipt ${receiptId}`);
  return found;
}

export async function findReceiptByNo(tx: Transaction, receiptNo: string): Promise<ReceiptOnRecord | undefined> {
  const found = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM receipt WHERE receipt_no = ${receiptNo}`);
  return found && loadReceipt(tx, found.id);
}
