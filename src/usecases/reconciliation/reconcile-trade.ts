import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, roundYuanToFen, toJsonInteger } from "../../domain/money/fen.ts";
import { multiply, parseRatio, ratio } from "../../domain/money/ratio.ts";
import type { DifferenceKind } from "../../domain/reconciliation/difference.ts";
import type { ExceptionFacts } from "../../domain/reconciliation/proposals.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import { linesOfDay } from "./bank-lines.ts";
import { recordMovements } from "./channel-movements.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import { matchByNumber } from "./match-known-receipts.ts";
import { lockLine, writeMatches } from "./match-rows.ts";
import { loadOpenRefundRows, loadOpenTrades, type OpenRefundRow, type OpenTrade } from "./trade-lines.ts";

/** The trade bill of a day against receipts and refunds, row by row, then the fees of what is matched. */
export async function reconcileTrade(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  await matchByNumber(tx, account.code, date, "wechat", context.actor);
  for (const trade of await loadOpenTrades(tx, account.code, date)) {
    if (!(await lockLine(tx, trade.lineId)).taken) await explainTrade(tx, account, trade, context);
  }
  for (const row of await loadOpenRefundRows(tx, account.code, date)) {
    if (!(await lockLine(tx, row.lineId)).taken) await explainRefund(tx, account, row, context);
  }
  await raisePaidTwice(tx, account, date, context);
  await bookFees(tx, account, date, context);
}

async function explainTrade(
  tx: Transaction,
  account: Account,
  trade: OpenTrade,
  context: ReconciliationContext,
): Promise<void> {
  const raise = (kind: DifferenceKind, amountFen: Fen, reason: string, facts: Partial<ExceptionFacts> = {}) =>
    raiseForTrade(tx, account, trade, { kind, amountFen, reason, facts }, context);
  const succeeded = (trade.status ?? "SUCCESS") === "SUCCESS";
  if (trade.receiptId !== null && trade.receiptFen !== null) {
    if (trade.receiptTaken)
      return raise("DUPLICATE_PAYMENT", trade.amountFen, "同一笔微信交易在账单里出现两次", {
        repeatedRow: true,
      });
    if (!succeeded && trade.receiptState === "counted")
      return raise("STATUS_MISMATCH", trade.amountFen, "渠道已撤销，账上仍是已收", {
        channelStatus: trade.status ?? "",
        statementFen: 0,
        askable: trade.orderId !== null,
      });
    if (succeeded && trade.receiptState === "undone")
      return raise("STATUS_MISMATCH", trade.amountFen, "渠道是已付，账上已撤销", {
        channelStatus: "SUCCESS",
        booksFen: 0,
        askable: trade.orderId !== null,
      });
    if (trade.receiptFen !== trade.amountFen)
      return raise("AMOUNT_MISMATCH", trade.amountFen - trade.receiptFen, "同一笔交易，渠道金额与账上不同", {
        askable: trade.orderId !== null,
      });
    if (trade.receiptDate !== null && trade.receiptDate !== trade.valueDate)
      return raise(
        "CUTOFF",
        trade.amountFen,
        `渠道记在 ${formatDate(trade.valueDate)}，账上记在 ${formatDate(trade.receiptDate)}`,
        {
          otherDate: trade.receiptDate,
        },
      );
    return writeMatches(tx, [
      {
        lineId: trade.lineId,
        bookKind: "receipt",
        bookId: trade.receiptId,
        stage: 1,
        reasons: ["微信交易号一致"],
        matchedBy: context.actor,
      },
    ]);
  }
  if (!succeeded) {
    // Not paid there, not paid here: nothing to explain.
    return writeMatches(tx, [
      {
        lineId: trade.lineId,
        bookKind: "fund",
        bookId: trade.lineId,
        stage: 1,
        reasons: ["渠道未成功，账上也没有收款"],
        matchedBy: context.actor,
      },
    ]);
  }
  if (trade.otherReceiptNo !== null)
    return raise("DUPLICATE_PAYMENT", trade.amountFen, "同一订单又付了一次", {
      receiptNo: trade.otherReceiptNo,
      unbooked: true,
    });
  if (trade.orderFen !== null && trade.orderFen !== trade.amountFen)
    return raise("AMOUNT_MISMATCH", trade.amountFen - trade.orderFen, "渠道金额与我方订单不同", {
      booksFen: toJsonInteger(trade.orderFen),
      orderKnown: true,
      askable: true,
    });
  return raise(
    "LOCAL_MISSING",
    trade.amountFen,
    trade.orderId === null ? "渠道有这笔收款，我方没有这个订单" : "渠道已付，我方订单未付",
    {
      ...(trade.orderId === null ? {} : { orderKnown: true, askable: true }),
    },
  );
}

async function raiseForTrade(
  tx: Transaction,
  account: Account,
  trade: OpenTrade,
  found: {
    readonly kind: DifferenceKind;
    readonly amountFen: Fen;
    readonly reason: string;
    readonly facts: Partial<ExceptionFacts>;
  },
  context: ReconciliationContext,
): Promise<void> {
  const { id } = await raiseException(
    tx,
    {
      kind: found.kind,
      entityId: account.entityId,
      accountCode: account.code,
      date: trade.bookingDate,
      // What a notification or a query has put before people is the same difference, not a second one.
      subjectKey:
        found.kind === "LOCAL_MISSING" || found.kind === "AMOUNT_MISMATCH"
          ? `wechat|${account.merchantId}|${trade.transactionId ?? trade.lineId}`
          : `line|${trade.lineId}`,
      amountFen: found.amountFen,
      orderNo: trade.orderNo ?? trade.transactionId,
      tenantId: trade.tenantId ?? undefined,
      statementLineId: trade.lineId,
      receiptId: trade.receiptTaken ? undefined : (trade.receiptId ?? undefined),
      facts: {
        reasons: [found.reason],
        statementFen: toJsonInteger(trade.amountFen),
        valueDate: trade.valueDate,
        lineNo: trade.ordinal + 1,
        ...(trade.feeFen === 0n ? {} : { feeFen: toJsonInteger(trade.feeFen) }),
        ...(trade.receiptFen === null ? {} : { booksFen: toJsonInteger(trade.receiptFen) }),
        ...(trade.orderNo === null ? {} : { orderNo: trade.orderNo }),
        ...(trade.transactionId === null ? {} : { transactionId: trade.transactionId }),
        ...(trade.receiptNo === null ? {} : { receiptNo: trade.receiptNo }),
        ...(trade.tenant === null ? {} : { tenant: trade.tenant }),
        ...found.facts,
      },
    },
    context,
  );
  await writeMatches(tx, [
    {
      lineId: trade.lineId,
      bookKind: "exception",
      bookId: id,
      stage: 1,
      reasons: [found.reason],
      matchedBy: context.actor,
    },
  ]);
}

/** A row of the bill names the refund when it was applied for; its state is never brought up to date there. */
async function explainRefund(
  tx: Transaction,
  account: Account,
  row: OpenRefundRow,
  context: ReconciliationContext,
): Promise<void> {
  const reason = problemOf(row);
  if (reason === undefined && row.refundId !== null) {
    await writeMatches(tx, [
      {
        lineId: row.lineId,
        bookKind: "refund",
        bookId: row.refundId,
        stage: 1,
        reasons: ["商户退款单号一致"],
        matchedBy: context.actor,
      },
    ]);
    return;
  }
  const wrongFen = row.refundFen !== null && row.refundFen !== -row.amountFen;
  const { id } = await raiseException(
    tx,
    {
      kind: "REFUND_MISMATCH",
      entityId: account.entityId,
      accountCode: account.code,
      date: row.bookingDate,
      subjectKey: `line|${row.lineId}`,
      amountFen: wrongFen && row.refundFen !== null ? -row.amountFen - row.refundFen : -row.amountFen,
      orderNo: row.refundNo ?? row.orderNo,
      tenantId: row.tenantId ?? undefined,
      statementLineId: row.lineId,
      facts: {
        reasons: [reason ?? "退款不符"],
        statementFen: toJsonInteger(row.amountFen),
        valueDate: row.valueDate,
        lineNo: row.ordinal + 1,
        // What another row has taken, or what was never paid out, is in no book a second time.
        booksFen: toJsonInteger(hasPaid(row) ? -(row.refundFen ?? 0n) : 0n),
        channel: true,
        ...(row.refundId === null ? {} : { askable: true }),
        ...(row.refundNo === null ? {} : { refundNo: row.refundNo }),
        ...(row.orderNo === null ? {} : { orderNo: row.orderNo }),
        ...(row.status === null ? {} : { channelStatus: row.status }),
      },
    },
    context,
  );
  await writeMatches(tx, [
    {
      lineId: row.lineId,
      bookKind: "exception",
      bookId: id,
      stage: 1,
      reasons: [reason ?? "退款不符"],
      matchedBy: context.actor,
    },
  ]);
}

/** Whether our books have paid this very row out, or are about to. */
const hasPaid = (row: OpenRefundRow): boolean =>
  row.refundId !== null && !row.refundTaken && row.refundState !== "rejected" && row.refundState !== "cancelled";

function problemOf(row: OpenRefundRow): string | undefined {
  if (row.refundId === null) return "渠道有这笔退款，我方没有这个退款单号";
  if (row.refundTaken) return "同一退款在账单里出现两次";
  if (row.refundFen !== -row.amountFen) return "渠道退款金额与我方退款不同";
  if (row.refundState === "rejected" || row.refundState === "cancelled") return "我方退款已取消，渠道却已受理";
  if (row.status === "FAIL" && row.refundState === "paid") return "渠道退款失败，我方已记为退款成功";
  return undefined;
}

/** Orders for the same lines that were both paid: the second brought nothing that was still owed (DUPLICATE_PAYMENT). */
async function raisePaidTwice(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  const found = await rows<{
    lineId: string;
    ordinal: number;
    bookingDate: CivilDate;
    receiptId: string;
    receiptNo: string;
    amountFen: Fen;
    tenantId: string | null;
    tenant: string | null;
    tenantName: string | null;
    orderNo: string;
    valueDate: CivilDate;
  }>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.booking_date::text AS "bookingDate",
        r.id AS "receiptId", r.receipt_no AS "receiptNo", r.amount_fen AS "amountFen", r.tenant_id AS "tenantId",
        t.code AS tenant, t.name AS "tenantName", o.out_trade_no AS "orderNo", r.value_date::text AS "valueDate"
      FROM statement_line JOIN match_item m ON m.statement_line_id = statement_line.id AND m.active AND m.book_kind = 'receipt'
      JOIN receipt r ON r.id = m.book_id AND r.state = 'counted' JOIN payment_order o ON o.id = r.payment_order_id
      LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE ${linesOfDay(account.code, date)} AND statement_line.source = 'wechat-trade' AND o.purpose = 'bills'
        AND EXISTS (SELECT 1 FROM payment_order_line l WHERE l.order_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM payment_order_line l JOIN allocation a ON a.line_id = l.line_id
          AND a.source = 'receipt' AND a.source_id = r.id WHERE l.order_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'DUPLICATE_PAYMENT' AND x.receipt_id = r.id)
      ORDER BY statement_line.ordinal`,
  );
  for (const one of found) {
    await raiseException(
      tx,
      {
        kind: "DUPLICATE_PAYMENT",
        entityId: account.entityId,
        accountCode: account.code,
        date: one.bookingDate,
        subjectKey: `line|${one.lineId}`,
        amountFen: one.amountFen,
        orderNo: one.orderNo,
        tenantId: one.tenantId ?? undefined,
        statementLineId: one.lineId,
        receiptId: one.receiptId,
        facts: {
          reasons: ["订单的账单此前已付清，这一笔没有付到订单的账单上"],
          statementFen: toJsonInteger(one.amountFen),
          valueDate: one.valueDate,
          lineNo: one.ordinal + 1,
          receiptNo: one.receiptNo,
          orderNo: one.orderNo,
          ...(one.tenant === null ? {} : { tenant: one.tenant }),
          ...(one.tenantName === null ? {} : { tenantName: one.tenantName }),
        },
      },
      context,
    );
  }
}

interface FeeRow {
  readonly lineId: string;
  readonly ordinal: number;
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
  readonly amountFen: Fen;
  readonly feeFen: Fen;
  readonly rate: string | null;
  readonly orderNo: string | null;
  readonly number: string;
}

/** The fees of rows that the books know: 6603 → 1012.01, once a transaction; each checked against its rate. */
async function bookFees(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  const fees = await rows<FeeRow>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.booking_date::text AS "bookingDate",
        statement_line.value_date::text AS "valueDate", statement_line.amount_fen AS "amountFen",
        coalesce(statement_line.fee_fen, 0) AS "feeFen", statement_line.content ->> '费率' AS rate,
        statement_line.order_no AS "orderNo",
        coalesce(CASE WHEN statement_line.kind = 'refund' THEN statement_line.channel_refund_no END, statement_line.channel_no,
          statement_line.id::text) AS number
      FROM statement_line JOIN match_item m ON m.statement_line_id = statement_line.id AND m.active
        AND m.book_kind IN ('receipt', 'refund')
      WHERE ${linesOfDay(account.code, date)} AND statement_line.source = 'wechat-trade'
      ORDER BY statement_line.ordinal`,
  );
  await recordMovements(
    tx,
    fees.map((fee) => ({
      entityId: account.entityId,
      accountCode: account.code,
      kind: "channel-fee" as const,
      amountFen: fee.feeFen,
      valueDate: fee.valueDate,
      subjectKey: feeKey(account.code, fee.number),
      statementLineId: fee.lineId,
      recordedBy: context.actor,
    })),
  );
  for (const fee of fees) {
    const expectedFen = expectedFee(fee);
    if (expectedFen === undefined) continue;
    const offFen = fee.feeFen - expectedFen;
    // What a refund gives back is rounded by the channel in its own way.
    if (offFen === 0n || (fee.amountFen < 0n && offFen >= -1n && offFen <= 1n)) continue;
    await raiseException(
      tx,
      {
        kind: "FEE_MISMATCH",
        entityId: account.entityId,
        accountCode: account.code,
        date: fee.bookingDate,
        subjectKey: `line|${fee.lineId}`,
        amountFen: offFen,
        orderNo: fee.orderNo,
        statementLineId: fee.lineId,
        facts: {
          reasons: [`手续费按费率 ${fee.rate} 应不同`],
          statementFen: toJsonInteger(fee.feeFen),
          booksFen: toJsonInteger(expectedFen),
          valueDate: fee.valueDate,
          lineNo: fee.ordinal + 1,
          ...(fee.orderNo === null ? {} : { orderNo: fee.orderNo }),
        },
      },
      context,
    );
  }
}

export const feeKey = (accountCode: string, number: string): string => `fee|${accountCode}|${number}`;

const RATE = /^(\d+(?:\.\d+)?)%$/;

function expectedFee(fee: FeeRow): Fen | undefined {
  const [, percent] = RATE.exec(fee.rate ?? "") ?? [];
  if (percent === undefined) return undefined;
  return roundYuanToFen(multiply(ratio(fee.amountFen, 10_000n), parseRatio(percent)));
}
