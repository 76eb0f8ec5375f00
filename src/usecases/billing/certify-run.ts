import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";

interface RunSums {
  readonly lines: bigint;
  readonly line_fen: bigint;
  readonly deposit_fen: bigint;
  readonly broken_bills: bigint;
  readonly broken_bill: string | null;
  readonly unbalanced_lines: bigint;
  readonly open_pools: bigint;
}

/**
 * The certificate of a run over what is stored, written before the first bill is issued. Returns why it fails, in words
 * for a person, or undefined. It fails closed: without it nothing of the run is issued (I1, I2, I3).
 */
export async function certifyRun(db: Database, runId: string): Promise<string | undefined> {
  const sums = await row<RunSums>(
    db,
    Prisma.sql`WITH broken AS (SELECT b.bill_no FROM bill b LEFT JOIN bill_line line ON line.bill_id = b.id
        WHERE b.run_id = ${runId}::uuid GROUP BY b.id HAVING b.total_fen <> coalesce(sum(line.amount_fen), 0))
      SELECT count(line.id) AS lines, coalesce(sum(line.amount_fen), 0)::bigint AS line_fen,
        coalesce(sum(line.amount_fen) FILTER (WHERE line.role = 'deposit'), 0)::bigint AS deposit_fen,
        (SELECT count(*) FROM broken) AS broken_bills, (SELECT min(bill_no) FROM broken) AS broken_bill,
        count(*) FILTER (WHERE line.net_fen + line.tax_fen <> line.amount_fen) AS unbalanced_lines,
        (SELECT count(*) FROM pool_allocation WHERE state <> 'closed') AS open_pools
      FROM bill b JOIN bill_line line ON line.bill_id = b.id WHERE b.run_id = ${runId}::uuid`,
  );
  if (!sums) return "出账合计无法读取，请重试";
  if (sums.broken_bills > 0n)
    return `有 ${sums.broken_bills} 张账单的合计与明细不符（例如 ${sums.broken_bill}），本次出账未发出；请查明是谁改动了账单，改正后重新执行`;
  if (sums.unbalanced_lines > 0n) return `有 ${sums.unbalanced_lines} 行的净额加税额不等于金额，本次出账未发出`;
  if (sums.open_pools > 0n) return `有 ${sums.open_pools} 个公摊月份没有结平，本次出账未发出`;
  const certificate = {
    lines: Number(sums.lines),
    totalFen: toJsonInteger(sums.line_fen),
    ledgerDeltaFen: toJsonInteger(sums.line_fen - sums.deposit_fen),
    poolsBalanced: true,
  };
  await execute(
    db,
    Prisma.sql`UPDATE billing_run SET certificate = ${JSON.stringify(certificate)}::jsonb
      WHERE id = ${runId}::uuid AND state = 'approved'`,
  );
  return undefined;
}
