import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { claimFacts } from "./claim-facts.ts";

/** What a tenant owes by days since it was due; fees count from the due date of their line. Σ of the columns = totalFen. */
export interface Aged {
  readonly notDueFen: Fen;
  /** 1 to 30 days. */
  readonly days30Fen: Fen;
  readonly days60Fen: Fen;
  readonly days90Fen: Fen;
  /** More than 90 days. */
  readonly olderFen: Fen;
  readonly totalFen: Fen;
}

export interface AgedTenant extends Aged {
  readonly tenant: string;
  readonly tenantName: string;
}

/** Columns of `Aged` over rows with `overdue` (days) and `fen`. */
export const AGED_COLUMNS = Prisma.sql`
  coalesce(sum(fen) FILTER (WHERE overdue <= 0), 0)::bigint AS "notDueFen",
  coalesce(sum(fen) FILTER (WHERE overdue BETWEEN 1 AND 30), 0)::bigint AS "days30Fen",
  coalesce(sum(fen) FILTER (WHERE overdue BETWEEN 31 AND 60), 0)::bigint AS "days60Fen",
  coalesce(sum(fen) FILTER (WHERE overdue BETWEEN 61 AND 90), 0)::bigint AS "days90Fen",
  coalesce(sum(fen) FILTER (WHERE overdue > 90), 0)::bigint AS "olderFen", coalesce(sum(fen), 0)::bigint AS "totalFen"`;

/** As the books stood at the end of a day, largest debt first; the total is the balance of 1122. */
export const ageClaims = (tx: Transaction, entityId: string, asOf: CivilDate): Promise<AgedTenant[]> =>
  rows<AgedTenant>(
    tx,
    Prisma.sql`SELECT tenant, "tenantName", ${AGED_COLUMNS}
      FROM (SELECT n.code AS tenant, n.name AS "tenantName", ${asOf}::date - b.due_date AS overdue, f.fen
        FROM (SELECT line_id, sum(amount_fen)::bigint AS fen FROM (${claimFacts(entityId)}) facts
          WHERE booked_on <= ${asOf}::date GROUP BY 1 HAVING sum(amount_fen) <> 0) f
        JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id JOIN tenant n ON n.id = b.tenant_id) claims
      GROUP BY 1, 2 ORDER BY sum(fen) DESC, tenant COLLATE "C"`,
  );
