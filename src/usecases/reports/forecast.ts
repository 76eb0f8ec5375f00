import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, firstDayOf, monthOf, shiftMonth } from "../../domain/time/civil-date.ts";
import { billsOf, type ReportPlace } from "./place.ts";

export const FORECAST_DAYS = 90;

/** Why money is expected on a day. */
export type ForecastBasis =
  /** The tenant promised the day. */
  | "promise"
  /** Due date plus the days by which this tenant usually pays late. */
  | "due-date"
  /** A month without a bill yet: the lease's average of the last three months. */
  | "not-billed"
  /** By its past the tenant should have paid already: no day can be named. */
  | "late";

export interface ForecastRow {
  readonly tenant: string;
  readonly tenantName: string;
  readonly lease: string;
  /** Absent for what is not billed yet. */
  readonly billNo: string | null;
  readonly dueDate: CivilDate;
  /** Absent where no day can be named. */
  readonly expectedOn: CivilDate | null;
  /** Median days after the due date, last twelve months; of all tenants of the place where this one never paid. */
  readonly delayDays: number;
  readonly basis: ForecastBasis;
  readonly amountFen: Fen;
}

/**
 * Cash that should come in within 90 days from today, by day. Open claims come on the day that was promised, else on their due
 * date plus the tenant's median delay; what should have come by now is listed without a day and not counted. Months that are
 * not billed yet count with the lease's average of the last three months, on its usual day, while the lease runs.
 */
export async function forecastOf(tx: Transaction, place: ReportPlace, today: CivilDate): Promise<ForecastRow[]> {
  const until = addDays(today, FORECAST_DAYS);
  const since = firstDayOf(shiftMonth(monthOf(today), -2));
  const found = await rows<ForecastRow>(
    tx,
    Prisma.sql`WITH paid AS (SELECT b.tenant_id, a.value_date - b.due_date AS days
        FROM allocation a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id
        WHERE ${billsOf(place)} AND a.source = 'receipt' AND a.component = 'principal'
          AND a.value_date > ${addDays(today, -365)}::date
          AND NOT EXISTS (SELECT 1 FROM allocation_reversal v WHERE v.allocation_id = a.id)),
      delays AS (SELECT tenant_id, greatest(0, percentile_disc(0.5) WITHIN GROUP (ORDER BY days))::int AS days FROM paid GROUP BY 1),
      usual AS (SELECT greatest(0, coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY days), 0))::int AS days FROM paid),
      open_claims AS (SELECT b.tenant_id, b.lease_id, b.bill_no, b.due_date, max(r.promise_until) AS promised,
          sum(r.open_fen + r.late_fee_open_fen) AS fen
        FROM receivable r JOIN bill b ON b.id = r.bill_id WHERE ${billsOf(place)} AND r.disputed_since IS NULL
        GROUP BY 1, 2, 3, 4 HAVING sum(r.open_fen + r.late_fee_open_fen) > 0),
      months AS (SELECT b.tenant_id, b.lease_id, max(b.due_date) AS due_date,
          sum(l.amount_fen) / greatest(1, count(DISTINCT b.period)) AS fen
        FROM bill b JOIN bill_line l ON l.bill_id = b.id
        WHERE ${billsOf(place)} AND b.origin <> 'opening' AND l.kind <> 'deposit' AND b.issue_date >= ${since}::date
        GROUP BY 1, 2 HAVING sum(l.amount_fen) > 0),
      expected AS (
        SELECT tenant_id, lease_id, bill_no, due_date, promised, fen, false AS guessed FROM open_claims
        UNION ALL SELECT m.tenant_id, m.lease_id, NULL, (m.due_date + make_interval(months => k))::date, NULL, m.fen, true
          FROM months m CROSS JOIN generate_series(1, 4) k JOIN lease z ON z.id = m.lease_id
          WHERE (m.due_date + make_interval(months => k))::date BETWEEN ${today}::date AND least(z.end_date, ${until}::date))
      SELECT n.code AS tenant, n.name AS "tenantName", z.code AS lease, x.bill_no AS "billNo", x.due_date::text AS "dueDate",
        coalesce(d.days, usual.days) AS "delayDays", x.fen::bigint AS "amountFen",
        CASE WHEN x.guessed THEN 'not-billed' WHEN x.promised >= ${today}::date THEN 'promise'
          WHEN x.due_date + coalesce(d.days, usual.days) < ${today}::date THEN 'late' ELSE 'due-date' END AS basis,
        CASE WHEN NOT x.guessed AND x.promised >= ${today}::date THEN x.promised
          WHEN x.due_date + coalesce(d.days, usual.days) >= ${today}::date THEN x.due_date + coalesce(d.days, usual.days)
          END::text AS "expectedOn"
      FROM expected x JOIN tenant n ON n.id = x.tenant_id JOIN lease z ON z.id = x.lease_id
      LEFT JOIN delays d ON d.tenant_id = x.tenant_id CROSS JOIN usual
      ORDER BY "expectedOn" NULLS LAST, n.code COLLATE "C", x.due_date, x.bill_no`,
  );
  return found.filter(({ expectedOn }) => expectedOn === null || expectedOn <= until);
}

/** Sums of a forecast: three windows of 30 days, what of it is only estimated, and what has no day. */
export function forecastSums(forecast: readonly ForecastRow[], today: CivilDate) {
  const sum = (rows: readonly ForecastRow[]): Fen => rows.reduce((total, { amountFen }) => total + amountFen, 0n);
  const counted = forecast.filter(({ expectedOn }) => expectedOn !== null);
  const within = (from: number, to: number): Fen =>
    sum(
      counted.filter(
        ({ expectedOn }) =>
          expectedOn !== null && expectedOn >= addDays(today, from) && expectedOn <= addDays(today, to),
      ),
    );
  return {
    days30Fen: within(0, 30),
    days60Fen: within(31, 60),
    days90Fen: within(61, FORECAST_DAYS),
    totalFen: sum(counted),
    promisedFen: sum(counted.filter(({ basis }) => basis === "promise")),
    notBilledFen: sum(counted.filter(({ basis }) => basis === "not-billed")),
    lateFen: sum(forecast.filter(({ basis }) => basis === "late")),
  };
}
