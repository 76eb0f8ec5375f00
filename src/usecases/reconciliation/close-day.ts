import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { readAccountChain } from "../statements/account-chain.ts";
import { linesOfDay } from "./bank-lines.ts";
import { channelFeeLeft } from "./channel-fee-left.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import type { WaitingBookRow } from "./missing-in-channel.ts";
import type { LeftOpen } from "./reconcile-bank.ts";
import { hasFile } from "./reconcile-fund.ts";

/** What keeps a day from being closed. Amount in fen; 0 where no amount is in question. */
export interface MissingOfDay {
  readonly date: CivilDate;
  readonly account: string;
  readonly amountFen: Fen;
  /** One Chinese sentence without a full stop. */
  readonly what: string;
}

export interface DayState {
  readonly closed: boolean;
  readonly missing: readonly MissingOfDay[];
}

/** What a run has left over; undefined: only what the tables say. */
export interface RunRests {
  readonly left: readonly LeftOpen[];
  readonly waiting: readonly WaitingBookRow[];
}

/**
 * Whether a day is closed (money-rules 10): its statement is in, opening + Σ = closing, every line is matched or an open
 * exception, and what the channel holds is what our clearing account says. Writes the state with its certificate.
 */
export async function judgeDay(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  rests: RunRests,
  context: ReconciliationContext,
): Promise<DayState> {
  const missing: MissingOfDay[] = [];
  const add = (amountFen: Fen, what: string): number => missing.push({ date, account: account.code, amountFen, what });
  const source = account.type === "bank" ? "bank" : "wechat-trade";
  if (!(await hasFile(tx, account.code, date, source))) {
    add(0n, `${formatDate(date)}的${account.type === "bank" ? "银行流水" : "微信交易账单"}还没有导入`);
  }
  for (const gap of await openGaps(tx, account.code, date)) add(gap.amountFen, `期初加发生额不等于期末：${gap.what}`);
  const untaken = await loadUntaken(tx, account.code, date);
  for (const line of untaken) {
    const reason = rests.left.find((one) => one.lineId === line.lineId)?.reason ?? "还没有对账";
    add(line.amountFen, `第 ${line.ordinal + 1} 行 ${formatYuan(line.amountFen)} 没有对上：${reason}`);
  }
  for (const one of rests.waiting) {
    add(one.amountFen, `${one.kind === "receipt" ? "收款" : "退款"} ${one.number} 在当日账单里没有，等次日账单`);
  }
  const tie = account.type === "merchant" ? await tieOut(tx, account, date) : undefined;
  if (tie && tie.channelFen !== tie.booksFen) {
    const offFen = tie.channelFen - tie.booksFen;
    add(
      offFen,
      `渠道未结算余额当日变动 ${formatYuan(tie.channelFen)}，账上 ${formatYuan(tie.booksFen)}，差 ${formatYuan(offFen)}`,
    );
  }
  const closed = missing.length === 0;
  const { balances } = await readAccountChain(
    tx,
    { accountCode: account.code, source: account.type === "bank" ? "bank" : "wechat-fund" },
    { from: date, to: date },
  );
  const [balance] = balances;
  const certificate = {
    ...(balance === undefined
      ? {}
      : { openingFen: toJsonInteger(balance.openingFen), closingFen: toJsonInteger(balance.closingFen) }),
    ...(tie === undefined ? {} : { channelFen: toJsonInteger(tie.channelFen), booksFen: toJsonInteger(tie.booksFen) }),
    ...(await countLines(tx, account.code, date)),
  };
  await execute(
    tx,
    Prisma.sql`INSERT INTO statement_day (account_code, day, entity_id, closed, certificate, run_by)
      VALUES (${account.code}, ${date}::date, ${account.entityId}::uuid, ${closed}, ${JSON.stringify(certificate)}::jsonb,
        ${context.actor})
      ON CONFLICT (account_code, day) DO UPDATE SET closed = EXCLUDED.closed, certificate = EXCLUDED.certificate,
        run_by = EXCLUDED.run_by, run_at = now()`,
  );
  return { closed, missing };
}

const openGaps = async (
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
): Promise<{ amountFen: Fen; what: string }[]> =>
  rows<{ amountFen: Fen; what: string }>(
    tx,
    Prisma.sql`SELECT coalesce((facts->>'amountFen')::bigint, 0) AS "amountFen",
        coalesce(facts->'differences'->0->>'what', '流水不连续') AS what
      FROM exception_item WHERE kind = 'STATEMENT_GAP' AND state = 'open' AND facts->>'account' = ${accountCode}
        AND facts->>'date' = ${date}`,
  );

const loadUntaken = (
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
): Promise<{ lineId: string; ordinal: number; amountFen: Fen }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", ordinal, amount_fen AS "amountFen" FROM statement_line
      WHERE ${linesOfDay(accountCode, date)} AND amount_fen <> 0 AND NOT EXISTS (SELECT 1 FROM match_item m
        WHERE m.statement_line_id = statement_line.id AND m.active) ORDER BY ordinal LIMIT 20`,
  );

async function countLines(
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
): Promise<{ lines: number; inFen: number; outFen: number }> {
  const found = await row<{ lines: number; inFen: Fen; outFen: Fen }>(
    tx,
    Prisma.sql`SELECT count(*)::int AS lines, coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS "inFen",
        coalesce(-sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS "outFen"
      FROM statement_line WHERE ${linesOfDay(accountCode, date)} AND source <> 'wechat-fund'`,
  );
  return {
    lines: found?.lines ?? 0,
    inFen: toJsonInteger(found?.inFen ?? 0n),
    outFen: toJsonInteger(found?.outFen ?? 0n),
  };
}

/**
 * What the day changed of the money that the channel holds for us, without settlements to the bank: as the channel says it
 * (fund-flow bill, else trade bill less fees), and as our books have it. Differences that somebody has settled without an
 * entry (not ours, kept as booked) are told apart by their exceptions and count as explained.
 */
async function tieOut(
  tx: Transaction,
  account: Account,
  date: CivilDate,
): Promise<{ readonly channelFen: Fen; readonly booksFen: Fen }> {
  const hasFund = await hasFile(tx, account.code, date, "wechat-fund");
  const ofSource = hasFund
    ? Prisma.sql`statement_line.source = 'wechat-fund' AND statement_line.kind <> 'settlement'`
    : Prisma.sql`statement_line.source = 'wechat-trade' AND coalesce(statement_line.status, 'SUCCESS') <> 'REVOKED'`;
  const fee = hasFund ? Prisma.sql`0` : Prisma.sql`coalesce(statement_line.fee_fen, 0)`;
  const found = await row<{ channelFen: Fen; receiptsFen: Fen; refundsFen: Fen; feesFen: Fen; explainedFen: Fen }>(
    tx,
    Prisma.sql`WITH matched AS (
        SELECT m.book_kind, m.book_id, statement_line.booking_date AS day FROM match_item m
        JOIN statement_line ON statement_line.id = m.statement_line_id
        WHERE m.active AND m.book_kind IN ('receipt', 'refund') AND statement_line.account_code = ${account.code}
          AND statement_line.source = 'wechat-trade'
        -- Kept as booked: the receipt stands for the line, on the day of the line.
        UNION ALL SELECT 'receipt', x.receipt_id, l.booking_date FROM exception_item x
        JOIN statement_line l ON l.id = x.statement_line_id AND l.source = 'wechat-trade'
        WHERE x.kind = 'AMOUNT_MISMATCH' AND x.account_code = ${account.code} AND x.receipt_id IS NOT NULL
          AND x.state = 'resolved' AND x.resolved_with = 'keep')
      SELECT
        (SELECT coalesce(sum(statement_line.amount_fen - ${fee}), 0)::bigint FROM statement_line
          WHERE ${linesOfDay(account.code, date)} AND ${ofSource}) AS "channelFen",
        (SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM receipt r
          LEFT JOIN matched m ON m.book_kind = 'receipt' AND m.book_id = r.id
          WHERE r.channel = 'wechat' AND r.account_code = ${account.code} AND r.state = 'counted'
            AND coalesce(m.day, r.value_date) = ${date}::date) AS "receiptsFen",
        (SELECT coalesce(sum(f.amount_fen), 0)::bigint FROM refund f
          LEFT JOIN matched m ON m.book_kind = 'refund' AND m.book_id = f.id
          JOIN merchant_account a ON a.id = f.merchant_account_id
          WHERE a.code = ${account.code} AND (f.state = 'paid' OR m.day IS NOT NULL)
            AND coalesce(m.day, f.paid_on) = ${date}::date) AS "refundsFen",
        (SELECT coalesce(sum(v.amount_fen), 0)::bigint FROM channel_movement v
          LEFT JOIN statement_line ON statement_line.id = v.statement_line_id
          WHERE v.account_code = ${account.code} AND v.kind IN ('channel-fee', 'suspended')
            AND coalesce(statement_line.booking_date, v.value_date) = ${date}::date) AS "feesFen",
        (SELECT coalesce(sum(CASE
            -- Two bills of the channel contradict each other: the books follow the trade bill, the channel is asked.
            WHEN x.kind = 'SETTLEMENT_MISMATCH' AND l.source = 'wechat-trade' THEN coalesce(l.fee_fen, 0) - x.amount_fen
            WHEN x.kind = 'SETTLEMENT_MISMATCH' THEN x.amount_fen
            WHEN x.kind = 'FEE_MISMATCH' THEN -x.amount_fen
            -- A row that stands twice in the trade bill: the fund-flow bill says what moved.
            WHEN x.facts->>'repeatedRow' = 'true' THEN CASE WHEN ${hasFund} THEN 0 ELSE l.amount_fen - coalesce(l.fee_fen, 0) END
            -- What left is on 1901; its fee is in no book.
            WHEN x.resolved_with = 'suspend' THEN -${channelFeeLeft(Prisma.sql`l`)}
            ELSE coalesce((x.facts->>'statementFen')::bigint, 0)
              -- An order of ours that nobody paid with this amount is in no book.
              - CASE WHEN x.kind = 'AMOUNT_MISMATCH' THEN coalesce((SELECT r.amount_fen FROM receipt r
                  WHERE r.id = x.receipt_id AND r.state = 'counted'), 0)
                ELSE coalesce((x.facts->>'booksFen')::bigint, 0) END
              - ${channelFeeLeft(Prisma.sql`l`)}
            END), 0)::bigint
          FROM exception_item x LEFT JOIN statement_line l ON l.id = x.statement_line_id
          WHERE x.account_code = ${account.code} AND x.business_date = ${date}::date AND x.state = 'resolved'
            AND (x.resolved_with IN ('keep', 'ignore', 'raise', 'accept')
              OR x.kind = 'REFUND_MISMATCH' AND x.resolved_with = 'suspend')
            AND (x.kind IN ('LOCAL_MISSING', 'CHANNEL_MISSING', 'AMOUNT_MISMATCH', 'STATUS_MISMATCH', 'REFUND_MISMATCH')
                AND (l.id IS NULL OR l.source = 'wechat-trade' OR ${hasFund} AND x.kind = 'LOCAL_MISSING')
              OR x.kind = 'DUPLICATE_PAYMENT' AND x.receipt_id IS NULL
              OR ${hasFund} AND x.kind = 'SETTLEMENT_MISMATCH'
              OR ${hasFund} AND x.kind = 'FEE_MISMATCH' AND l.source = 'wechat-fund' AND x.resolved_with <> 'accept')) AS "explainedFen"`,
  );
  if (!found) throw new Error("the sums of a day are one row");
  const { channelFen, receiptsFen, refundsFen, feesFen, explainedFen } = found;
  return { channelFen, booksFen: receiptsFen - refundsFen - feesFen + explainedFen };
}
