import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import type { StatementGap } from "../../domain/reconciliation/file-proof.ts";
import type { BalanceProof } from "../../domain/reconciliation/running-balance.ts";
import type { StatementSource } from "../../domain/reconciliation/statement.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

export interface StoredFile {
  readonly fileId: string;
  readonly entityId: string;
  readonly accountCode: string;
  readonly source: StatementSource;
}

/**
 * Moves the staged lines to their table; what is there already stays as it is. A line's occurrence is its index among the
 * rows of the file that are alike on one value date; of those, the ones whose balance is stored already are the known ones.
 * Returns how many lines are new.
 *
 * An export that begins in the middle of a day can't count the twins before its first row: they are counted for it, from
 * what is stored up to the place where its first row, or its opening balance, stands.
 */
export async function storeLines(tx: Transaction, file: StoredFile, balance: BalanceProof): Promise<number> {
  await execute(tx, Prisma.sql`ANALYZE staged_line`);
  const newestFirst = balance.order === "newest-first";
  const sequence = newestFirst ? Prisma.sql`-sequence` : Prisma.sql`sequence`;
  await execute(
    tx,
    Prisma.sql`CREATE TEMPORARY TABLE earlier_twin (value_date date, content_hash text, twins integer) ON COMMIT DROP`,
  );
  if (file.source === "bank" && balance.linesWithBalance > 0)
    await countEarlierTwins(tx, file, sequence, balance.openingFen ?? 0n);
  return execute(
    tx,
    Prisma.sql`
      WITH stored AS (
        SELECT value_date, content_hash, count(*) AS lines, array_agg(balance_after_fen) AS balances FROM statement_line
        WHERE account_code = ${file.accountCode}
          AND value_date BETWEEN (SELECT min(value_date) FROM staged_line) AND (SELECT max(value_date) FROM staged_line)
        GROUP BY value_date, content_hash),
      alike AS (
        SELECT s.*, coalesce(stored.lines, 0) AS stored,
          coalesce(twin.twins, 0) + count(*) OVER (PARTITION BY value_date, content_hash) AS told,
          row_number() OVER (PARTITION BY value_date, content_hash
            ORDER BY coalesce(s.balance_after_fen = ANY(stored.balances), false), ${sequence}) AS rank
        FROM staged_line s LEFT JOIN stored USING (value_date, content_hash)
          LEFT JOIN earlier_twin twin USING (value_date, content_hash))
      INSERT INTO statement_line (id, file_id, entity_id, account_code, source, ordinal, kind, value_date, booking_date,
        booked_time, content_hash, occurrence, amount_fen, fee_fen, fee_included, balance_after_fen, counterparty_name,
        counterparty_account_id, remark, order_no, refund_no, channel_no, channel_refund_no, virtual_account_no, status,
        reversal, content)
      SELECT s.id, ${file.fileId}::uuid, ${file.entityId}::uuid, ${file.accountCode}, ${file.source},
        ${newestFirst ? Prisma.sql`(SELECT max(sequence) FROM staged_line) - s.sequence` : Prisma.sql`s.sequence`},
        s.kind, s.value_date, s.booking_date, s.booked_time, s.content_hash, (s.stored + s.rank - 1)::int, s.amount_fen,
        s.fee_fen, s.fee_included, s.balance_after_fen, s.counterparty_name, s.counterparty_account_id, s.remark, s.order_no,
        s.refund_no, s.channel_no, s.channel_refund_no, s.virtual_account_no, s.status, s.reversal, s.content
      FROM alike s WHERE s.stored + s.rank <= s.told`,
  );
}

async function countEarlierTwins(
  tx: Transaction,
  file: StoredFile,
  sequence: Prisma.Sql,
  openingFen: Fen,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`
      WITH first AS (SELECT booking_date, content_hash, balance_after_fen FROM staged_line ORDER BY ${sequence} LIMIT 1),
      stored AS (
        SELECT l.value_date, l.content_hash, l.balance_after_fen,
          row_number() OVER (ORDER BY f.recorded_at, f.id, l.ordinal) AS place
        FROM statement_line l JOIN statement_file f ON f.id = l.file_id, first
        WHERE l.account_code = ${file.accountCode} AND l.source = 'bank' AND l.booking_date = first.booking_date),
      same AS (SELECT min(place) - 1 AS place FROM stored, first
        WHERE stored.content_hash = first.content_hash AND stored.balance_after_fen = first.balance_after_fen),
      opening AS (SELECT max(place) AS place FROM stored WHERE balance_after_fen = ${openingFen})
      INSERT INTO earlier_twin
      SELECT value_date, content_hash, count(*)::int FROM stored
      WHERE place <= coalesce((SELECT place FROM same), (SELECT place FROM opening), 0)
      GROUP BY value_date, content_hash`,
  );
}

/**
 * Rows of a channel that name a transaction which another row of the same kind names too: in the file, or with other
 * content from an earlier file. A channel does no transaction twice, so one of the two was altered or copied.
 */
export async function findRepeatedTransactions(tx: Transaction, file: StoredFile): Promise<StatementGap[]> {
  if (file.source !== "wechat-trade") return [];
  const found = await rows<{ date: CivilDate; amountFen: Fen; number: string; copies: number }>(
    tx,
    Prisma.sql`
      SELECT max(l.booking_date)::text AS date, max(l.amount_fen) AS "amountFen",
        coalesce(l.channel_refund_no, l.channel_no) AS number, count(*)::int AS copies
      FROM statement_line l
      WHERE l.account_code = ${file.accountCode} AND l.source = ${file.source}
        AND coalesce(l.channel_refund_no, l.channel_no) IN (SELECT coalesce(channel_refund_no, channel_no) FROM staged_line)
      GROUP BY l.kind, coalesce(l.channel_refund_no, l.channel_no)
      HAVING count(*) > 1 AND count(DISTINCT coalesce(l.status, '') || l.content_hash || l.occurrence) > 1
      ORDER BY 1, 3 LIMIT 50`,
  );
  return found.map(({ date, amountFen, number, copies }) => ({
    date,
    amountFen,
    what: `微信单号 ${number}（${formatYuan(amountFen)}）有 ${copies} 行，重复或被改动`,
  }));
}
