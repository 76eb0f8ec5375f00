import { parseFormula } from "../formula/formula.ts";
import { toDayNumber } from "../time/civil-date.ts";
import type { DecimalText, LeaseTerms } from "../world/lease.ts";
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
  const covered = clip(charge.coveredDays, period);
  const months = monthCells(grid, period);
  const used = new RateTable(target);
  const cells = cellsOf(target, months, covered, covered, used);
  const discounts = discountsOf(target, months, covered, used);
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

/**
 * The days of each month by rate. `days` are those that count; `covered` are all covered days of the charge, which under
 * `whole` decide the price and area of the month and of its discounts.
 */
function cellsOf(
  { charge, rates }: ChargePeriod,
  months: readonly MonthCell[],
  covered: readonly DaySpan[],
  days: readonly DaySpan[],
  used: RateTable,
): readonly CellInputs[] {
  const cells: CellInputs[] = [];
  for (const month of months) {
    const counting = clip(days, month);
    const firstCovered = clip(covered, month)[0]?.from;
    if (counting.length === 0 || firstCovered === undefined) continue;
    const proration = termsOn(charge, firstCovered)?.proration ?? "actual";
    const coveredDays = countDays(counting);
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
    cells.push({ cell: month.key, cellDays: daysIn(month), proration, coveredDays, parts });
  }
  return cells;
}

function discountsOf(
  target: ChargePeriod,
  months: readonly MonthCell[],
  covered: readonly DaySpan[],
  used: RateTable,
): GatheredCharge["discounts"] {
  const byOrdinal = new Map<number, DiscountPiece[]>();
  for (const { from, to, list } of discountLists(target)) {
    list.forEach((discount, ordinal) => {
      const range = {
        from: Math.max(toDayNumber(discount.from), from),
        to: Math.min(toDayNumber(discount.to), to),
      };
      const days = range.from <= range.to ? clip(covered, range) : [];
      if (days.length === 0) return;
      const cells = cellsOf(target, months, covered, days, used);
      const { percent, amountPerMonth } = discount;
      const piece: DiscountPiece = {
        from: discount.from,
        to: discount.to,
        ...(percent === undefined ? {} : { percent }),
        ...(amountPerMonth === undefined ? {} : { amountPerMonth }),
        cells,
      };
      byOrdinal.set(ordinal, [...(byOrdinal.get(ordinal) ?? []), piece]);
    });
  }
  return [...byOrdinal].sort(([a], [b]) => a - b).map(([ordinal, pieces]) => ({ ordinal, pieces }));
}

/** The lists of discounts in force in the period; an amendment that names none leaves a list whole. */
function discountLists({ charge, period }: ChargePeriod) {
  const lists: (DaySpan & { list: ChargePeriod["charge"]["segments"][number]["terms"]["discounts"] })[] = [];
  for (const { from, to, terms } of charge.segments) {
    const last = lists.at(-1);
    if (last && last.list === terms.discounts) lists[lists.length - 1] = { ...last, to };
    else lists.push({ from, to, list: terms.discounts });
  }
  return lists.filter((entry) => entry.list.length > 0 && entry.from <= period.to && period.from <= entry.to);
}

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
