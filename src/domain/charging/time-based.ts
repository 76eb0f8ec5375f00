import { evaluateFormula } from "../formula/evaluate.ts";
import { parseFormula } from "../formula/formula.ts";
import { integer, isNegative, ONE, parseRatio, type Ratio, ratio } from "../money/ratio.ts";
import { type CivilDate, formatDate } from "../time/civil-date.ts";
import type { ChargeTerms, DecimalText, Proration } from "../world/lease.ts";
import { constant, fenOf, minOf, productOf, quotientOf, roundedTo, sumOf, type Traced } from "./derivation.ts";
import { type LineComputation, type ParkedLine, parked } from "./line.ts";
import { cellLabel } from "./periods.ts";
import type { PercentStep } from "./price-timeline.ts";

export type UnitAreas = readonly { readonly unit: string; readonly areaSqm: DecimalText }[];

/** One price with one quantity. Index into it from the parts of a month. */
export type RateInputs = {
  readonly per: "month" | "sqm-day";
  readonly base:
    | { readonly price: DecimalText; readonly since: CivilDate }
    | {
        readonly formula: string;
        /** The names that the formula uses, but `area`. */
        readonly variables: { readonly [name: string]: DecimalText };
        /** Present when the formula names `area`. */
        readonly units?: UnitAreas;
      };
  readonly steps: readonly PercentStep[];
  /** Count of a fixed charge, areas of an area charge, null for a formula. */
  readonly quantity: { readonly count: DecimalText } | { readonly units: UnitAreas } | null;
};

/** The covered days of one month of the period, by rate. */
export type CellInputs = {
  /** "2026-09", or the first day of a rent month. */
  readonly cell: string;
  readonly cellDays: number;
  readonly proration: Proration;
  /** Those of all parts, but all days of the month where they are covered and an amendment cut it in two lines. */
  readonly coveredDays: number;
  readonly parts: readonly { readonly days: number; readonly rate: number }[];
};

/** Everything that a time-based line is computed from; it can be computed again from this alone (I14). */
export type TimeBasedInputs = {
  readonly type: "time-based";
  readonly charge: string;
  readonly period: { readonly from: CivilDate; readonly to: CivilDate };
  readonly roundTo: ChargeTerms["roundTo"];
  readonly rates: readonly RateInputs[];
  readonly cells: readonly CellInputs[];
};

/**
 * A time-based charge (money-rules 3.1): price × quantity × Σ fraction(month), or price × area × covered days, exact
 * until it is rounded once. Parks with FORMULA_ERROR and NEGATIVE_RESULT.
 */
export function computeTimeBased(inputs: TimeBasedInputs): LineComputation {
  const exact = chargeOn(inputs.rates, inputs.cells);
  if ("ok" in exact) return exact;
  if (isNegative(exact.ratio)) {
    return parked("NEGATIVE_RESULT", `费用 ${inputs.charge} 的计算结果小于零，请检查价格或公式`);
  }
  const rounded = roundedTo("round", "应收金额（元）", exact, inputs.roundTo);
  return {
    ok: true,
    exactYuan: exact.ratio,
    amountFen: fenOf(rounded.ratio),
    estimated: false,
    inputs,
    derivation: rounded.node,
  };
}

/** The exact charge on the covered days of the cells: for a charge all of them, for a discount those in its range. */
export function chargeOn(rates: readonly RateInputs[], cells: readonly CellInputs[]): Traced | ParkedLine {
  const terms: Traced[] = [];
  for (const [index, rate] of rates.entries()) {
    const months = monthsAt(rate, index, cells);
    if (months.length === 0) continue;
    const price = priceOf(rate);
    if ("ok" in price) return price;
    const span = sumOf(rate.per === "sqm-day" ? "计费天数" : "计费月数", months);
    const quantity = quantityOf(rate);
    terms.push(quantity ? productOf("单价×数量×时间", price, quantity, span) : productOf("月金额×时间", price, span));
  }
  return sumOf("各段合计（元）", terms);
}

/** Fractions of months, or days, that count at a rate. */
function monthsAt(rate: RateInputs, index: number, cells: readonly CellInputs[]): readonly Traced[] {
  const months: Traced[] = [];
  for (const cell of cells) {
    for (const part of cell.parts) {
      if (part.rate !== index) continue;
      const label = cellLabel(cell.cell);
      months.push(
        rate.per === "sqm-day" ? constant(`${label}天数`, integer(part.days)) : fractionOf(cell, part.days, label),
      );
    }
  }
  return months;
}

const DAYS_OF_THIRTY = integer(30);
const DAYS_OF_YEAR = integer(365);
const MONTHS_OF_YEAR = integer(12);

/**
 * Fraction of a month (money-rules 3.1) for a part of its covered days. A month of which every day is covered counts 1,
 * or, split by a step, each part its days ÷ days in the month (3.3).
 */
export function fractionOf(cell: CellInputs, days: number, label: string): Traced {
  const whole = cell.coveredDays === cell.cellDays;
  if (cell.proration === "whole" || (whole && days === cell.cellDays)) return constant(`${label}整月`, ONE);
  const counted = constant(`${label}计费天数`, integer(days));
  if (whole || cell.proration === "actual") {
    return quotientOf(label, counted, constant(`${label}天数`, integer(cell.cellDays)));
  }
  if (cell.proration === "thirty") {
    const thirtieth = quotientOf(label, counted, constant("每月按30天", DAYS_OF_THIRTY));
    return minOf(`${label}（不超过1）`, thirtieth, constant("上限", ONE));
  }
  const annual = productOf("天数×12", counted, constant("每年月数", MONTHS_OF_YEAR));
  return quotientOf(label, annual, constant("每年按365天", DAYS_OF_YEAR));
}

function quantityOf({ quantity }: RateInputs): Traced | undefined {
  if (quantity === null) return undefined;
  return "count" in quantity ? constant("数量", quantity.count) : areaOf(quantity.units);
}

const areaOf = (units: UnitAreas): Traced =>
  sumOf(
    "计费面积（㎡）",
    units.map(({ unit, areaSqm }) => constant(`${unit}面积`, areaSqm)),
  );

/** The price after its percent steps, each rounded to its scale (money-rules 3.3). */
function priceOf(rate: RateInputs): Traced | ParkedLine {
  const { base, steps } = rate;
  let price: Traced;
  if ("price" in base) {
    price = constant(`${formatDate(base.since)}起单价`, base.price);
  } else {
    const value = formulaValue(base.formula, base.variables, base.units);
    if ("ok" in value) return value;
    price = value;
  }
  for (const { on, percent, scale } of steps) {
    const factor = constant(`递增${percent}%`, add100(percent));
    const day = formatDate(on);
    price = roundedTo("round", `${day}起单价`, productOf(`${day}递增`, price, factor), stepOf(scale));
  }
  return price;
}

function formulaValue(
  expression: string,
  variables: { readonly [name: string]: DecimalText },
  units: UnitAreas | undefined,
): Traced | ParkedLine {
  const parsed = parseFormula(expression);
  if (!parsed.ok) return parked("FORMULA_ERROR", parsed.message);
  const values = new Map<string, Traced>();
  for (const [name, value] of Object.entries(variables)) values.set(name, constant(name, value));
  if (units) values.set("area", areaOf(units));
  const evaluation = evaluateFormula(parsed.formula, values);
  return evaluation.ok ? evaluation.result : parked("FORMULA_ERROR", evaluation.message);
}

/** "5" → 1.05 */
function add100(percent: DecimalText): Ratio {
  const { numerator, denominator } = parseRatio(percent);
  return ratio(numerator + 100n * denominator, 100n * denominator);
}

/** 4 → "0.0001" */
const stepOf = (decimals: number): DecimalText => (decimals === 0 ? "1" : `0.${"0".repeat(decimals - 1)}1`);
