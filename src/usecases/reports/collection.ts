import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import { kindOf } from "../month-end/claim-facts.ts";
import { billsOf, type ReportPlace } from "./place.ts";

/** What of a month's bills has come in. billed = received + relieved + open. */
export interface CollectionRow {
  readonly month: Month;
  readonly project: string;
  readonly projectName: string;
  /** Of the lease's first unit. */
  readonly building: string;
  readonly buildingName: string;
  readonly kind: string;
  /** Principal as corrected; deposits and late fees are left out. */
  readonly billedFen: Fen;
  readonly receivedFen: Fen;
  /** Waived, written off, set against a bank's fee. */
  readonly relievedFen: Fen;
  readonly openFen: Fen;
}

/** Bills of the months by month, project, building and kind, as they stand now. */
export const collectionOf = (
  tx: Transaction,
  place: ReportPlace,
  months: { readonly from: Month; readonly to: Month },
): Promise<CollectionRow[]> =>
  rows<CollectionRow>(
    tx,
    Prisma.sql`SELECT month, project, "projectName", building, "buildingName", kind, sum(principal)::bigint AS "billedFen",
        sum(principal - open - relieved)::bigint AS "receivedFen", sum(relieved)::bigint AS "relievedFen",
        sum(open)::bigint AS "openFen"
      FROM (SELECT b.period AS month, p.code AS project, p.name AS "projectName", coalesce(g.code, '') AS building,
          coalesce(g.name, '') AS "buildingName", ${kindOf("l")} AS kind, r.principal_fen AS principal, r.open_fen AS open,
          coalesce(f.fen, 0) AS relieved
        FROM receivable r JOIN bill_line l ON l.id = r.line_id JOIN bill b ON b.id = r.bill_id
        JOIN project p ON p.id = b.project_id
        LEFT JOIN (SELECT line_id, sum(amount_fen) AS fen FROM claim_relief GROUP BY 1) f ON f.line_id = r.line_id
        LEFT JOIN LATERAL (SELECT g.code, g.name FROM lease_unit lu JOIN unit u ON u.id = lu.unit_id
          JOIN building g ON g.id = u.building_id WHERE lu.lease_id = b.lease_id
          ORDER BY ${place.buildingIds.length === 0} OR g.id = ANY (${[...place.buildingIds]}::uuid[]) DESC, u.code COLLATE "C" LIMIT 1) g ON true
        WHERE ${billsOf(place)} AND l.kind <> 'deposit' AND b.period BETWEEN ${months.from} AND ${months.to}) lines
      GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 4, 6`,
  );

/** "92.3%" of what was billed; undefined where nothing was. Cut, not rounded: 100.0% means all of it. */
export function rateOf(receivedFen: Fen, billedFen: Fen): string | undefined {
  if (billedFen <= 0n) return undefined;
  const permille = (receivedFen * 1000n) / billedFen;
  return `${permille / 10n}.${permille % 10n}%`;
}
