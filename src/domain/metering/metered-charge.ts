import { constant, fenOf, roundedTo, type Traced } from "../charging/derivation.ts";
import { type ComputedLine, type LineComputation, type ParkedLine, parked } from "../charging/line.ts";
import { formatRatio, isNegative, ZERO } from "../money/ratio.ts";
import { addDays, type DateRange, type Month } from "../time/civil-date.ts";
import type { ChargeTerms } from "../world/lease.ts";
import type { Meter } from "../world/property.ts";
import { type Consumption, checkRegisterSum, consumptionBetween } from "./consumption.ts";
import { meteredInputs } from "./metered-inputs.ts";
import { type MeterReadings, readingOn, type StandingReading } from "./reading-index.ts";
import { coveredDays, type MeterRun, openingOfLadderYear, openingOfMonth, serviceMonthOf } from "./service-month.ts";
import { type TariffSpan, tariffChangesIn, tariffRowOn } from "./tariff-rows.ts";
import { type PricedPart, priceParts } from "./usage-price.ts";
import { totalUsage } from "./usage-trace.ts";

/** A service month as a charge on a meter measures it. */
export interface MeasuredMonthInput extends MeterRun {
  readonly month: Month;
  readonly meter: Meter;
  /** The meter's own, of indexReadings. */
  readonly readings: MeterReadings;
}

export interface MeteredChargeInput extends MeasuredMonthInput {
  /** The tariffs that the charge follows, ascending; one without `from` unless an amendment changed it. */
  readonly tariffs: readonly TariffSpan[];
  readonly roundTo: ChargeTerms["roundTo"];
}

export interface MeasuredMonth {
  readonly ok: true;
  readonly covered: DateRange;
  readonly opening: StandingReading;
  readonly closing: StandingReading;
  readonly consumption: Consumption;
}

/**
 * Consumption of a charge's service month (money-rules 4): what metered charges price and what formulas call `usage`.
 * Parked with READING_MISSING, READING_WENT_BACK or REGISTER_SUM_MISMATCH. Throws RangeError when the charge runs on no
 * day of the month.
 */
export function measureServiceMonth(input: MeasuredMonthInput): MeasuredMonth | ParkedLine {
  const { meter, readings, month } = input;
  const service = serviceMonthOf(meter.code, readings, month, input);
  if (!service.ok) return service;
  const measured = consumptionBetween(meter, readings, service.opening, service.closing);
  if (!measured.ok) return measured;
  return checkRegisterSum(meter, measured.consumption) ?? { ...service, consumption: measured.consumption };
}

/**
 * A metered charge for one service month (money-rules 4): opening to closing, each part at its own tariff row, rounded
 * once. Negative only as the credit after an estimate. Parked as money-rules 2 lists it, the first code that holds.
 */
export function computeMeteredCharge(input: MeteredChargeInput): LineComputation {
  const { meter, readings, tariffs, roundTo } = input;
  const month = measureServiceMonth(input);
  if (!month.ok && month.code === "READING_MISSING") return month;
  const ladder = ladderPosition(input);
  if (!ladder.ok && ladder.code === "READING_MISSING") return ladder;
  if (!month.ok && month.code === "READING_WENT_BACK") return month;
  if (!ladder.ok) return ladder;
  if (!month.ok) return month;
  const parts = partsOf(meter, readings, tariffs, month);
  if ("code" in parts) return parts;
  const priced = priceParts(parts, ladder.position);
  if (!priced.ok) return priced;
  const exactYuan = priced.yuan.ratio;
  const { consumption } = month;
  if (isNegative(exactYuan) && !consumption.hasCredit) {
    return parked("NEGATIVE_RESULT", `表计 ${meter.code} 的金额小于零，请核对价格`);
  }
  const rounded = roundedTo("round", "四舍五入", priced.yuan, roundTo);
  return {
    ok: true,
    exactYuan,
    amountFen: fenOf(rounded.ratio),
    estimated: consumption.estimated,
    inputs: meteredInputs(input, month.covered, ladder.from ?? month.opening, month.closing),
    derivation: rounded.node,
    metered: meteredFacts(meter, consumption),
  };
}

/** What the anomalies of money-rules 2 look at; usage formulas carry it too. */
export const meteredFacts = (meter: Meter, consumption: Consumption): NonNullable<ComputedLine["metered"]> => ({
  meter: meter.code,
  usage: formatRatio(consumption.usage),
  openingStandsOn: consumption.opening.standsOn,
});

type Ladder = { readonly ok: true; readonly position: Traced; readonly from?: StandingReading } | ParkedLine;

/** Where the ladder stands at the month's opening: the year's usage so far for a tiered tariff by year, else zero. */
function ladderPosition(input: MeteredChargeInput): Ladder {
  const { meter, readings, month, run, tariffs } = input;
  const covered = coveredDays(month, run);
  const rows = covered ? [covered.from, ...tariffChangesIn(tariffs, covered)] : [];
  const yearly = rows.some((day) => {
    const tariff = tariffRowOn(tariffs, day)?.tariff;
    return tariff?.kind === "tiered" && tariff.basis === "year";
  });
  if (!yearly) return { ok: true, position: constant("阶梯起点", ZERO) };
  const from = openingOfLadderYear(readings, month, input);
  const opening = openingOfMonth(readings, month, input);
  if (!from || !opening) {
    const what = `表计 ${meter.code} 缺少 ${month.slice(0, 4)} 年阶梯起算读数`;
    return parked("READING_MISSING", `${what}（上年末或计费起始日前一天），请补录读数或批准估读`);
  }
  const before = consumptionBetween(meter, readings, from, opening);
  return before.ok ? { ok: true, position: totalUsage(before.consumption), from } : before;
}

/** Splits the month at the tariff changes on whose eve a reading stands. */
function partsOf(
  meter: Meter,
  readings: MeterReadings,
  tariffs: readonly TariffSpan[],
  { covered, opening, closing, consumption }: MeasuredMonth,
): readonly PricedPart[] | ParkedLine {
  const cuts = tariffChangesIn(tariffs, covered)
    .map((change) => ({ change, reading: readingOn(readings, addDays(change, -1)) }))
    .filter(({ reading }) => reading !== undefined && reading.reading.standsOn < closing.reading.standsOn);
  if (cuts.length === 0) return [{ row: tariffRowOn(tariffs, covered.from), consumption }];
  const parts: PricedPart[] = [];
  let from = opening;
  let firstDay = covered.from;
  for (const { change, reading } of [...cuts, { change: undefined, reading: closing }]) {
    if (!reading) continue;
    const measured = consumptionBetween(meter, readings, from, reading);
    if (!measured.ok) return measured;
    parts.push({ row: tariffRowOn(tariffs, firstDay), consumption: measured.consumption });
    from = reading;
    firstDay = change ?? firstDay;
  }
  return parts;
}
