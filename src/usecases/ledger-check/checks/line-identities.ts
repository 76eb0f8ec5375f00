import { Prisma } from "../../../../generated/prisma/client.ts";
import { sqlCheck } from "../check.ts";

/** I7: no two lines share an identity. The unique constraint promises it; a restored or repaired table proves it. */
export const checkLineIdentities = sqlCheck<{ subject: string; count: bigint }>({
  code: "I7",
  counts: "identities",
  count: Prisma.sql`SELECT count(*) AS count FROM bill_line`,
  find: Prisma.sql`SELECT concat_ws(' ', e.code, l.charge_code, l.role, l.ordinal, l.period_from, l.period_to, l.correction_no)
      AS subject, count(*) AS count
    FROM bill_line l JOIN lease e ON e.id = l.lease_id
    GROUP BY e.code, l.charge_code, l.role, l.ordinal, l.period_from, l.period_to, l.correction_no
    HAVING count(*) > 1 ORDER BY 1`,
  say: ({ count }) => `同一身份的明细有 ${count} 条 / ${count} lines share this identity`,
});

/**
 * I7: corrections have no gap. Correction n of a family (lease, charge, role, ordinal, first day of the period; money-rules
 * 2) stands on n − 1, and refers to an earlier line of its family.
 */
export const checkCorrectionChains = sqlCheck<{ subject: string }>({
  code: "I7",
  counts: "corrections",
  count: Prisma.sql`SELECT count(*) AS count FROM bill_line WHERE correction_no > 0`,
  find: Prisma.sql`SELECT b.bill_no || ' / ' || l.charge_code || ' ' || l.period_from || ' #' || l.correction_no AS subject
    FROM bill_line l JOIN bill b ON b.id = l.bill_id
    LEFT JOIN bill_line original ON original.id = l.corrects_line_id
    WHERE l.correction_no > 0 AND (
      original.id IS NULL OR original.correction_no >= l.correction_no
      OR (original.lease_id, original.charge_code, original.role, original.ordinal, original.period_from)
        IS DISTINCT FROM (l.lease_id, l.charge_code, l.role, l.ordinal, l.period_from)
      OR NOT EXISTS (SELECT 1 FROM bill_line before WHERE before.lease_id = l.lease_id
        AND before.charge_code = l.charge_code AND before.role = l.role AND before.ordinal = l.ordinal
        AND before.period_from = l.period_from AND before.correction_no = l.correction_no - 1))
    ORDER BY 1`,
  say: () =>
    "更正明细的编号不连续，或所更正的明细不对 / the corrections before it are missing, or it corrects another line",
});
