import { consumptionBetween } from "../metering/consumption.ts";
import {
  type MeterInputs,
  meterInputs,
  type PriceInputs,
  priceInputs,
  type ReadingInputs,
  readingInputs,
  restorePrice,
  restoreReadings,
} from "../metering/metered-inputs.ts";
import { toJsonInteger } from "../money/fen.ts";
import { formatRatio } from "../money/ratio.ts";
import type { Month } from "../time/civil-date.ts";
import type { Pool } from "../world/property.ts";
import { costAsGiven, costOfUsages, type PoolCost } from "./pool-cost.ts";
import type { ComputedPoolMonth, PoolShare } from "./pool-month.ts";

/*
 * What a pool's month and each line of it were computed from, in the form in which it is stored. Keys always stand in the
 * order in which they are written here. A line holds its own shares only, and where the left-over fen ended: enough to
 * compute it again (I14) without storing the whole pool with each of its leases.
 */

export type PoolShareInputs = {
  readonly unit: string;
  readonly lease: string;
  readonly parts: readonly { readonly weight: string; readonly days: number }[];
  readonly days: number;
  readonly takenWeight: string;
  readonly amountFen: number;
};

export type PoolCostInputs =
  | { readonly source: "given" }
  | {
      readonly source: "measured";
      readonly price: PriceInputs;
      readonly meters: readonly (MeterInputs & {
        readonly sign: 1 | -1;
        readonly readings: readonly ReadingInputs[];
      })[];
    };

export type PoolInputs = {
  readonly type: "pool";
  readonly pool: string;
  readonly month: Month;
  readonly costFen: number;
  readonly cost: PoolCostInputs;
  readonly weightBy: Pool["weight"];
  /** Fractions as formatRatio writes them. */
  readonly takenWeightSum: string;
  readonly lastFenTo: { readonly unit: string; readonly lease: string; readonly rest: string } | null;
  readonly shares: readonly PoolShareInputs[];
};

/** What a pool's month was computed from and into, as JSON: the stored document of its version (money-rules 5). */
export const poolMonthInputs = (month: ComputedPoolMonth): PoolInputs => poolInputs(month, month.shares);

/** The same with some of its shares: what is stored with a line. */
export function poolInputs(month: ComputedPoolMonth, shares: readonly PoolShare[]): PoolInputs {
  const { lastFenTo } = month;
  return {
    type: "pool",
    pool: month.pool,
    month: month.month,
    costFen: toJsonInteger(month.costFen),
    cost: costInputs(month.cost),
    weightBy: month.weightBy,
    takenWeightSum: formatRatio(month.takenWeightSum),
    lastFenTo: lastFenTo && { unit: lastFenTo.unit, lease: lastFenTo.lease, rest: formatRatio(lastFenTo.rest) },
    shares: shares.map((share) => ({
      unit: share.unit,
      lease: share.lease,
      parts: share.parts.map((part) => ({ weight: formatRatio(part.weight), days: part.days })),
      days: share.days,
      takenWeight: formatRatio(share.takenWeight),
      amountFen: toJsonInteger(share.amountFen),
    })),
  };
}

function costInputs({ measured }: PoolCost): PoolCostInputs {
  if (!measured) return { source: "given" };
  return {
    source: "measured",
    price: priceInputs(measured.row),
    meters: measured.usages.map(({ meter, sign, consumption }) => {
      const [first] = consumption.readings;
      if (!first) throw new RangeError(`meter ${meter.code} has a consumption without readings`);
      return { sign, ...meterInputs(meter, first), readings: consumption.readings.map(readingInputs) };
    }),
  };
}

/** The cost that the stored inputs stand for, computed again from its readings. Throws RangeError on other inputs. */
export function restorePoolCost({ cost, costFen }: Pick<PoolInputs, "cost" | "costFen">): PoolCost {
  if (cost.source === "given") return costAsGiven(BigInt(costFen));
  const row = restorePrice(cost.price);
  if (row.kind === "tiered") throw new RangeError("a pool is never priced by tiers");
  const usages = cost.meters.map(({ sign, readings: stored, ...meter }) => {
    const readings = restoreReadings(meter, stored);
    const [opening] = readings;
    const closing = readings.at(-1);
    const measured = opening && closing && consumptionBetween(meter, readings, opening, closing);
    if (!measured?.ok) throw new RangeError(`the stored readings of meter ${meter.code} give no consumption`);
    return { meter, sign, consumption: measured.consumption };
  });
  return costOfUsages(row, usages);
}
