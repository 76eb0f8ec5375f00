import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { LineKind, StatementSource } from "../../domain/reconciliation/statement.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

/** A line of a statement as it is stored. Lines are never changed; what became of one is in match_item. */
export interface StatementLine {
  readonly id: string;
  readonly fileId: string;
  readonly entityId: string;
  /** "CMB1" of a bank account, "WX1" of a merchant account. */
  readonly accountCode: string;
  readonly source: StatementSource;
  readonly kind: LineKind;
  /** The date on which the money counts: 起息日, Shanghai date of the payment. */
  readonly valueDate: CivilDate;
  /** The day of the statement on which the line stands; running balances follow it. */
  readonly bookingDate: CivilDate;
  /** "HH:MM:SS" in Shanghai, where the file says it. */
  readonly bookedTime: string | null;
  /** Above zero: money came in. Refunds, fees and withdrawals are below zero. */
  readonly amountFen: Fen;
  /** Cost above zero, fee given back below zero; null: the row names none. */
  readonly feeFen: Fen | null;
  /** True: `amountFen` is already less the fee (net fund-flow bills), the gross is amount + fee. */
  readonly feeIncluded: boolean;
  readonly balanceAfterFen: Fen | null;
  /** 0 for the first of rows that are alike on one value date, 1 for the second … */
  readonly occurrence: number;
  readonly ordinal: number;
  readonly counterpartyName: string | null;
  /** Row of counterparty_account: equal for equal account numbers. */
  readonly counterpartyAccountId: string | null;
  /** The last four characters of the account, for people. */
  readonly counterpartyAccountTail: string | null;
  /** 摘要 and 附言, as said, joined by a space. */
  readonly remark: string;
  /** Our out_trade_no, where the channel gives it back. */
  readonly orderNo: string | null;
  /** Our out_refund_no. */
  readonly refundNo: string | null;
  /** The channel's transaction number; the bank's serial number. */
  readonly channelNo: string | null;
  readonly channelRefundNo: string | null;
  /** 虚拟账号, 记账子单元: which of our numbers the payer wrote. */
  readonly virtualAccountNo: string | null;
  /** As the channel says it: SUCCESS, REFUND, REVOKED; of a refund its 退款状态. */
  readonly status: string | null;
  /** 冲账: the bank takes a line of its own back. */
  readonly reversal: boolean;
}

/** The lines of an account whose booking dates lie in the range, in order of the statement. */
export async function readStatementLines(
  tx: Transaction,
  accountCode: string,
  range: DateRange,
  sources?: readonly StatementSource[],
): Promise<StatementLine[]> {
  return rows<StatementLine>(
    tx,
    Prisma.sql`SELECT ${STATEMENT_LINE_COLUMNS} FROM statement_line
      WHERE account_code = ${accountCode} AND booking_date BETWEEN ${range.from}::date AND ${range.to}::date
        ${sources === undefined ? Prisma.empty : Prisma.sql`AND source = ANY(${[...sources]}::text[])`}
      ORDER BY booking_date, file_id, ordinal, id`,
  );
}

/** The select list that makes a row a StatementLine. */
export const STATEMENT_LINE_COLUMNS = Prisma.raw(`id, file_id AS "fileId", entity_id AS "entityId",
  account_code AS "accountCode", source, kind, value_date::text AS "valueDate", booking_date::text AS "bookingDate",
  booked_time AS "bookedTime", amount_fen AS "amountFen", fee_fen AS "feeFen", fee_included AS "feeIncluded",
  balance_after_fen AS "balanceAfterFen", occurrence, ordinal, counterparty_name AS "counterpartyName",
  counterparty_account_id AS "counterpartyAccountId",
  (SELECT tail FROM counterparty_account AS payer WHERE payer.id = counterparty_account_id) AS "counterpartyAccountTail",
  remark, order_no AS "orderNo", refund_no AS "refundNo", channel_no AS "channelNo",
  channel_refund_no AS "channelRefundNo", virtual_account_no AS "virtualAccountNo", status, reversal`);
