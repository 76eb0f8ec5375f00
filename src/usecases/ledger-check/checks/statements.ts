import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/** I8: a line is consumed at most once, and what it is matched with is there and of the same amount. */
export const checkMatches = sqlCheck<{ subject: string; what: string }>({
  code: "I8",
  counts: "matches",
  count: Prisma.sql`SELECT count(*) AS count FROM match_item WHERE active`,
  find: Prisma.sql`SELECT l.account_code || ' ' || l.booking_date || ' #' || (l.ordinal + 1) AS subject,
      CASE WHEN count(*) > 1 THEN 'consumed more than once'
        WHEN bool_or(m.book_kind = 'receipt' AND (r.id IS NULL OR r.amount_fen <> l.amount_fen OR r.entity_id <> l.entity_id))
          THEN 'its receipt is missing or of another amount'
        WHEN bool_or(m.book_kind = 'exception' AND x.id IS NULL) THEN 'its exception is missing'
        ELSE 'its movement is missing' END AS what
    FROM match_item m JOIN statement_line l ON l.id = m.statement_line_id
    LEFT JOIN receipt r ON m.book_kind = 'receipt' AND r.id = m.book_id
    LEFT JOIN exception_item x ON m.book_kind = 'exception' AND x.id = m.book_id
    LEFT JOIN channel_movement v ON m.book_kind IN ('settlement', 'movement') AND v.id = m.book_id
    WHERE m.active GROUP BY l.id
    HAVING count(*) > 1
      OR bool_or(m.book_kind = 'receipt' AND (r.id IS NULL OR r.amount_fen <> l.amount_fen OR r.entity_id <> l.entity_id))
      OR bool_or(m.book_kind = 'exception' AND x.id IS NULL)
      OR bool_or(m.book_kind IN ('settlement', 'movement') AND v.id IS NULL)
    ORDER BY 1`,
  say: ({ what }) => `流水的对账结果不成立 / ${what}`,
});

/** I8: on a day that is closed every line is explained: matched, or an exception that is open or settled. */
export const checkClosedDays = sqlCheck<{ subject: string }>({
  code: "I8",
  counts: "closedDays",
  count: Prisma.sql`SELECT count(*) AS count FROM statement_day WHERE closed`,
  find: Prisma.sql`SELECT d.account_code || ' ' || d.day || ' #' || (l.ordinal + 1) AS subject
    FROM statement_day d JOIN statement_line l ON l.account_code = d.account_code AND l.booking_date = d.day
    WHERE d.closed AND l.amount_fen <> 0
      AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = l.id AND m.active)
    ORDER BY 1`,
  say: () => "已日结的账户有没对上的流水 / a line of a closed day is not explained",
});

/** I9: opening + Σ = closing on every day that was closed with both balances. */
export const checkDayBalances = sqlCheck<{ subject: string; opening_fen: Fen; sum_fen: Fen; closing_fen: Fen }>({
  code: "I9",
  counts: "statementDays",
  count: Prisma.sql`SELECT count(*) AS count FROM statement_day`,
  find: Prisma.sql`SELECT d.account_code || ' ' || d.day AS subject, (d.certificate->>'openingFen')::bigint AS opening_fen,
      sum(l.amount_fen)::bigint AS sum_fen, (d.certificate->>'closingFen')::bigint AS closing_fen
    FROM statement_day d JOIN statement_line l ON l.account_code = d.account_code AND l.booking_date = d.day
      AND l.balance_after_fen IS NOT NULL
    WHERE d.closed AND d.certificate ? 'openingFen' GROUP BY d.account_code, d.day, d.certificate
    HAVING (d.certificate->>'openingFen')::bigint + sum(l.amount_fen) <> (d.certificate->>'closingFen')::bigint ORDER BY 1`,
  say: ({ opening_fen, sum_fen, closing_fen }) =>
    `期初 ${formatYuan(opening_fen)} 加发生额 ${formatYuan(sum_fen)} 不等于期末 ${formatYuan(closing_fen)} / opening and lines do not make the closing balance`,
});

/** A resolved difference has one standing resolution, an open one none. */
export const checkResolutions = sqlCheck<{ subject: string }>({
  code: "I8",
  counts: "exceptions",
  count: Prisma.sql`SELECT count(*) AS count FROM exception_item WHERE account_code IS NOT NULL`,
  find: Prisma.sql`SELECT x.kind || ' ' || x.id AS subject FROM exception_item x
    LEFT JOIN exception_resolution r ON r.exception_id = x.id AND r.undone_by IS NULL
    WHERE x.account_code IS NOT NULL AND CASE x.state WHEN 'open' THEN r.id IS NOT NULL
      ELSE r.id IS NULL AND x.resolved_with NOT IN ('withdrawn', 'gap-filled') END
    ORDER BY 1`,
  say: () => "差异的状态与处理记录不符 / state and resolution of the difference disagree",
});
