import { Prisma } from "../../../../generated/prisma/client.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { sqlCheck } from "../check.ts";

/** An invoice that counts: asked for, made, or taken over and made elsewhere. */
const LIVE = Prisma.sql`i.state <> 'withdrawn'`;

/**
 * I11: what the invoices of a line cover, less red letters, is at most what was received on it. Not so for lines with 先票后款,
 * with a red letter under way (its money has come free already), of a receipt that was taken back (the exception
 * FAPIAO_MISMATCH stands for it), and of opening positions, whose money was received elsewhere.
 */
export const checkInvoicesReceived = sqlCheck<{ subject: string; invoiced_fen: Fen; received_fen: Fen }>({
  code: "I11",
  counts: "invoicedLines",
  count: Prisma.sql`SELECT count(*) AS count FROM line_invoiced WHERE invoiced_fen <> 0`,
  find: Prisma.sql`WITH excused AS (
      SELECT c.line_id, c.component FROM invoice_coverage c JOIN invoice i ON i.id = c.invoice_id
        LEFT JOIN invoice_application a ON a.id = i.application_id
        WHERE a.before_money OR i.state = 'opening'
          OR EXISTS (SELECT 1 FROM red_letter r WHERE r.invoice_id = i.id AND r.refund_id IS NOT NULL)
          OR EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'FAPIAO_MISMATCH'
            AND x.subject_key LIKE '%|' || i.id || '|' || c.line_id || '|' || c.component)
    ), received AS (
      SELECT a.line_id, a.component, sum(a.amount_fen - coalesce(v.fen, 0)) AS fen
      FROM allocation a LEFT JOIN (SELECT allocation_id, sum(amount_fen) AS fen FROM allocation_reversal GROUP BY 1) v ON v.allocation_id = a.id
      GROUP BY 1, 2)
    SELECT b.bill_no || ' / ' || l.charge_code || ' ' || n.component AS subject, n.invoiced_fen, coalesce(r.fen, 0)::bigint AS received_fen
    FROM line_invoiced n JOIN bill_line l ON l.id = n.line_id JOIN bill b ON b.id = l.bill_id
      LEFT JOIN received r ON r.line_id = n.line_id AND r.component = n.component
    WHERE (n.invoiced_fen > coalesce(r.fen, 0) OR n.invoiced_fen < 0)
      AND NOT EXISTS (SELECT 1 FROM excused e WHERE e.line_id = n.line_id AND e.component = n.component) ORDER BY 1`,
  say: ({ invoiced_fen, received_fen }) =>
    `已开票 ${formatYuan(invoiced_fen)}，已收 ${formatYuan(received_fen)} / ${formatYuan(invoiced_fen)} invoiced, ${formatYuan(received_fen)} received`,
});

/**
 * I11: of each blue invoice the red letters that were made add up to its red sum and stay within it, as a whole and line by
 * line; what it covers adds up to its amount, as do its printed lines.
 */
export const checkRedLetters = sqlCheck<{
  subject: string;
  amount_fen: Fen;
  red_fen: Fen;
  made_fen: Fen;
  covered_fen: Fen;
}>({
  code: "I11",
  counts: "invoices",
  count: Prisma.sql`SELECT count(*) AS count FROM invoice`,
  find: Prisma.sql`SELECT coalesce(i.number, a.application_no || ' / ' || i.ordinal + 1) AS subject, i.amount_fen, i.red_fen,
      coalesce(red.fen, 0)::bigint AS made_fen, coalesce(cover.fen, 0)::bigint AS covered_fen
    FROM invoice i LEFT JOIN invoice_application a ON a.id = i.application_id
      LEFT JOIN (SELECT invoice_id, sum(amount_fen) AS fen FROM red_letter WHERE state = 'red-issued' GROUP BY 1) red ON red.invoice_id = i.id
      LEFT JOIN (SELECT invoice_id, sum(amount_fen) AS fen FROM invoice_coverage GROUP BY 1) cover ON cover.invoice_id = i.id
      LEFT JOIN LATERAL (SELECT sum((line->>'amountFen')::bigint) AS fen FROM jsonb_array_elements(i.lines) AS line) printed ON true
    WHERE ${LIVE} AND (i.red_fen > i.amount_fen OR i.red_fen <> coalesce(red.fen, 0)
      OR (i.application_id IS NOT NULL AND (coalesce(cover.fen, 0) <> i.amount_fen OR coalesce(printed.fen, 0) <> i.amount_fen))
      OR EXISTS (SELECT 1 FROM red_letter r WHERE r.invoice_id = i.id
        AND r.amount_fen <> (SELECT coalesce(sum(k.amount_fen), 0) FROM red_letter_coverage k WHERE k.red_letter_id = r.id))
      OR EXISTS (SELECT 1 FROM red_letter r JOIN red_letter_coverage k ON k.red_letter_id = r.id
        LEFT JOIN invoice_coverage c ON c.invoice_id = i.id AND c.line_id = k.line_id AND c.component = k.component
        WHERE r.invoice_id = i.id AND r.state = 'red-issued' GROUP BY k.line_id, k.component, c.amount_fen
        HAVING sum(k.amount_fen) > coalesce(c.amount_fen, 0)))
    ORDER BY 1`,
  say: ({ amount_fen, red_fen, made_fen, covered_fen }) =>
    `蓝票 ${formatYuan(amount_fen)}，明细 ${formatYuan(covered_fen)}，记红冲 ${formatYuan(red_fen)}，红票合计 ${formatYuan(made_fen)} / blue ${formatYuan(amount_fen)} covering ${formatYuan(covered_fen)}, red ${formatYuan(red_fen)}, red letters ${formatYuan(made_fen)}`,
});
