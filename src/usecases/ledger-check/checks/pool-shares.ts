import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/** I3, first half: per closed pool version Σ shares = cost. */
export const checkPoolCosts = sqlCheck<{ subject: string; cost_fen: Fen; shares_fen: Fen }>({
  code: "I3",
  counts: "poolVersions",
  count: Prisma.sql`SELECT count(*) AS count FROM pool_allocation WHERE state = 'closed'`,
  find: Prisma.sql`SELECT p.code || ' ' || a.month || ' v' || a.version AS subject, a.cost_fen,
      coalesce(sum(s.amount_fen), 0)::bigint AS shares_fen
    FROM pool_allocation a JOIN pool p ON p.id = a.pool_id LEFT JOIN pool_share s ON s.allocation_id = a.id
    WHERE a.state = 'closed' GROUP BY a.id, p.code HAVING a.cost_fen <> coalesce(sum(s.amount_fen), 0) ORDER BY 1`,
  say: ({ cost_fen, shares_fen }) =>
    `公摊费用 ${formatYuan(cost_fen)}，各户合计 ${formatYuan(shares_fen)} / the cost is ${formatYuan(cost_fen)}, the shares sum to ${formatYuan(shares_fen)}`,
});

/** I3, second half: each share is within 1 fen of cost × weight ÷ Σ weights. Weights are stored exactly ("12.5", "1/3"). */
export const checkPoolShares = sqlCheck<{ subject: string; amount_fen: Fen; exact_fen: string }>({
  code: "I3",
  counts: "poolShares",
  count: Prisma.sql`SELECT count(*) AS count FROM pool_share`,
  find: Prisma.sql`WITH weighed AS (
      SELECT s.allocation_id, s.holder, s.amount_fen,
        split_part(s.weight, '/', 1)::numeric / coalesce(nullif(split_part(s.weight, '/', 2), ''), '1')::numeric AS weight
      FROM pool_share s),
    exact AS (
      SELECT w.*, a.cost_fen * w.weight / nullif(sum(w.weight) OVER (PARTITION BY w.allocation_id), 0) AS exact_fen
      FROM weighed w JOIN pool_allocation a ON a.id = w.allocation_id AND a.state = 'closed')
    SELECT p.code || ' ' || a.month || ' v' || a.version || ' ' || x.holder AS subject, x.amount_fen,
      round(x.exact_fen, 4)::text AS exact_fen
    FROM exact x JOIN pool_allocation a ON a.id = x.allocation_id JOIN pool p ON p.id = a.pool_id
    WHERE abs(x.amount_fen - x.exact_fen) >= 1 ORDER BY 1`,
  say: ({ amount_fen, exact_fen }) =>
    `分摊 ${formatYuan(amount_fen)} 与应分摊 ${exact_fen} 分相差 1 分以上 / the share ${formatYuan(amount_fen)} is a fen or more away from ${exact_fen} fen`,
});
