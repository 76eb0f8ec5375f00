import { add, compare, divide, integer, multiply, type Ratio } from "../money/ratio.ts";
import { addDays, type CivilDate, type Month, shiftMonth } from "../time/civil-date.ts";
import type { Meter } from "../world/property.ts";
import { type Consumption, type ConsumptionResult, checkRegisterSum, consumptionBetween } from "./consumption.ts";
import type { MeterReadings } from "./reading-index.ts";
import { serviceMonthOf, UNBOUNDED_RUN } from "./service-month.ts";

const MONTHS_COMPARED = 12;
const UNUSUAL_FACTOR = 3;

/**
 * Consumption of a meter in a calendar month, whoever rents: from the latest reading of the month before to the latest
 * of the month (money-rules 4 with every day covered). What pools and statistics use.
 */
export function meterMonthConsumption(meter: Meter, readings: MeterReadings, month: Month): ConsumptionResult {
  const service = serviceMonthOf(meter.code, readings, month, UNBOUNDED_RUN);
  if (!service.ok) return service;
  const result = consumptionBetween(meter, readings, service.opening, service.closing);
  if (!result.ok) return result;
  return checkRegisterSum(meter, result.consumption) ?? result;
}

/** Usage of the 12 months before `month`; months that cannot be determined are left out. Newest first. */
export function usageOfLastMonths(meter: Meter, readings: MeterReadings, month: Month): readonly Ratio[] {
  const usages: Ratio[] = [];
  for (let back = 1; back <= MONTHS_COMPARED; back += 1) {
    const result = meterMonthConsumption(meter, readings, shiftMonth(month, -back));
    if (result.ok) usages.push(result.consumption.usage);
  }
  return usages;
}

/** The middle value, or the mean of the two middle ones; undefined for none. */
export function median(values: readonly Ratio[]): Ratio | undefined {
  const ascending = [...values].sort(compare);
  const upper = ascending[ascending.length >> 1];
  const lower = ascending[(ascending.length - 1) >> 1];
  return upper && lower ? divide(add(upper, lower), integer(2)) : undefined;
}

/** Facts for the anomaly "usage above 3 × the median of the meter's last 12 months" (money-rules 2). */
export interface UsageComparison {
  readonly usage: Ratio;
  /** Undefined: no earlier month can be determined, so nothing is unusual. */
  readonly median: Ratio | undefined;
  readonly monthsCompared: number;
  readonly unusual: boolean;
}

export function compareWithLastMonths(
  meter: Meter,
  readings: MeterReadings,
  month: Month,
  usage: Ratio,
): UsageComparison {
  const before = usageOfLastMonths(meter, readings, month);
  const middle = median(before);
  return {
    usage,
    median: middle,
    monthsCompared: before.length,
    unusual: middle !== undefined && compare(usage, multiply(middle, integer(UNUSUAL_FACTOR))) > 0,
  };
}

/** Facts for the anomaly "an opening reading older than the day before the first covered day" (money-rules 2). */
export interface OpeningAge {
  readonly standsOn: CivilDate;
  readonly expectedOn: CivilDate;
  readonly old: boolean;
}

export function openingAge(consumption: Consumption, firstCoveredDay: CivilDate): OpeningAge {
  const { standsOn } = consumption.opening;
  const expectedOn = addDays(firstCoveredDay, -1);
  return { standsOn, expectedOn, old: standsOn < expectedOn };
}
