import type { JsonValue } from "../charging/line.ts";
import { replayLine } from "../charging/run-plan/replay.ts";
import { computeTimeBased, type TimeBasedInputs } from "../charging/time-based.ts";
import { computeUsageFormula, restoreUsageFormulaInput, type UsageFormulaInputs } from "../charging/usage-formula.ts";
import { computeMeteredCharge } from "../metering/metered-charge.ts";
import { type MeteredInputs, restoreMeteredInput } from "../metering/metered-inputs.ts";
import { type Fen, formatYuan, roundYuanToFen } from "../money/fen.ts";
import {
  add,
  compare,
  divide,
  isZero,
  multiply,
  parseFormattedRatio,
  parseRatio,
  type Ratio,
  ZERO,
} from "../money/ratio.ts";
import { costOfUsages } from "../pools/pool-cost.ts";
import { type PoolInputs, restorePoolCost } from "../pools/pool-inputs.ts";
import type { DateRange } from "../time/civil-date.ts";
import { typeOf } from "./changes.ts";
import { figureOf } from "./explanation.ts";
import { formatMeasure, formatNumber } from "./figures.ts";
import { USAGE_UNITS } from "./metered.ts";
import { pricedTerms } from "./time-based.ts";

/** Why a charge is more or less than before. */
export type EffectKind = "usage" | "price" | "share" | "terms";

export interface Effect {
  readonly kind: EffectKind;
  /** What changed, in words: "用量由1,085.5度变为990度". */
  readonly label: string;
  readonly amountFen: Fen;
}

export interface MonthComparison {
  readonly beforeFen: Fen;
  readonly afterFen: Fen;
  readonly differenceFen: Fen;
  /** Without those of 0 fen; they sum to the difference exactly. */
  readonly effects: readonly Effect[];
}

/** A line of the charge on a bill of the month. */
export interface ComparedLine {
  readonly role: string;
  readonly correction: number;
  readonly period: DateRange;
  readonly amountFen: Fen;
  readonly inputs: JsonValue;
}

/**
 * Splits what a charge costs more or less than in an earlier month into effects that sum to the difference to the fen:
 * step by step the new usage, price, share and terms are put in the place of the old ones, and each step's difference is
 * its effect. Discounts, corrections and periods billed late are terms of their own.
 */
export function compareMonths(before: readonly ComparedLine[], after: readonly ComparedLine[]): MonthComparison {
  const [old, now] = [partsOf(before), partsOf(after)];
  const effects: Effect[] = [
    ...mainEffects(old.main, now.main),
    { kind: "terms", label: "优惠变化", amountFen: now.discountFen - old.discountFen },
    { kind: "terms", label: "更正和补计", amountFen: now.restFen - old.restFen },
  ];
  const beforeFen = sumOf(before);
  const afterFen = sumOf(after);
  return {
    beforeFen,
    afterFen,
    differenceFen: afterFen - beforeFen,
    effects: effects.filter((effect) => effect.amountFen !== 0n),
  };
}

/** The charge line of the latest period, its discounts, and everything else. */
function partsOf(lines: readonly ComparedLine[]) {
  const charges = lines.filter((line) => line.role === "charge" && line.correction === 0);
  const main = charges.reduce<ComparedLine | undefined>(
    (latest, line) => (latest === undefined || line.period.from > latest.period.from ? line : latest),
    undefined,
  );
  const discounts = lines.filter(
    (line) => line.role === "discount" && line.correction === 0 && line.period.from === main?.period.from,
  );
  const rest = lines.filter((line) => line !== main && !discounts.includes(line));
  return { main, discountFen: sumOf(discounts), restFen: sumOf(rest) };
}

const sumOf = (lines: readonly ComparedLine[]): Fen => lines.reduce((total, line) => total + line.amountFen, 0n);

function mainEffects(before: ComparedLine | undefined, after: ComparedLine | undefined): readonly Effect[] {
  const differenceFen = (after?.amountFen ?? 0n) - (before?.amountFen ?? 0n);
  if (!before || !after) return [{ kind: "terms", label: after ? "新增费用" : "不再收取", amountFen: differenceFen }];
  return effectsBetween(before, after) ?? [{ kind: "terms", label: "计费方式变化", amountFen: differenceFen }];
}

/** Undefined where the two cannot be put in each other's place. */
function effectsBetween(before: ComparedLine, after: ComparedLine): readonly Effect[] | undefined {
  const type = typeOf(after.inputs);
  if (type !== typeOf(before.inputs)) return undefined;
  switch (type) {
    case "metered":
      return meteredEffects(before, after);
    case "usage-formula":
      return usageFormulaEffects(before, after);
    case "pool":
      return poolEffects(before, after);
    case "time-based":
      return timeBasedEffects(before, after);
    default:
      return undefined;
  }
}

/** The new usage at the old price in between. Where the old month had several prices, its last. */
function meteredEffects(before: ComparedLine, after: ComparedLine): readonly Effect[] | undefined {
  const oldTariff = restoreMeteredInput(before.inputs as unknown as MeteredInputs).tariffs.at(-1)?.tariff;
  const now = restoreMeteredInput(after.inputs as unknown as MeteredInputs);
  const between = oldTariff && computeMeteredCharge({ ...now, tariffs: [{ tariff: oldTariff }] });
  if (!between?.ok) return undefined;
  return [
    { kind: "usage", label: usageLabel(before.inputs, after.inputs), amountFen: between.amountFen - before.amountFen },
    { kind: "price", label: "单价变化", amountFen: after.amountFen - between.amountFen },
  ];
}

/** The new usage in the old formula in between. */
function usageFormulaEffects(before: ComparedLine, after: ComparedLine): readonly Effect[] | undefined {
  const { parts } = before.inputs as unknown as UsageFormulaInputs;
  const now = restoreUsageFormulaInput(after.inputs as unknown as UsageFormulaInputs);
  const between = computeUsageFormula({ ...now, parts });
  if (!between.ok) return undefined;
  return [
    { kind: "usage", label: usageLabel(before.inputs, after.inputs), amountFen: between.amountFen - before.amountFen },
    { kind: "terms", label: "公式或约定数量变化", amountFen: after.amountFen - between.amountFen },
  ];
}

function usageLabel(before: JsonValue, after: JsonValue): string {
  const usage = (inputs: JsonValue) => {
    const line = replayLine(inputs);
    return line?.ok && line.metered ? formatNumber(parseFormattedRatio(line.metered.usage)) : "";
  };
  const unit = USAGE_UNITS[(after as unknown as MeteredInputs).meter.utility];
  return `用量由${usage(before)}${unit}变为${usage(after)}${unit}`;
}

/** The new cost in the old share in between; a measured cost first with its new usage at the old price. */
function poolEffects(before: ComparedLine, after: ComparedLine): readonly Effect[] {
  const old = before.inputs as unknown as PoolInputs;
  const now = after.inputs as unknown as PoolInputs;
  const oldShare = shareOf(old);
  const costYuan = restorePoolCost(now).yuan.ratio;
  const betweenFen = roundYuanToFen(multiply(costYuan, oldShare));
  const percent = (share: Ratio) => `${formatNumber(multiply(share, parseRatio("100")))}%`;
  const share: Effect = {
    kind: "share",
    label: `您的分摊比例由${percent(oldShare)}变为${percent(shareOf(now))}`,
    amountFen: after.amountFen - betweenFen,
  };
  const atOldPrice = newUsageAtOldPrice(old, now);
  const cost = `公摊总费用由${formatYuan(BigInt(old.costFen))}变为${formatYuan(BigInt(now.costFen))}`;
  if (atOldPrice === undefined) {
    return [{ kind: "usage", label: cost, amountFen: betweenFen - before.amountFen }, share];
  }
  const usageFen = roundYuanToFen(multiply(atOldPrice, oldShare));
  return [
    { kind: "usage", label: "公摊总用量变化", amountFen: usageFen - before.amountFen },
    { kind: "price", label: "公摊单价变化", amountFen: betweenFen - usageFen },
    share,
  ];
}

function newUsageAtOldPrice(old: PoolInputs, now: PoolInputs): Ratio | undefined {
  const [{ measured: before }, { measured: after }] = [restorePoolCost(old), restorePoolCost(now)];
  if (!before || !after || before.row.kind !== after.row.kind) return undefined;
  if (before.row.kind === "tou" && after.row.kind === "tou") {
    const known = before.row.prices;
    if (Object.keys(after.row.prices).some((register) => !(register in known))) return undefined;
  }
  return costOfUsages(before.row, after.usages).yuan.ratio;
}

/** Σ weight taken ÷ all weight taken. */
function shareOf({ shares, takenWeightSum }: PoolInputs): Ratio {
  const taken = shares.reduce((total, share) => add(total, parseFormattedRatio(share.takenWeight)), ZERO);
  return divide(taken, parseFormattedRatio(takenWeightSum));
}

/** The new area and time at the old average price in between. */
function timeBasedEffects(before: ComparedLine, after: ComparedLine): readonly Effect[] | undefined {
  const [old, now] = [amountAndPrice(before.inputs), amountAndPrice(after.inputs)];
  if (!old || !now || old.unit !== now.unit) return undefined;
  const { roundTo } = after.inputs as unknown as TimeBasedInputs;
  const stepFen = { "0.01": 1n, "0.1": 10n, "1": 100n }[roundTo];
  const betweenFen = roundYuanToFen(multiply(old.price, now.quantity), stepFen);
  const price =
    compare(old.price, now.price) === 0
      ? "取整差异"
      : `单价由${formatMeasure(old.price)}元变为${formatMeasure(now.price)}元`;
  return [
    { kind: "terms", label: "面积、数量或计费时间变化", amountFen: betweenFen - before.amountFen },
    { kind: "price", label: price, amountFen: after.amountFen - betweenFen },
  ];
}

/** What a time-based line counts (area or number × time), and its average price. Undefined where nothing was counted. */
function amountAndPrice(
  stored: JsonValue,
): { readonly quantity: Ratio; readonly price: Ratio; readonly unit: string } | undefined {
  const inputs = stored as unknown as TimeBasedInputs;
  const line = computeTimeBased(inputs);
  if (!line.ok) return undefined;
  const units = new Set<string>();
  let quantity = ZERO;
  for (const { rate, term } of pricedTerms(inputs.rates, inputs.cells, line.derivation)) {
    const [, ...counted] = term.args ?? [];
    quantity = add(quantity, counted.map(figureOf).reduce(multiply, parseRatio("1")));
    units.add(`${rate.per} ${rate.quantity === null ? "formula" : Object.keys(rate.quantity)[0]}`);
  }
  if (isZero(quantity) || units.size !== 1) return undefined;
  return { quantity, price: divide(line.exactYuan, quantity), unit: [...units].join() };
}
