import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** The receipt of a WeChat Pay transaction, if one of the witnesses was here before. */
export const findReceiptOf = (
  tx: Transaction,
  accountCode: string,
  transactionId: string,
): Promise<{ receiptId: string; receiptNo: string } | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT id AS "receiptId", receipt_no AS "receiptNo" FROM receipt
      WHERE channel = 'wechat' AND account_code = ${accountCode} AND channel_no = ${transactionId}`,
  );

/** What a paid order brought, as its payer may see it. */
export interface OrderReceipt {
  readonly receiptNo: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly prepaymentFen: Fen;
}

export const findReceiptOfOrder = (tx: Transaction, orderId: string): Promise<OrderReceipt | undefined> =>
  row<OrderReceipt>(
    tx,
    Prisma.sql`SELECT receipt_no AS "receiptNo", amount_fen AS "amountFen", value_date::text AS "valueDate",
        (SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM prepayment p
          WHERE p.origin = 'receipt' AND p.origin_id = r.id) AS "prepaymentFen"
      FROM receipt r WHERE r.payment_order_id = ${orderId}::uuid`,
  );
