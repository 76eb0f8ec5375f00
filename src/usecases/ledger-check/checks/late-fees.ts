import { Prisma } from "../../../../generated/prisma/client.ts";
import { claimFeeThrough, loadClaims } from "../../../db/line-claims.ts";
import { row, rows } from "../../../db/rows.ts";
import type { Transaction } from "../../../db/transaction.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import type { CivilDate } from "../../../domain/time/civil-date.ts";
import { atMost, type LedgerCheck, type LedgerProblem, MOST_PROBLEMS, sqlCheck } from "../check.ts";

/**
 * I13 in the accruals themselves: each posts the difference to the one before it, so that Σ posted = last cumulative
 * whenever the fee was evaluated. Ids grow with time and all writers of a line hold its account's lock; the time of
 * recording is that of the transaction's begin and would not do.
 */
export const checkAccrualSteps = sqlCheck<{ subject: string; cumulative_fen: Fen; before_fen: Fen; posted_fen: Fen }>({
  code: "I13",
  counts: "accruals",
  count: Prisma.sql`SELECT count(*) AS count FROM late_fee_accrual`,
  find: Prisma.sql`WITH steps AS (
      SELECT a.*, coalesce(lag(cumulative_fen) OVER line, 0) AS before_fen, lag(through_date) OVER line AS through_before
      FROM late_fee_accrual a WINDOW line AS (PARTITION BY line_id ORDER BY id))
    SELECT b.bill_no || ' / ' || l.charge_code || ' ' || s.through_date AS subject, s.cumulative_fen, s.before_fen, s.posted_fen
    FROM steps s JOIN bill_line l ON l.id = s.line_id JOIN bill b ON b.id = l.bill_id
    WHERE s.posted_fen <> s.cumulative_fen - s.before_fen OR s.through_date < s.through_before ORDER BY 1`,
  say: ({ cumulative_fen, before_fen, posted_fen }) =>
    `违约金累计从 ${formatYuan(before_fen)} 到 ${formatYuan(cumulative_fen)}，却入账 ${formatYuan(posted_fen)} / the fee went from ${formatYuan(before_fen)} to ${formatYuan(cumulative_fen)}, ${formatYuan(posted_fen)} was posted`,
});

const LINES_AT_A_TIME = 2_000;

/**
 * I13 against the rule: what was accrued last is what money-rules 7 gives through that day on the facts known now, and
 * never more than the cap; it does not matter how often it was evaluated. Every new fact restates the fee at once. Terms
 * that an import changed do not, so lines that were evaluated before the last import are left to the next evaluation.
 */
export const checkAccruedFees: LedgerCheck = async (tx) => {
  const total = await row<{ count: bigint }>(
    tx,
    Prisma.sql`SELECT count(DISTINCT line_id) AS count FROM late_fee_accrual`,
  );
  const problems: LedgerProblem[] = [];
  let after = "00000000-0000-0000-0000-000000000000";
  while (problems.length <= MOST_PROBLEMS) {
    const accrued = await lastAccruals(tx, after);
    const last = accrued.at(-1);
    if (!last) break;
    after = last.line_id;
    const claims = await loadClaims(tx, { lineIds: accrued.map((one) => one.line_id), settled: true });
    const byLine = new Map(claims.map((claim) => [claim.lineId, claim]));
    for (const { line_id, through, cumulative_fen, terms_may_differ } of accrued) {
      const claim = byLine.get(line_id);
      if (!claim) {
        const message = "有违约金的明细没有应收记录 / a line with a fee has no receivable";
        problems.push({ code: "I13", subject: `line ${line_id}`, message });
        continue;
      }
      const fee = claimFeeThrough(claim, through);
      if (terms_may_differ || fee.totalFen === cumulative_fen) continue;
      problems.push({
        code: "I13",
        subject: `${claim.billNo} / ${claim.charge}`,
        message: `截至 ${through} 的违约金记为 ${formatYuan(cumulative_fen)}，按规则应为 ${formatYuan(fee.totalFen)}（上限 ${formatYuan(fee.capFen)}） / accrued ${formatYuan(cumulative_fen)} through ${through}, the rule gives ${formatYuan(fee.totalFen)}`,
      });
    }
  }
  return { checked: { feeLines: Number(total?.count ?? 0n) }, problems: atMost("I13", problems) };
};

interface LastAccrual {
  readonly line_id: string;
  readonly through: CivilDate;
  readonly cumulative_fen: Fen;
  readonly terms_may_differ: boolean;
}

/** The last accrual of each line, by line id. */
function lastAccruals(tx: Transaction, after: string): Promise<LastAccrual[]> {
  return rows<LastAccrual>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (a.line_id) a.line_id::text, a.through_date::text AS through, a.cumulative_fen,
        EXISTS (SELECT 1 FROM import_batch i WHERE i.recorded_at > a.recorded_at) AS terms_may_differ
      FROM late_fee_accrual a WHERE a.line_id > ${after}::uuid ORDER BY a.line_id, a.id DESC LIMIT ${LINES_AT_A_TIME}`,
  );
}
