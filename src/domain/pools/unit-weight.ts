import { meterMonthConsumption } from "../metering/usage-statistics.ts";
import { add, integer, max, multiply, ONE, parseRatio, type Ratio, ZERO } from "../money/ratio.ts";
import { type DateRange, daysInRange, intersect, type Month, rangeOfMonth } from "../time/civil-date.ts";
import type { Pool, Unit } from "../world/property.ts";
import type { PoolFailure } from "./pool-failure.ts";
import { poolFailure } from "./pool-failure.ts";
import type { PoolWorld } from "./pool-world.ts";

/** The weight of a unit on a part of the month; one part unless its area changes inside the month. */
export interface WeightPart extends DateRange {
  readonly weight: Ratio;
}

/** A unit's weight on the days of a month. The parts cover the month. */
export interface UnitWeight {
  readonly unit: string;
  readonly parts: readonly WeightPart[];
  /** An estimated closing reading is in it (weight `consumption`). */
  readonly estimated: boolean;
}

export type UnitWeightResult = { readonly ok: true; readonly weight: UnitWeight } | PoolFailure;

/**
 * Weight of a member (money-rules 5). `area` is areaSqm on each day: where it changes inside the month each day counts
 * with its own, as charges by area do (3.2). `consumption` is that of the unit's meters of the pool's utility in the
 * month; a unit whose meters count backwards after an estimate has no consumption and weighs 0.
 */
export function unitWeightOf(pool: Pool, unit: Unit, month: Month, world: PoolWorld): UnitWeightResult {
  switch (pool.weight) {
    case "area":
      return areaWeight(unit, month);
    case "equal":
      return constantWeight(unit, month, ONE);
    case "custom": {
      const named = pool.customWeights[unit.code];
      return constantWeight(unit, month, named === undefined ? ZERO : parseRatio(named));
    }
    case "consumption":
      return consumptionWeight(pool, unit, month, world);
    default:
      return pool.weight satisfies never;
  }
}

/** Σ over the given days (inside the month) of the weight on each day. */
export function weightDays({ parts }: UnitWeight, ranges: readonly DateRange[]): Ratio {
  let total = ZERO;
  for (const part of parts) {
    let days = 0;
    for (const range of ranges) {
      const common = intersect(part, range);
      if (common) days += daysInRange(common);
    }
    if (days > 0) total = add(total, multiply(part.weight, integer(days)));
  }
  return total;
}

function areaWeight(unit: Unit, month: Month): UnitWeightResult {
  const whole = rangeOfMonth(month);
  const parts: WeightPart[] = [];
  let days = 0;
  for (const { kind, areaSqm, from = whole.from, to = whole.to } of unit.areas) {
    const common = kind === "" ? intersect(whole, { from, to }) : undefined;
    if (!common) continue;
    parts.push({ ...common, weight: parseRatio(areaSqm) });
    days += daysInRange(common);
  }
  if (days > daysInRange(whole)) throw new RangeError(`unit ${unit.code} has two areas on one day of ${month}`);
  if (days < daysInRange(whole)) {
    return poolFailure("UNIT_WITHOUT_AREA", `单元 ${unit.code} 没有登记面积，无法按面积分摊，请补录面积`);
  }
  return { ok: true, weight: { unit: unit.code, parts, estimated: false } };
}

function consumptionWeight(pool: Pool, unit: Unit, month: Month, world: PoolWorld): UnitWeightResult {
  let usage = ZERO;
  let estimated = false;
  for (const meter of world.metersByUnit.get(unit.code) ?? []) {
    if (meter.utility !== pool.utility) continue;
    const result = meterMonthConsumption(meter, world.readings.get(meter.code) ?? [], month);
    if (!result.ok) return poolFailure("POOL_INCOMPLETE", `单元 ${unit.code} 的用量无法确定：${result.message}`);
    usage = add(usage, result.consumption.usage);
    estimated ||= result.consumption.estimated;
  }
  return constantWeight(unit, month, max(usage, ZERO), estimated);
}

const constantWeight = (unit: Unit, month: Month, weight: Ratio, estimated = false): UnitWeightResult => ({
  ok: true,
  weight: { unit: unit.code, parts: [{ ...rangeOfMonth(month), weight }], estimated },
});
