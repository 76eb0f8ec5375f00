import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import type { DifferenceKind } from "../../domain/reconciliation/difference.ts";
import type { LineKind } from "../../domain/reconciliation/statement.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import { linesOfDay } from "./bank-lines.ts";
import { findMovement } from "./bank-special-lines.ts";
import { recordMovements } from "./channel-movements.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import { lockLine, writeMatches } from "./match-rows.ts";
import { feeKey } from "./reconcile-trade.ts";

/** A row of the fund-flow bill with the trade row of the same number, and the receipt where there is no trade bill. */
interface FundRow {
  readonly lineId: string;
  readonly ordinal: number;
  readonly kind: LineKind;
  readonly bookingDate: CivilDate;
  readonly valueDate: CivilDate;
  readonly amountFen: Fen;
  readonly feeFen: Fen | null;
  readonly feeIncluded: boolean;
  readonly number: string | null;
  readonly orderNo: string | null;
  readonly tradeFen: Fen | null;
  readonly tradeFeeFen: Fen | null;
  readonly receiptFen: Fen | null;
  /** Another row of this bill says the same of the same number. */
  readonly again: boolean;
}

const loadFundRows = (tx: Transaction, accountCode: string, date: CivilDate): Promise<FundRow[]> =>
  rows<FundRow>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.kind,
        statement_line.booking_date::text AS "bookingDate", statement_line.value_date::text AS "valueDate",
        statement_line.amount_fen AS "amountFen", statement_line.fee_fen AS "feeFen", statement_line.fee_included AS "feeIncluded",
        coalesce(statement_line.channel_refund_no, statement_line.channel_no) AS number, statement_line.order_no AS "orderNo",
        trade.amount_fen AS "tradeFen", trade.fee_fen AS "tradeFeeFen", r.amount_fen AS "receiptFen",
        EXISTS (SELECT 1 FROM statement_line twin JOIN match_item m ON m.statement_line_id = twin.id AND m.active
          AND m.book_kind = 'fund' WHERE twin.account_code = statement_line.account_code AND twin.source = 'wechat-fund'
          AND twin.kind = statement_line.kind AND twin.channel_no = statement_line.channel_no
          AND twin.channel_refund_no IS NOT DISTINCT FROM statement_line.channel_refund_no AND twin.id <> statement_line.id) AS again
      FROM statement_line
      LEFT JOIN LATERAL (SELECT t.amount_fen, t.fee_fen FROM statement_line t
        WHERE t.account_code = statement_line.account_code AND t.source = 'wechat-trade'
          AND CASE WHEN statement_line.kind IN ('refund', 'fee-refund')
            THEN t.kind = 'refund' AND (t.channel_refund_no IN (statement_line.channel_refund_no, statement_line.channel_no)
              OR t.refund_no = statement_line.refund_no)
            ELSE t.kind = 'payment' AND (t.channel_no = statement_line.channel_no OR t.order_no = statement_line.order_no) END
        ORDER BY t.occurrence LIMIT 1) trade ON true
      LEFT JOIN receipt r ON r.channel = 'wechat' AND r.account_code = statement_line.account_code
        AND r.channel_no = statement_line.channel_no AND r.state = 'counted'
      WHERE ${linesOfDay(accountCode, date)} AND statement_line.source = 'wechat-fund'
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)
      ORDER BY statement_line.ordinal, statement_line.id`,
  );

/**
 * The fund-flow bill of a day: what really moved in the channel's account. Payments and refunds must say what the trade
 * bill says (gross, or net of a fee that the row names), fees what it names; a withdrawal is booked 1002 → 1012.01.
 */
export async function reconcileFund(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  const tradeIsIn = await hasFile(tx, account.code, date, "wechat-trade");
  const seen = new Set<string>();
  for (const row of await loadFundRows(tx, account.code, date)) {
    if ((await lockLine(tx, row.lineId)).taken) continue;
    const key = `${row.kind}|${row.number ?? row.lineId}`;
    const twice = row.number !== null && (row.again || seen.has(key));
    seen.add(key);
    if (row.kind === "settlement") await bookWithdrawal(tx, account, row, context);
    else if (twice)
      await raise(tx, account, row, "SETTLEMENT_MISMATCH", row.amountFen, "同一笔业务在资金账单里出现两次", context);
    else await explain(tx, account, row, tradeIsIn, context);
  }
  if (tradeIsIn) await raiseMissing(tx, account, date, context);
}

async function explain(
  tx: Transaction,
  account: Account,
  row: FundRow,
  tradeIsIn: boolean,
  context: ReconciliationContext,
): Promise<void> {
  const grossFen = row.amountFen + (row.feeIncluded ? (row.feeFen ?? 0n) : 0n);
  switch (row.kind) {
    case "payment":
    case "refund": {
      const expectedFen = row.tradeFen ?? (tradeIsIn ? null : row.receiptFen);
      if (expectedFen === null) {
        const reason = tradeIsIn ? "资金账单有这笔，交易账单没有" : "资金账单有这笔，账上没有";
        return raise(tx, account, row, tradeIsIn ? "SETTLEMENT_MISMATCH" : "LOCAL_MISSING", grossFen, reason, context);
      }
      if (expectedFen !== grossFen)
        return raise(
          tx,
          account,
          row,
          "SETTLEMENT_MISMATCH",
          grossFen - expectedFen,
          "资金账单与交易账单金额不同",
          context,
          expectedFen,
        );
      const namesFee = row.feeIncluded && row.feeFen !== null;
      if (namesFee && row.feeFen !== null && row.tradeFeeFen !== null && row.feeFen !== row.tradeFeeFen)
        return raise(
          tx,
          account,
          row,
          "FEE_MISMATCH",
          row.feeFen - row.tradeFeeFen,
          "资金账单与交易账单的手续费不同",
          context,
          row.tradeFeeFen,
        );
      if (namesFee && row.tradeFen === null) await bookFee(tx, account, row, row.feeFen ?? 0n, context);
      return verified(tx, row, "与交易账单一致", context);
    }
    case "fee":
    case "fee-refund": {
      if (row.tradeFeeFen === null) {
        if (tradeIsIn)
          return raise(
            tx,
            account,
            row,
            "FEE_MISMATCH",
            -row.amountFen,
            "资金账单扣了手续费，交易账单没有这笔",
            context,
            0n,
          );
        await bookFee(tx, account, row, -row.amountFen, context);
        return verified(tx, row, "手续费按资金账单入账", context);
      }
      if (-row.amountFen !== row.tradeFeeFen)
        return raise(
          tx,
          account,
          row,
          "FEE_MISMATCH",
          -row.amountFen - row.tradeFeeFen,
          "资金账单与交易账单的手续费不同",
          context,
          row.tradeFeeFen,
        );
      return verified(tx, row, "手续费与交易账单一致", context);
    }
    case "refund-closed":
    case "transfer":
    case "settlement":
    case "other":
      return raise(tx, account, row, "LOCAL_MISSING", row.amountFen, "资金账单有这笔变动，账上没有", context);
    default:
      return row.kind satisfies never;
  }
}

const verified = (tx: Transaction, row: FundRow, reason: string, context: ReconciliationContext): Promise<void> =>
  writeMatches(tx, [
    { lineId: row.lineId, bookKind: "fund", bookId: row.lineId, stage: 1, reasons: [reason], matchedBy: context.actor },
  ]);

async function bookFee(
  tx: Transaction,
  account: Account,
  row: FundRow,
  feeFen: Fen,
  context: ReconciliationContext,
): Promise<void> {
  await recordMovements(tx, [
    {
      entityId: account.entityId,
      accountCode: account.code,
      kind: "channel-fee",
      amountFen: feeFen,
      valueDate: row.valueDate,
      subjectKey: feeKey(account.code, row.number ?? row.lineId),
      statementLineId: row.lineId,
      recordedBy: context.actor,
    },
  ]);
}

async function bookWithdrawal(
  tx: Transaction,
  account: Account,
  row: FundRow,
  context: ReconciliationContext,
): Promise<void> {
  if (row.amountFen > 0n) {
    return raise(tx, account, row, "SETTLEMENT_MISMATCH", row.amountFen, "充值或退回的提现，账上没有", context);
  }
  const subjectKey = `settled|${row.lineId}`;
  const earlier = await rows<{ id: string }>(
    tx,
    // The bank's line was in first, and it booked the same money.
    Prisma.sql`SELECT v.id FROM channel_movement v JOIN statement_line b ON b.id = v.statement_line_id AND b.source = 'bank'
      WHERE v.account_code = ${account.code} AND v.kind = 'channel-settled' AND v.amount_fen = ${-row.amountFen}
        AND v.value_date BETWEEN ${row.valueDate}::date AND ${row.valueDate}::date + 3
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'movement' AND m.book_id = v.id AND m.active)
      ORDER BY v.value_date LIMIT 1`,
  );
  const written =
    earlier.length > 0
      ? new Map<string, string>()
      : await recordMovements(tx, [
          {
            entityId: account.entityId,
            accountCode: account.code,
            kind: "channel-settled",
            amountFen: -row.amountFen,
            valueDate: row.valueDate,
            subjectKey,
            statementLineId: row.lineId,
            recordedBy: context.actor,
          },
        ]);
  const bookId = earlier[0]?.id ?? written.get(subjectKey) ?? (await findMovement(tx, subjectKey));
  await writeMatches(tx, [
    {
      lineId: row.lineId,
      bookKind: "movement",
      bookId,
      stage: 1,
      reasons: ["微信支付结算到银行"],
      matchedBy: context.actor,
    },
  ]);
}

async function raise(
  tx: Transaction,
  account: Account,
  row: FundRow,
  kind: DifferenceKind,
  amountFen: Fen,
  reason: string,
  context: ReconciliationContext,
  expectedFen?: Fen,
): Promise<void> {
  const { id } = await raiseException(
    tx,
    {
      kind,
      entityId: account.entityId,
      accountCode: account.code,
      date: row.bookingDate,
      subjectKey: `line|${row.lineId}`,
      amountFen,
      orderNo: row.orderNo ?? row.number,
      statementLineId: row.lineId,
      facts: {
        reasons: [reason],
        channel: true,
        statementFen: toJsonInteger(row.amountFen),
        valueDate: row.valueDate,
        lineNo: row.ordinal + 1,
        ...(expectedFen === undefined ? {} : { booksFen: toJsonInteger(expectedFen) }),
        ...(row.orderNo === null ? {} : { orderNo: row.orderNo }),
        ...(row.number === null ? {} : { transactionId: row.number }),
        ...(kind === "LOCAL_MISSING" && row.amountFen < 0n ? { outgoing: true } : {}),
      },
    },
    context,
  );
  await writeMatches(tx, [
    { lineId: row.lineId, bookKind: "exception", bookId: id, stage: 1, reasons: [reason], matchedBy: context.actor },
  ]);
}

/** Trade rows that never reached the channel's account, once the fund-flow bill of the next day is in as well. */
async function raiseMissing(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  const missing = await rows<{
    lineId: string;
    ordinal: number;
    amountFen: Fen;
    orderNo: string | null;
    valueDate: CivilDate;
  }>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", statement_line.ordinal, statement_line.amount_fen AS "amountFen",
        coalesce(statement_line.refund_no, statement_line.order_no) AS "orderNo", statement_line.value_date::text AS "valueDate"
      FROM statement_line WHERE ${linesOfDay(account.code, date)} AND statement_line.source = 'wechat-trade'
        AND statement_line.kind IN ('payment', 'refund') AND coalesce(statement_line.status, 'SUCCESS') IN ('SUCCESS', 'PROCESSING')
        AND statement_line.occurrence = 0
        AND EXISTS (SELECT 1 FROM statement_file f WHERE f.account_code = ${account.code} AND f.source = 'wechat-fund'
          AND f.statement_date > ${date}::date)
        AND EXISTS (SELECT 1 FROM statement_file f WHERE f.account_code = ${account.code} AND f.source = 'wechat-fund'
          AND f.statement_date = ${date}::date)
        AND NOT EXISTS (SELECT 1 FROM statement_line u WHERE u.account_code = ${account.code} AND u.source = 'wechat-fund'
          AND u.kind = statement_line.kind AND (u.channel_no IN (statement_line.channel_no, statement_line.channel_refund_no)
            OR u.channel_refund_no = statement_line.channel_refund_no OR u.refund_no = statement_line.refund_no
            OR (u.kind = 'payment' AND u.order_no = statement_line.order_no)))`,
  );
  for (const one of missing) {
    await raiseException(
      tx,
      {
        kind: "SETTLEMENT_MISMATCH",
        entityId: account.entityId,
        accountCode: account.code,
        date,
        subjectKey: `line|${one.lineId}`,
        amountFen: one.amountFen,
        orderNo: one.orderNo,
        statementLineId: one.lineId,
        facts: {
          reasons: ["交易账单有这笔，资金账单没有入账"],
          channel: true,
          statementFen: 0,
          booksFen: toJsonInteger(one.amountFen),
          valueDate: one.valueDate,
          lineNo: one.ordinal + 1,
          ...(one.orderNo === null ? {} : { orderNo: one.orderNo }),
        },
      },
      context,
    );
  }
}

export async function hasFile(
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
  source: "wechat-trade" | "wechat-fund" | "bank",
): Promise<boolean> {
  const found = await rows<{ some: number }>(
    tx,
    Prisma.sql`SELECT 1 AS some FROM statement_file f WHERE f.account_code = ${accountCode} AND f.source = ${source}
      AND (f.statement_date = ${date}::date OR ${date}::date BETWEEN f.first_date AND f.last_date) LIMIT 1`,
  );
  return found.length > 0;
}
