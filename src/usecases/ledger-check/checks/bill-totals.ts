import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/** I1: Σ lines = bill total, drafts included. */
export const checkBillTotals = sqlCheck<{ subject: string; total_fen: Fen; lines_fen: Fen }>({
  code: "I1",
  counts: "bills",
  count: Prisma.sql`SELECT count(*) AS count FROM bill`,
  find: Prisma.sql`SELECT b.bill_no AS subject, b.total_fen, coalesce(l.lines_fen, 0)::bigint AS lines_fen
    FROM bill b LEFT JOIN (SELECT bill_id, sum(amount_fen) AS lines_fen FROM bill_line GROUP BY bill_id) l ON l.bill_id = b.id
    WHERE b.total_fen <> coalesce(l.lines_fen, 0) ORDER BY 1`,
  say: ({ total_fen, lines_fen }) =>
    `账单合计 ${formatYuan(total_fen)}，明细合计 ${formatYuan(lines_fen)} / the total is ${formatYuan(total_fen)}, the lines sum to ${formatYuan(lines_fen)}`,
});
