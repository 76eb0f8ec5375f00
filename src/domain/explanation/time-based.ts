import type { Derivation } from "../charging/derivation.ts";
import type { CellInputs, RateInputs, TimeBasedInputs, UnitAreas } from "../charging/time-based.ts";
import { parseRatio, type Ratio, sum } from "../money/ratio.ts";
import { contains, daysInRange, formatDate } from "../time/civil-date.ts";
import { argumentOf, type Draft, figureOf, ROUNDING, type Step } from "./explanation.ts";
import { formatExactYuan, formatMeasure, formatNumber } from "./figures.ts";

/** Units that are named one by one; of more only the sum is said. */
const UNITS_NAMED_MAX = 3;
const FRACTIONS_SHOWN_MAX = 3;

/** Price × quantity × time, a term for each price or area, in the order in which they held. */
export function draftTimeBased({ rates, cells, period, roundTo }: TimeBasedInputs, derivation: Derivation): Draft {
  const facts: string[] = [];
  const coveredDays = cells.reduce((days, cell) => days + cell.coveredDays, 0);
  const freeDays = daysInRange(period) - coveredDays;
  if (freeDays > 0) facts.push(`本期共${daysInRange(period)}天，其中${freeDays}天免租或不计费`);
  const steps: Step[] = [];
  let before: RateInputs | undefined;
  for (const { rate, term } of pricedTerms(rates, cells, derivation)) {
    const priced = argumentOf(term, 0);
    if (!priced) continue;
    const price = figureOf(priced);
    facts.push(...priceFacts(rate, price, before), ...areaFacts(rate, before));
    const text = [
      changeText(rate, price, period, before),
      factors(rate, price, timeText(rate, rates.indexOf(rate), cells)),
    ];
    steps.push({ text: text.join(""), yuan: figureOf(term) });
    before = rate;
  }
  return { facts, steps, rounding: ROUNDING[roundTo] ?? "取整" };
}

/** The terms of a charge's exact sum with the rate behind each. */
export function pricedTerms(
  rates: readonly RateInputs[],
  cells: readonly CellInputs[],
  derivation: Derivation,
): readonly { readonly rate: RateInputs; readonly term: Derivation }[] {
  const used = rates.filter((_rate, index) => cells.some((cell) => cell.parts.some((part) => part.rate === index)));
  const exact = argumentOf(derivation, 0);
  const terms = exact?.label === "各段合计（元）" && exact.op === "sum" ? (exact.args ?? []) : exact ? [exact] : [];
  return used.flatMap((rate, index) => {
    const term = terms[index];
    return term ? [{ rate, term }] : [];
  });
}

/** How the price came about: the steps behind it, or the formula with its values. */
function priceFacts(rate: RateInputs, price: Ratio, before: RateInputs | undefined): readonly string[] {
  const { base, steps } = rate;
  const last = steps.at(-1);
  if ("formula" in base) {
    const values = Object.entries(base.variables).map(([name, value]) => `${name}=${value}`);
    const area = base.units ? [`area=${formatNumber(totalArea(base.units))}`] : [];
    const all = [...values, ...area];
    return [
      `每月金额按合同公式 ${base.formula}${all.length > 0 ? `（${all.join("，")}）` : ""} 为${formatExactYuan(price)}`,
    ];
  }
  if (!last || before) return [];
  const times =
    steps.length === 1 ? `自${formatDate(last.on)}` : `经${steps.length}次调整，最近一次自${formatDate(last.on)}`;
  return [`单价${formatMeasure(parseRatio(base.price))}元${times}递增${last.percent}%，现为${formatMeasure(price)}元`];
}

function areaFacts({ quantity }: RateInputs, before: RateInputs | undefined): readonly string[] {
  if (quantity === null || !("units" in quantity) || quantity.units.length < 2) return [];
  if (quantity.units.length > UNITS_NAMED_MAX || before) return [];
  const units = quantity.units.map(({ unit, areaSqm }) => `${unit} ${formatMeasure(parseRatio(areaSqm))}㎡`);
  return [`面积：${units.join(" + ")}`];
}

/** What changed inside the period and led to a term of its own. */
function changeText(
  rate: RateInputs,
  price: Ratio,
  period: TimeBasedInputs["period"],
  before: RateInputs | undefined,
): string {
  if (!before) return "";
  const step = rate.steps.at(-1);
  if (step && contains(period, step.on) && rate.steps.length > before.steps.length) {
    return `${formatDate(step.on)}起单价调整为${formatMeasure(price)}元：`;
  }
  if ("since" in rate.base && contains(period, rate.base.since)) {
    return `${formatDate(rate.base.since)}起单价调整为${formatMeasure(price)}元：`;
  }
  return "units" in (rate.quantity ?? {}) ? "面积变化后：" : "调整后：";
}

function factors({ per, quantity, base }: RateInputs, price: Ratio, time: string): string {
  const unit = per === "sqm-day" ? "元/㎡·天" : "元";
  const first = "formula" in base ? formatExactYuan(price) : `${formatMeasure(price)}${unit}`;
  if (quantity === null) return `${first} × ${time}`;
  if ("units" in quantity) return `${first} × ${formatMeasure(totalArea(quantity.units))}㎡ × ${time}`;
  return Number(quantity.count) === 1 ? `${first} × ${time}` : `${first} × ${quantity.count} × ${time}`;
}

export const totalArea = (units: UnitAreas): Ratio => sum(units.map(({ areaSqm }) => parseRatio(areaSqm)));

function timeText({ per }: RateInputs, index: number, cells: readonly CellInputs[]): string {
  const parts = cells.flatMap((cell) =>
    cell.parts.filter((part) => part.rate === index).map(({ days }) => ({ cell, days })),
  );
  if (per === "sqm-day") return `${parts.reduce((total, part) => total + part.days, 0)}天`;
  return monthsText(parts);
}

/** "30天/30天" for one whole month, "3个月", "(2个月 + 17天/31天)": the fractions of money-rules 3.1 in words. */
export function monthsText(parts: readonly { readonly cell: CellInputs; readonly days: number }[]): string {
  const whole = parts.filter(({ cell, days }) => cell.proration !== "whole" && days === cell.cellDays);
  const flat = parts.filter(({ cell }) => cell.proration === "whole");
  const [first] = parts;
  if (parts.length === 1 && first) {
    if (flat.length === 1) return first.days === first.cell.cellDays ? daysText(first) : "1个月（不足整月按整月）";
    return daysText(first);
  }
  const fractions = parts.filter((part) => !whole.includes(part) && !flat.includes(part));
  const months = whole.length + flat.length;
  if (fractions.length === 0) return `${months}个月`;
  const shown = fractions.slice(0, FRACTIONS_SHOWN_MAX).map(daysText);
  const more = fractions.length > FRACTIONS_SHOWN_MAX ? [`其余${fractions.length - FRACTIONS_SHOWN_MAX}段`] : [];
  const terms = [...(months > 0 ? [`${months}个月`] : []), ...shown, ...more];
  return terms.length === 1 ? (terms[0] ?? "") : `(${terms.join(" + ")})`;
}

function daysText({ cell, days }: { readonly cell: CellInputs; readonly days: number }): string {
  const coversAll = cell.coveredDays === cell.cellDays;
  if (coversAll || cell.proration === "actual" || cell.proration === "whole") return `${days}天/${cell.cellDays}天`;
  if (cell.proration === "thirty") return days >= 30 ? "1个月" : `${days}天/30天`;
  return `${days}天×12/365`;
}
