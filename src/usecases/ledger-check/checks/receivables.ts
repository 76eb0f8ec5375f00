import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

interface ReceivableRow {
  readonly subject: string;
  readonly principal_fen: Fen;
  readonly expected_principal_fen: Fen;
  readonly open_fen: Fen;
  readonly expected_open_fen: Fen;
  readonly fee_fen: Fen;
  readonly expected_fee_fen: Fen;
}

/**
 * I4: the projection `receivable`, built again from lines, set-offs, allocations, counter-entries, accruals and waivers.
 * Principal = amount − Σ set off against the line; open = principal − Σ standing allocations − Σ given up, between 0 and it;
 * fee open = accrued − waived − paid; disputed since the first day of the dispute that is not over.
 */
export const checkReceivables = sqlCheck<ReceivableRow>({
  code: "I4",
  counts: "receivables",
  count: Prisma.sql`SELECT count(*) AS count FROM receivable`,
  find: Prisma.sql`WITH set_offs AS (SELECT to_line_id AS line_id, sum(amount_fen) AS fen FROM set_off GROUP BY 1),
    reversed AS (SELECT allocation_id, sum(amount_fen) AS fen FROM allocation_reversal GROUP BY 1),
    paid AS (SELECT a.line_id,
        sum(a.amount_fen - coalesce(v.fen, 0)) FILTER (WHERE a.component = 'principal') AS principal_fen,
        sum(a.amount_fen - coalesce(v.fen, 0)) FILTER (WHERE a.component = 'late-fee') AS fee_fen
      FROM allocation a LEFT JOIN reversed v ON v.allocation_id = a.id GROUP BY 1),
    accrued AS (SELECT line_id, sum(posted_fen) AS fen FROM late_fee_accrual GROUP BY 1),
    waived AS (SELECT line_id, sum(amount_fen) AS fen FROM late_fee_waiver GROUP BY 1),
    relieved AS (SELECT line_id, sum(amount_fen) AS fen FROM claim_relief GROUP BY 1),
    expected AS (
      SELECT r.*, l.charge_code, l.amount_fen, (l.amount_fen - coalesce(s.fen, 0))::bigint AS expected_principal_fen,
        (l.amount_fen - coalesce(s.fen, 0) - coalesce(p.principal_fen, 0) - coalesce(f.fen, 0))::bigint AS expected_open_fen,
        coalesce(a.fen, 0)::bigint AS expected_accrued_fen, coalesce(w.fen, 0)::bigint AS expected_waived_fen,
        (coalesce(a.fen, 0) - coalesce(w.fen, 0) - coalesce(p.fee_fen, 0))::bigint AS expected_fee_fen
      FROM receivable r JOIN bill_line l ON l.id = r.line_id
      LEFT JOIN set_offs s ON s.line_id = r.line_id LEFT JOIN paid p ON p.line_id = r.line_id
      LEFT JOIN accrued a ON a.line_id = r.line_id LEFT JOIN waived w ON w.line_id = r.line_id
      LEFT JOIN relieved f ON f.line_id = r.line_id)
    SELECT b.bill_no || ' / ' || x.charge_code AS subject, x.principal_fen, x.expected_principal_fen, x.open_fen,
      x.expected_open_fen, x.late_fee_open_fen AS fee_fen, x.expected_fee_fen
    FROM expected x JOIN bill b ON b.id = x.bill_id
    WHERE x.principal_fen <> x.expected_principal_fen OR x.open_fen <> x.expected_open_fen
      OR x.open_fen NOT BETWEEN 0 AND x.principal_fen OR x.principal_fen > x.amount_fen
      OR x.late_fee_accrued_fen <> x.expected_accrued_fen OR x.late_fee_waived_fen <> x.expected_waived_fen
      OR x.late_fee_open_fen <> x.expected_fee_fen OR x.late_fee_open_fen < 0
      OR x.disputed_since IS DISTINCT FROM (SELECT min(lower(d.disputed)) FROM dispute d
        WHERE d.line_id = x.line_id AND upper_inf(d.disputed))
    ORDER BY 1`,
  say: (row) => {
    const stands = `本金 ${formatYuan(row.principal_fen)}，未收 ${formatYuan(row.open_fen)}，违约金未收 ${formatYuan(row.fee_fen)}`;
    const expected = `${formatYuan(row.expected_principal_fen)}、${formatYuan(row.expected_open_fen)}、${formatYuan(row.expected_fee_fen)}`;
    return `${stands}；按明细重算应为 ${expected}（或争议状态不符） / principal, open and fee open should be ${expected}, or the dispute differs`;
  },
});

/**
 * I4: every issued line above zero can be owed, nothing else can. A draft owes nothing; a line below zero is set off or a
 * credit, never open.
 */
export const checkClaimedLines = sqlCheck<{ subject: string; claimed: boolean }>({
  code: "I4",
  counts: "issuedLines",
  count: Prisma.sql`SELECT count(*) AS count FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.state <> 'draft'`,
  find: Prisma.sql`SELECT b.bill_no || ' / ' || l.charge_code AS subject, r.line_id IS NOT NULL AS claimed
    FROM bill_line l JOIN bill b ON b.id = l.bill_id LEFT JOIN receivable r ON r.line_id = l.id
    WHERE CASE WHEN b.state <> 'draft' AND l.amount_fen > 0
      THEN r.line_id IS NULL OR r.bill_id <> b.id OR r.entity_id <> b.entity_id OR r.tenant_id <> b.tenant_id
      ELSE r.line_id IS NOT NULL AND (b.state = 'draft' OR l.amount_fen < 0) END
    ORDER BY 1`,
  say: ({ claimed }) =>
    claimed
      ? "应收记录与账单不符 / the receivable does not belong to this line"
      : "已出账的明细没有应收记录 / an issued line has no receivable",
});

/** I4: a negative line is used up once: Σ set off from it ≤ its amount, and a set-off stays within one lease and charge. */
export const checkSetOffs = sqlCheck<{ subject: string; amount_fen: Fen; set_off_fen: Fen }>({
  code: "I4",
  counts: "setOffs",
  count: Prisma.sql`SELECT count(*) AS count FROM set_off`,
  find: Prisma.sql`SELECT b.bill_no || ' / ' || l.charge_code AS subject, l.amount_fen, sum(s.amount_fen)::bigint AS set_off_fen
    FROM set_off s JOIN bill_line l ON l.id = s.from_line_id JOIN bill b ON b.id = l.bill_id
      JOIN bill_line target ON target.id = s.to_line_id
    GROUP BY l.id, b.bill_no
    HAVING sum(s.amount_fen) > -l.amount_fen OR bool_or(target.lease_id <> l.lease_id OR target.charge_code <> l.charge_code)
    ORDER BY 1`,
  say: ({ amount_fen, set_off_fen }) =>
    `负数明细 ${formatYuan(amount_fen)} 已冲抵 ${formatYuan(set_off_fen)}，超额或冲抵了别的费用 / more set off than there is, or against another charge`,
});
