import type { Derivation } from "../charging/derivation.ts";
import type { UsageFormulaInputs } from "../charging/usage-formula.ts";
import type { MeteredInputs, MeterInputs, ReadingInputs } from "../metering/metered-inputs.ts";
import { parseFormattedRatio, sum } from "../money/ratio.ts";
import { addDays, type CivilDate, firstDayOf, formatDate, later, type Month } from "../time/civil-date.ts";
import { argumentOf, type Draft, figureOf, ROUNDING, type Step } from "./explanation.ts";
import { formatMeasure, formatNumber } from "./figures.ts";
import { totalArea } from "./time-based.ts";

export const USAGE_UNITS: Readonly<Record<MeterInputs["utility"], string>> = {
  electricity: "度",
  water: "吨",
  gas: "立方米",
};

/** Sums that only hold terms together; everything below them is a quantity with its price. */
const SUMS_OF_TERMS: ReadonlySet<string> = new Set(["各段合计", "分时金额", "阶梯金额"]);
const READINGS_SHOWN_MAX = 2;

/** Usage × price, a term for each register, tier and tariff row. */
export function draftMetered(inputs: MeteredInputs, derivation: Derivation): Draft {
  const unit = USAGE_UNITS[inputs.meter.utility];
  const terms = usageTerms(derivation);
  const isTiered = terms.some((term) => term.label.startsWith("第"));
  // Said only where the month is split: else it is the price, whenever it began.
  const isSplit = new Set(terms.map(sinceOf)).size > 1;
  const steps: Step[] = terms.flatMap((term) => {
    const [quantity, price] = term.args ?? [];
    if (!quantity || !price) return [];
    const name = term.label.replace(/(?:时段)?金额$/, "");
    const since = isSplit ? sinceOf(term) : undefined;
    const readings = isTiered ? "" : readingsText(quantity);
    const usage = `${formatNumber(figureOf(quantity))}${unit}${readings === "" ? "" : `（${readings}）`}`;
    const text = `${since === undefined ? "" : `${since}起`}${name} ${usage} × ${formatPrice(price)}元`;
    return [{ text, yuan: figureOf(term) }];
  });
  const usage = sum(terms.flatMap((term) => (term.args?.[0] ? [figureOf(term.args[0])] : [])));
  const facts = [readingFact(inputs)];
  if (isTiered) facts.push(`用量合计${formatNumber(usage)}${unit}，按阶梯分档计价`);
  return {
    facts: [...facts, ...meterFacts(inputs)],
    steps,
    outlook: outlookOf(inputs.readings),
    rounding: ROUNDING[inputs.roundTo] ?? "取整",
  };
}

/** A formula of usage: the figures that go into it, then what it comes to. */
export function draftUsageFormula(inputs: UsageFormulaInputs, derivation: Derivation): Draft {
  const unit = USAGE_UNITS[inputs.meter.utility];
  const exact = argumentOf(derivation, 0);
  const nodes = exact?.label === "各段合计（元）" && exact.op === "sum" ? (exact.args ?? []) : exact ? [exact] : [];
  const usage = exact && findUsage(exact);
  const facts = [readingFact(inputs)];
  if (usage) facts.push(`usage（用量）= ${formatNumber(figureOf(usage))}${unit}`);
  const days = inputs.parts.reduce((total, part) => total + part.days, 0);
  const steps = inputs.parts.flatMap((part, index): Step[] => {
    const node = nodes[index];
    if (!node) return [];
    const values = Object.entries(part.variables).map(([name, value]) => `${name}=${value}`);
    if (part.units) values.push(`area=${formatNumber(totalArea(part.units))}`);
    const share = inputs.parts.length === 1 ? "" : ` × ${part.days}天/${days}天`;
    const text = `按合同公式 ${part.expression}${values.length > 0 ? `（${values.join("，")}）` : ""}${share}`;
    return [{ text, yuan: figureOf(node) }];
  });
  return {
    facts: [...facts, ...meterFacts(inputs)],
    steps,
    outlook: outlookOf(inputs.readings),
    rounding: ROUNDING[inputs.roundTo] ?? "取整",
  };
}

/** The products of a quantity and a price that a metered amount is made of. */
export function usageTerms(derivation: Derivation): readonly Derivation[] {
  const exact = argumentOf(derivation, 0);
  return exact ? flattened(exact) : [];
}

const flattened = (node: Derivation): readonly Derivation[] =>
  node.op === "sum" && SUMS_OF_TERMS.has(node.label) ? (node.args ?? []).flatMap(flattened) : [node];

/** "2026年8月16日" of "峰单价（2026年8月16日起）". */
const sinceOf = (term: Derivation): string | undefined => /（(.+)起）/.exec(term.args?.[1]?.label ?? "")?.[1];

const formatPrice = (price: Derivation): string => formatMeasure(figureOf(price));

/** "6,460.5→7,762.5，倍率40" of a register; "" where it did not come straight from readings. */
function readingsText(quantity: Derivation): string {
  const spans = quantity.op === "sum" && quantity.label.endsWith("用量") ? (quantity.args ?? []) : [quantity];
  const texts = spans.map(spanText);
  if (texts.length > READINGS_SHOWN_MAX || texts.includes("")) return "";
  return texts.join("；");
}

function spanText(node: Derivation): string {
  const [first, second] = node.args ?? [];
  if (node.op === "product" && second?.label === "倍率" && first) {
    const inner = spanText(first);
    return inner === "" ? "" : `${inner}，倍率${formatNumber(figureOf(second))}`;
  }
  if (node.op !== "difference" || first?.op !== "constant" || second?.op !== "constant") return "";
  return `${formatNumber(figureOf(second))}→${formatNumber(figureOf(first))}`;
}

interface Metered {
  readonly month: Month;
  readonly run: { readonly from: CivilDate };
  readonly meter: MeterInputs;
  readonly readings: readonly ReadingInputs[];
}

/** The readings of the service month itself; a yearly ladder stores those since its beginning. */
export function readingsOfMonth({ month, run, readings }: Metered): readonly ReadingInputs[] {
  const eve = addDays(later(firstDayOf(month), run.from), -1);
  const opening = readings.findLastIndex((reading) => reading.standsOn <= eve);
  return readings.slice(Math.max(0, opening));
}

function readingFact(inputs: Metered): string {
  const readings = readingsOfMonth(inputs);
  const [opening] = readings;
  const closing = readings.at(-1);
  if (!opening || !closing) return `表计${inputs.meter.code}`;
  const total = inputs.meter.registers.length === 1 ? "total" : undefined;
  const value = (reading: ReadingInputs) => {
    const text = total && reading.values[total];
    return text === undefined ? "" : `读数${formatNumber(parseFormattedRatio(text))}`;
  };
  const dates = [formatDate(opening.standsOn), formatDate(closing.standsOn)];
  return total === undefined
    ? `表计${inputs.meter.code}，抄表日${dates.join("至")}`
    : `表计${inputs.meter.code}：${dates[0]}${value(opening)}，${dates[1]}${value(closing)}`;
}

function meterFacts(inputs: Metered): readonly string[] {
  const [, ...counted] = readingsOfMonth(inputs);
  const facts: string[] = [];
  for (const reading of counted) {
    if (reading.kind === "replacement") facts.push(`${formatDate(reading.standsOn)}更换表计，旧表和新表分段计量`);
    if (reading.rollover) facts.push(`${formatDate(reading.standsOn)}表计走满归零，已加回一整圈`);
  }
  if (readingsOfMonth(inputs)[0]?.kind === "estimated") facts.push("上期按估读计费，本期按实抄读数多退少补");
  return facts;
}

const outlookOf = (readings: readonly ReadingInputs[]): readonly string[] =>
  readings.at(-1)?.kind === "estimated" ? ["本期止码为估读，下次实抄后自动多退少补"] : [];

/** The first quantity of a formula that comes from readings. */
function findUsage(node: Derivation): Derivation | undefined {
  if (node.label === "用量" || node.label.endsWith("读数差") || node.label.endsWith("用量")) return node;
  for (const argument of node.args ?? []) {
    const found = findUsage(argument);
    if (found) return found;
  }
  return undefined;
}
