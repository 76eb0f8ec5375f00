import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { linesOfDay } from "./bank-lines.ts";

/** A payment row of the trade bill that no receipt has taken, with all that the books say about its numbers. */
export interface OpenTrade {
  readonly lineId: string;
  readonly ordinal: number;
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
  readonly amountFen: Fen;
  readonly feeFen: Fen;
  readonly status: string | null;
  readonly orderNo: string | null;
  readonly transactionId: string | null;
  /** Receipt of this transaction. */
  readonly receiptId: string | null;
  readonly receiptNo: string | null;
  readonly receiptFen: Fen | null;
  readonly receiptDate: CivilDate | null;
  readonly receiptState: "counted" | "undone" | null;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  /** Another line has taken the receipt: the row stands twice. */
  readonly receiptTaken: boolean;
  /** Our order of this number. */
  readonly orderId: string | null;
  readonly orderFen: Fen | null;
  readonly orderTenantId: string | null;
  /** A receipt of the order under another transaction. */
  readonly otherReceiptNo: string | null;
}

export const loadOpenTrades = (tx: Transaction, accountCode: string, date: CivilDate): Promise<OpenTrade[]> =>
  rows<OpenTrade>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.booking_date::text AS "bookingDate",
        statement_line.value_date::text AS "valueDate", statement_line.amount_fen AS "amountFen",
        coalesce(statement_line.fee_fen, 0) AS "feeFen", statement_line.status,
        statement_line.order_no AS "orderNo", statement_line.channel_no AS "transactionId",
        r.id AS "receiptId", r.receipt_no AS "receiptNo", r.amount_fen AS "receiptFen", r.value_date::text AS "receiptDate",
        r.state AS "receiptState", t.id AS "tenantId", t.code AS tenant,
        EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active) AS "receiptTaken",
        o.id AS "orderId", o.amount_fen AS "orderFen", o.tenant_id AS "orderTenantId",
        (SELECT p.receipt_no FROM receipt p WHERE p.payment_order_id = o.id AND p.state = 'counted'
          AND p.channel_no <> statement_line.channel_no LIMIT 1) AS "otherReceiptNo"
      FROM statement_line
      LEFT JOIN receipt r ON r.channel = 'wechat' AND r.account_code = statement_line.account_code
        AND r.channel_no = statement_line.channel_no
      LEFT JOIN payment_order o ON o.out_trade_no = statement_line.order_no
      LEFT JOIN tenant t ON t.id = coalesce(r.tenant_id, o.tenant_id)
      WHERE ${linesOfDay(accountCode, date)} AND statement_line.source = 'wechat-trade' AND statement_line.kind = 'payment'
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)
      ORDER BY statement_line.ordinal, statement_line.id`,
  );

/** A refund row, with the refund of its number. */
export interface OpenRefundRow {
  readonly lineId: string;
  readonly ordinal: number;
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
  readonly amountFen: Fen;
  readonly status: string | null;
  readonly orderNo: string | null;
  readonly refundNo: string | null;
  readonly refundId: string | null;
  readonly refundFen: Fen | null;
  readonly refundState: string | null;
  readonly tenantId: string | null;
  readonly refundTaken: boolean;
}

export const loadOpenRefundRows = (tx: Transaction, accountCode: string, date: CivilDate): Promise<OpenRefundRow[]> =>
  rows<OpenRefundRow>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.booking_date::text AS "bookingDate",
        statement_line.value_date::text AS "valueDate", statement_line.amount_fen AS "amountFen", statement_line.status,
        statement_line.order_no AS "orderNo", statement_line.refund_no AS "refundNo", f.id AS "refundId",
        f.amount_fen AS "refundFen", f.state AS "refundState", f.tenant_id AS "tenantId",
        EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'refund' AND m.book_id = f.id AND m.active) AS "refundTaken"
      FROM statement_line LEFT JOIN refund f ON f.out_refund_no = statement_line.refund_no
      WHERE ${linesOfDay(accountCode, date)} AND statement_line.source = 'wechat-trade' AND statement_line.kind = 'refund'
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)
      ORDER BY statement_line.ordinal, statement_line.id`,
  );
