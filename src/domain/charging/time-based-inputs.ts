import { parseFormula } from "../formula/formula.ts";
import { toDayNumber } from "../time/civil-date.ts";
import type { DecimalText, Discount, LeaseTerms, Proration } from "../world/lease.ts";
import { clip, countDays, type DaySpan, daysIn, toDateRange } from "./days.ts";
import type { DiscountPiece } from "./discounts.ts";
import { type ChargeTimeline, type LeaseTimeline, termsOn } from "./lease-timeline.ts";
import { type ParkedLine, parked } from "./line.ts";
import { calendarMonthsTouched, type MonthCell, monthCells, type PeriodGrid } from "./periods.ts";
import type { PriceBase } from "./price-timeline.ts";
import type { RateSegment } from "./rate-timeline.ts";
import type { CellInputs, RateInputs, TimeBasedInputs, UnitAreas } from "./time-based.ts";

/** A charge on one period: what its inputs are gathered from. */
export interface ChargePeriod {
  readonly lease: LeaseTimeline;
  readonly charge: ChargeTimeline;
  readonly rates: readonly RateSegment[];
  readonly grid: PeriodGrid;
  /** Cut to the days on which the charge runs. */
  readonly period: DaySpan;
  /**
   * The days on which these months are billed by this charge: those of the period and, where an amendment cut it inside a
   * month, those of the lines beside it (billedByMonths of billing-stretch.ts).
   */
  readonly billed: readonly DaySpan[];
}

/** Inputs of the charge line and of the discounts that hold a covered day, by ordinal, in list order. */
export interface GatheredCharge {
  readonly ok: true;
  readonly charge: TimeBasedInputs;
  readonly discounts: readonly { readonly ordinal: number; readonly pieces: readonly DiscountPiece[] }[];
}

/**
 * Gathers what a time-based line and its discounts are computed from: covered days by month and rate (money-rules 3.1 to
 * 3.4). Parks with UNIT_WITHOUT_AREA when a unit that counts on a covered day has no area.
 */
export function gatherTimeBased(target: ChargePeriod): GatheredCharge | ParkedLine {
  const { charge, grid, period } = target;
  const months = monthsOf(target, monthCells(grid, period));
  const used = new RateTable(target);
  const cells = cellsOf(target, months, (month) => month.covered, used);
  const discounts = discountsOf(target, months, used);
  if (used.unitWithoutArea !== undefined) {
    const message = `单元 ${used.unitWithoutArea} 没有登记面积，费用 ${charge.code} 无法计算，请补录面积`;
    return parked("UNIT_WITHOUT_AREA", message);
  }
  const roundTo = termsOn(charge, period.from)?.roundTo ?? "0.01";
  const line: TimeBasedInputs = {
    type: "time-based",
    charge: charge.code,
    period: toDateRange(period),
    roundTo,
    rates: used.rates,
    cells,
  };
  return { ok: true, charge: line, discounts };
}

/** A month of the period that has a covered day. */
interface CoveredMonth {
  readonly cell: MonthCell;
  /** The covered days of the month, in this line or in one beside it. */
  readonly covered: readonly DaySpan[];
  readonly firstCovered: number;
  readonly proration: Proration;
}

function monthsOf({ charge, billed }: ChargePeriod, cells: readonly MonthCell[]): readonly CoveredMonth[] {
  return cells.flatMap((cell) => {
    const covered = clip(charge.coveredDays, cell).flatMap((span) => clip(billed, span));
    const firstCovered = covered[0]?.from;
    if (firstCovered === undefined) return [];
    return [{ cell, covered, firstCovered, proration: termsOn(charge, firstCovered)?.proration ?? "actual" }];
  });
}

/**
 * The days of each month by rate. `daysOf` are those of the month that count: for a charge all that are covered, for a
 * discount those in its range. A month that is cut in two lines stays one month: where every day of it counts each line has
 * its days ÷ days in the month, and under `whole` all of it falls to the line that holds the first covered day, at the
 * price and area of that day.
 */
function cellsOf(
  { rates, period }: ChargePeriod,
  months: readonly CoveredMonth[],
  daysOf: (month: CoveredMonth) => readonly DaySpan[],
  used: RateTable,
): readonly CellInputs[] {
  const cells: CellInputs[] = [];
  for (const month of months) {
    const { cell, firstCovered, proration } = month;
    const days = daysOf(month);
    const counting = proration === "whole" ? (holds(period, firstCovered) ? days : []) : clip(days, period);
    if (counting.length === 0) continue;
    const cellDays = daysIn(cell);
    const coveredDays = countDays(days) === cellDays ? cellDays : countDays(counting);
    const parts: { days: number; rate: number }[] = [];
    if (proration === "whole") {
      const rate = rates.findLast((candidate) => candidate.from <= firstCovered);
      if (rate) parts.push({ days: coveredDays, rate: used.indexOf(rate) });
    } else {
      rates.forEach((rate, index) => {
        const next = rates[index + 1]?.from ?? Number.POSITIVE_INFINITY;
        const partDays = countDays(clip(counting, { from: rate.from, to: next - 1 }));
        if (partDays > 0) parts.push({ days: partDays, rate: used.indexOf(rate) });
      });
    }
    cells.push({ cell: cell.key, cellDays, proration, coveredDays, parts });
  }
  return cells;
}

const holds = (span: DaySpan, day: number): boolean => span.from <= day && day <= span.to;

function discountsOf(
  target: ChargePeriod,
  months: readonly CoveredMonth[],
  used: RateTable,
): GatheredCharge["discounts"] {
  const byOrdinal = new Map<number, DiscountPiece[]>();
  for (const { ordinal, discount, agreed } of agreedDiscounts(target)) {
    const range = { from: toDayNumber(discount.from), to: toDayNumber(discount.to) };
    const cells = cellsOf(
      target,
      months,
      // Under `whole` what is agreed on the first covered day holds for the month.
      ({ covered, firstCovered, proration }) => {
        const inRange = clip(covered, range);
        if (proration !== "whole") return clip(inRange, agreed);
        return holds(agreed, firstCovered) ? inRange : [];
      },
      used,
    );
    if (cells.length === 0) continue;
    const { from, to, percent, amountPerMonth } = discount;
    const piece: DiscountPiece = {
      from,
      to,
      ...(percent === undefined ? {} : { percent }),
      ...(amountPerMonth === undefined ? {} : { amountPerMonth }),
      cells,
    };
    byOrdinal.set(ordinal, [...(byOrdinal.get(ordinal) ?? []), piece]);
  }
  return [...byOrdinal].sort(([a], [b]) => a - b).map(([ordinal, pieces]) => ({ ordinal, pieces }));
}

interface AgreedDiscount {
  readonly ordinal: number;
  readonly discount: Discount;
  /** The days on which it stands at this place of the list. */
  readonly agreed: DaySpan;
}

/** The discounts of the charge in order of date; an amendment that names none or repeats one leaves it whole. */
function agreedDiscounts({ charge }: ChargePeriod): readonly AgreedDiscount[] {
  const all: AgreedDiscount[] = [];
  let before: readonly AgreedDiscount[] = [];
  for (const { from, to, terms } of charge.segments) {
    before = terms.discounts.map((discount, ordinal) => {
      const last = before[ordinal];
      const known = last && last.agreed.to + 1 === from && isSameDiscount(last.discount, discount) ? last : undefined;
      if (known) all.splice(all.indexOf(known), 1);
      const row = { ordinal, discount, agreed: { from: known?.agreed.from ?? from, to } };
      all.push(row);
      return row;
    });
  }
  return all;
}

const isSameDiscount = (a: Discount, b: Discount): boolean =>
  a.from === b.from && a.to === b.to && a.percent === b.percent && a.amountPerMonth === b.amountPerMonth;

/** The rates that a line uses, in the order in which they are met. */
class RateTable {
  readonly rates: RateInputs[] = [];
  unitWithoutArea: string | undefined;
  readonly #target: ChargePeriod;
  readonly #index = new Map<RateSegment, number>();

  constructor(target: ChargePeriod) {
    this.#target = target;
  }

  indexOf(rate: RateSegment): number {
    const known = this.#index.get(rate);
    if (known !== undefined) return known;
    const index = this.rates.length;
    this.#index.set(rate, index);
    this.rates.push(this.#inputsOf(rate));
    return index;
  }

  #inputsOf({ terms: { rule }, price: { base, steps }, area }: RateSegment): RateInputs {
    const units = area && this.#areas(area.units);
    const { lease, period } = this.#target;
    return {
      per: rule.type === "area" && rule.per === "sqm-day" ? "sqm-day" : "month",
      base: baseInputs(base, lease.terms, period, units),
      steps,
      quantity: rule.type === "fixed" ? { count: rule.quantity } : rule.type === "area" ? { units: units ?? [] } : null,
    };
  }

  #areas(units: readonly { readonly unit: string; readonly areaSqm: DecimalText | undefined }[]): UnitAreas {
    return units.flatMap(({ unit, areaSqm }) => {
      if (areaSqm !== undefined) return [{ unit, areaSqm }];
      this.unitWithoutArea ??= unit;
      return [];
    });
  }
}

function baseInputs(
  base: PriceBase,
  lease: LeaseTerms,
  period: DaySpan,
  units: UnitAreas | undefined,
): RateInputs["base"] {
  if ("price" in base) return base;
  const parsed = parseFormula(base.formula);
  const names = parsed.ok ? parsed.formula.names : new Set<string>();
  const variables: Record<string, DecimalText> = {};
  for (const name of names) {
    const value = formulaVariable(name, lease, period);
    if (value !== undefined) variables[name] = value;
  }
  return { formula: base.formula, variables, ...(units && names.has("area") ? { units } : {}) };
}

/** What a name of a formula stands for; `area` and `usage` are found elsewhere and hide an input of that name. */
export function formulaVariable(name: string, lease: LeaseTerms, period: DaySpan): DecimalText | undefined {
  if (name === "area" || name === "usage" || name.startsWith("usage.")) return undefined;
  if (name === "months") return String(calendarMonthsTouched(period));
  if (name === "headcount") return lease.headcount;
  return Object.hasOwn(lease.inputs, name) ? lease.inputs[name] : undefined;
}
