import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { AGED_COLUMNS, type AgedTenant } from "../month-end/aging.ts";
import { billsOf, type ReportPlace } from "./place.ts";

/**
 * What is owed now in a place by days since it was due, principal and posted late fees, without deposits; the largest overdue
 * sum first.
 */
export const agingOf = (tx: Transaction, place: ReportPlace, today: CivilDate): Promise<AgedTenant[]> =>
  rows<AgedTenant>(
    tx,
    Prisma.sql`SELECT * FROM (SELECT n.code AS tenant, n.name AS "tenantName", ${AGED_COLUMNS}
        FROM (SELECT b.tenant_id, ${today}::date - b.due_date AS overdue,
            CASE WHEN l.kind = 'deposit' THEN 0 ELSE r.open_fen END + r.late_fee_open_fen AS fen
          FROM receivable r JOIN bill_line l ON l.id = r.line_id JOIN bill b ON b.id = r.bill_id
          WHERE ${billsOf(place)} AND (r.open_fen <> 0 OR r.late_fee_open_fen <> 0)) claims
        JOIN tenant n ON n.id = claims.tenant_id GROUP BY 1, 2) tenants
      WHERE "totalFen" <> 0 ORDER BY "totalFen" - "notDueFen" DESC, "totalFen" DESC, tenant COLLATE "C"`,
  );

const SUMS = ["notDueFen", "days30Fen", "days60Fen", "days90Fen", "olderFen", "totalFen"] as const;

/** The columns over all tenants. */
export const agedTotal = (tenants: readonly AgedTenant[]): Record<(typeof SUMS)[number], Fen> =>
  Object.fromEntries(SUMS.map((key) => [key, tenants.reduce((sum, one) => sum + one[key], 0n)])) as Record<
    (typeof SUMS)[number],
    Fen
  >;
