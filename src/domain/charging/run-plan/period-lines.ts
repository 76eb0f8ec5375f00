import { parseFormula } from "../../formula/formula.ts";
import { computeMeteredCharge } from "../../metering/metered-charge.ts";
import type { MeterRun } from "../../metering/service-month.ts";
import type { TariffSpan } from "../../metering/tariff-rows.ts";
import { poolLineOf } from "../../pools/pool-line.ts";
import { formatMonth, fromDayNumber, type Month } from "../../time/civil-date.ts";
import type { ChargeTerms } from "../../world/lease.ts";
import { type BillingStretch, billableDays, billedByMonths, buildStretches } from "../billing-stretch.ts";
import { clip, countDays, type DaySpan, hull, toDateRange } from "../days.ts";
import { computeDiscount, type DiscountPiece, leftAfter } from "../discounts.ts";
import { type ChargeTimeline, type LeaseTimeline, termsOn } from "../lease-timeline.ts";
import { type JsonValue, type LineComputation, type ParkedLine, parked } from "../line.ts";
import { firstDayOfIndex, monthIndexOfDay, monthOfIndex } from "../month-index.ts";
import { buildRateTimeline, type RateSegment } from "../rate-timeline.ts";
import { computeTimeBased, type TimeBasedInputs } from "../time-based.ts";
import { formulaVariable, gatherTimeBased } from "../time-based-inputs.ts";
import { computeUsageFormula, type UsageFormulaPart } from "../usage-formula.ts";
import { type BillingIndex, billedThroughOf } from "./billing-index.ts";
import { type PoolMonths, poolMonthKey } from "./pool-months.ts";

/** A charge of a lease, prepared once for all its periods. */
export interface ChargeWork {
  readonly index: BillingIndex;
  readonly poolMonths: PoolMonths;
  readonly lease: LeaseTimeline;
  readonly charge: ChargeTimeline;
  readonly stretches: readonly { readonly stretch: BillingStretch; readonly billable: readonly DaySpan[] }[];
  readonly rates: readonly RateSegment[];
}

export function prepareCharge(
  index: BillingIndex,
  poolMonths: PoolMonths,
  lease: LeaseTimeline,
  charge: ChargeTimeline,
): ChargeWork {
  const through = billedThroughOf(index, lease.terms.code, charge.code);
  const stretches = buildStretches(lease, charge).map((stretch) => ({
    stretch,
    billable: billableDays(stretch, through),
  }));
  return { index, poolMonths, lease, charge, stretches, rates: buildRateTimeline(lease, charge, index.units) };
}

/** A line that can say what it rests on before it is computed, so that unchanged lines need not be. */
export interface LineSource {
  readonly ok: true;
  readonly inputs: JsonValue;
  readonly compute: () => LineComputation;
}

/** The charge line of one (cut) period with its discounts. */
export interface PeriodLines {
  readonly period: DaySpan;
  /** Terms on the first day of the period: kind, entity, tax rate, due day. */
  readonly terms: ChargeTerms;
  readonly stretch: BillingStretch;
  readonly source: LineSource | ParkedLine;
  readonly discounts: readonly { readonly ordinal: number; readonly pieces: readonly DiscountPiece[] }[];
}

export function linesOfPeriod(work: ChargeWork, stretch: BillingStretch, period: DaySpan): PeriodLines {
  const terms = termsOn(work.charge, period.from);
  if (!terms) throw new RangeError(`charge ${work.charge.code} has no terms on its first day`);
  const common = { period, terms, stretch };
  switch (stretch.family) {
    case "time-based": {
      const { lease, charge, rates } = work;
      const billed = billedByMonths(work.stretches, stretch);
      const gathered = gatherTimeBased({ lease, charge, rates, grid: stretch.grid, period, billed });
      if (!gathered.ok) return { ...common, source: gathered, discounts: [] };
      const inputs = gathered.charge;
      const source: LineSource = { ok: true, inputs, compute: () => computeTimeBased(inputs) };
      return { ...common, source, discounts: gathered.discounts };
    }
    case "metered":
      return { ...common, source: computedSource(meteredLine(work, stretch, period, terms)), discounts: [] };
    case "usage-formula":
      return { ...common, source: computedSource(usageLine(work, stretch, period, terms)), discounts: [] };
    case "pool":
      return { ...common, source: computedSource(poolLine(work, period, terms)), discounts: [] };
    default:
      return stretch.family satisfies never;
  }
}

const computedSource = (line: LineComputation): LineSource | ParkedLine =>
  line.ok ? { ok: true, inputs: line.inputs, compute: () => line } : line;

/** The discount lines of a computed charge in list order, each cut to what the ones before it left (money-rules 3.4). */
export function computeDiscounts(
  lines: PeriodLines,
  chargeInputs: TimeBasedInputs,
  chargeFen: bigint,
): readonly { readonly ordinal: number; readonly line: LineComputation }[] {
  let discountsFen = 0n;
  return lines.discounts.map(({ ordinal, pieces }) => {
    const { charge, period, roundTo, rates } = chargeInputs;
    const left = leftAfter(chargeFen, discountsFen);
    const line = computeDiscount({ type: "discount", charge, ordinal, period, roundTo, rates, pieces, left });
    if (line.ok) discountsFen += line.amountFen;
    return { ordinal, line };
  });
}

const monthOfDay = (day: number): Month => monthOfIndex(monthIndexOfDay(day));

/** Where an opening position billed the beginning of the month, the charge counts from the day behind it. */
function meterRun(work: ChargeWork, stretch: BillingStretch, period: DaySpan): MeterRun {
  const run = hull(stretch.runDays) ?? period;
  const monthStart = firstDayOfIndex(monthIndexOfDay(period.from));
  const from = period.from > Math.max(run.from, monthStart) ? period.from : run.from;
  return { run: toDateRange({ from, to: run.to }), leaseEnd: work.lease.end };
}

function meteredLine(work: ChargeWork, stretch: BillingStretch, period: DaySpan, terms: ChargeTerms): LineComputation {
  const { index } = work;
  if (terms.rule.type !== "metered") throw new RangeError("not a metered charge");
  const meter = index.meters.get(terms.rule.meter);
  if (!meter) return parked("READING_MISSING", `表计 ${terms.rule.meter} 没有登记，请补录`);
  const tariffs: TariffSpan[] = [];
  for (const { from, to, terms: agreed } of stretch.segments) {
    if (agreed.rule.type !== "metered" || to < period.from || from > period.to) continue;
    const tariff = index.tariffs.get(agreed.rule.tariff);
    if (!tariff) return parked("TARIFF_MISSING", `价格 ${agreed.rule.tariff} 没有登记，请补录`);
    if (tariffs.at(-1)?.tariff === tariff) continue;
    tariffs.push(from <= period.from ? { tariff } : { from: fromDayNumber(from), tariff });
  }
  return computeMeteredCharge({
    month: monthOfDay(period.from),
    meter,
    readings: index.readings.get(meter.code) ?? [],
    tariffs,
    roundTo: terms.roundTo,
    ...meterRun(work, stretch, period),
  });
}

function usageLine(work: ChargeWork, stretch: BillingStretch, period: DaySpan, terms: ChargeTerms): LineComputation {
  const { index, lease, charge } = work;
  const parts: UsageFormulaPart[] = [];
  const covered = clip(charge.coveredDays, period);
  for (const [position, rate] of work.rates.entries()) {
    const to = (work.rates[position + 1]?.from ?? Number.POSITIVE_INFINITY) - 1;
    const days = countDays(clip(covered, { from: rate.from, to }));
    if (days === 0 || rate.terms.rule.type !== "formula") continue;
    const { expression } = rate.terms.rule;
    const bare = rate.area?.units.find((unit) => unit.areaSqm === undefined);
    if (bare) {
      return parked("UNIT_WITHOUT_AREA", `单元 ${bare.unit} 没有登记面积，费用 ${charge.code} 无法计算，请补录面积`);
    }
    const units = rate.area?.units.flatMap(({ unit, areaSqm }) => (areaSqm === undefined ? [] : [{ unit, areaSqm }]));
    const parsed = parseFormula(expression);
    const variables: Record<string, string> = {};
    for (const name of parsed.ok ? parsed.formula.names : []) {
      const value = formulaVariable(name, lease.terms, period);
      if (value !== undefined) variables[name] = value;
    }
    parts.push({ days, expression, variables, ...(units ? { units } : {}) });
  }
  const code = terms.rule.type === "formula" ? terms.rule.meter : undefined;
  const meter = code === undefined ? undefined : index.meters.get(code);
  if (!meter) return parked("FORMULA_ERROR", `费用 ${charge.code} 的公式用到 usage，但没有指定已登记的表计`);
  return computeUsageFormula({
    charge: charge.code,
    roundTo: terms.roundTo,
    parts,
    month: monthOfDay(period.from),
    meter,
    readings: index.readings.get(meter.code) ?? [],
    ...meterRun(work, stretch, period),
  });
}

function poolLine(work: ChargeWork, period: DaySpan, terms: ChargeTerms): LineComputation {
  if (terms.rule.type !== "pool") throw new RangeError("not a pool charge");
  const month = monthOfDay(period.from);
  const computed = work.poolMonths.get(poolMonthKey(terms.rule.pool, month));
  if (!computed) {
    return parked("POOL_INCOMPLETE", `公摊 ${terms.rule.pool} 没有${formatMonth(month)}的分摊结果，请先计算公摊`);
  }
  return poolLineOf(computed, work.lease.terms.code);
}
