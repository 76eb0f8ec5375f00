import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CorrectionInputs } from "../../domain/charging/corrections.ts";
import type { JsonValue } from "../../domain/charging/line.ts";
import { replayLine } from "../../domain/charging/run-plan/replay.ts";
import type { UsageSeries } from "../../domain/documents/paper.ts";
import { add, parseFormattedRatio, type Ratio, ZERO } from "../../domain/money/ratio.ts";
import { type CivilDate, firstDayOf, type Month, monthOf, shiftMonth } from "../../domain/time/civil-date.ts";

const MONTHS = 12;
const UTILITIES = ["electricity", "water", "gas"] as const;

interface UsageRow {
  readonly kind: UsageSeries["utility"];
  readonly charge: string;
  readonly period_from: CivilDate;
  readonly inputs: JsonValue;
}

/**
 * What a lease used in the twelve service months up to the latest one billed through a date, by utility; corrected months
 * as they are right. Utilities that were never billed are left out. One query.
 */
export async function findUsageHistory(
  tx: Transaction,
  leaseId: string,
  issuedUntil: CivilDate,
): Promise<UsageSeries[]> {
  const since = firstDayOf(shiftMonth(monthOf(issuedUntil), -MONTHS - 1));
  const found = await rows<UsageRow>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (l.charge_code, l.period_from) l.kind, l.charge_code AS charge, l.period_from::text, l.inputs
      FROM bill_line l JOIN bill b ON b.id = l.bill_id
      WHERE l.lease_id = ${leaseId}::uuid AND l.role = 'charge' AND l.kind IN ('electricity', 'water', 'gas')
        AND b.state IN ('issued', 'published') AND b.issue_date <= ${issuedUntil}::date AND l.period_from >= ${since}::date
      ORDER BY l.charge_code, l.period_from, l.correction_no DESC`,
  );
  return UTILITIES.flatMap((utility): UsageSeries[] => {
    const byMonth = new Map<Month, Ratio>();
    for (const line of found.filter(({ kind }) => kind === utility)) {
      const usage = usageOf(line.inputs);
      if (usage === undefined) continue;
      const month = monthOf(line.period_from);
      byMonth.set(month, add(byMonth.get(month) ?? ZERO, usage));
    }
    const last = [...byMonth.keys()].sort().at(-1);
    if (last === undefined) return [];
    const months = Array.from({ length: MONTHS }, (_, index) => shiftMonth(last, index - MONTHS + 1));
    return [{ utility, months: months.map((month) => ({ month, usage: forChart(byMonth.get(month)) })) }];
  });
}

/** What a line counted; a correction holds what is right. Undefined where nothing was counted. */
function usageOf(inputs: JsonValue): Ratio | undefined {
  const isCorrection =
    typeof inputs === "object" && inputs !== null && "type" in inputs && inputs.type === "correction";
  const right = isCorrection ? (inputs as unknown as CorrectionInputs).right : inputs;
  if (right === null) return ZERO;
  const line = replayLine(right);
  return line?.ok && line.metered ? parseFormattedRatio(line.metered.usage) : undefined;
}

/** A length in a picture, no figure: a float is good enough. */
const forChart = (usage: Ratio | undefined): number | null =>
  usage === undefined ? null : Number(usage.numerator) / Number(usage.denominator);
