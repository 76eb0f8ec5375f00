import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";

interface RunSums {
  readonly lines: bigint;
  readonly line_fen: bigint;
  readonly bill_fen: bigint;
  readonly deposit_fen: bigint;
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
    Prisma.sql`SELECT count(line.id) AS lines, coalesce(sum(line.amount_fen), 0)::bigint AS line_fen,
        coalesce((SELECT sum(b.total_fen) FROM bill b WHERE b.run_id = ${runId}::uuid), 0)::bigint AS bill_fen,
        coalesce(sum(line.amount_fen) FILTER (WHERE line.role = 'deposit'), 0)::bigint AS deposit_fen,
        count(*) FILTER (WHERE line.net_fen + line.tax_fen <> line.amount_fen) AS unbalanced_lines,
        (SELECT count(*) FROM pool_allocation WHERE state <> 'closed') AS open_pools
      FROM bill b JOIN bill_line line ON line.bill_id = b.id WHERE b.run_id = ${runId}::uuid`,
  );
  if (!sums) return "出账合计无法读取，请重试";
  if (sums.line_fen !== sums.bill_fen)
    return `账单合计 ${sums.bill_fen} 分与明细合计 ${sums.line_fen} 分不符，本次出账未发出`;
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
