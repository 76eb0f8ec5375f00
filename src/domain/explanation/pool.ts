import type { Derivation } from "../charging/derivation.ts";
import { formatYuan } from "../money/fen.ts";
import { parseFormattedRatio, ratio } from "../money/ratio.ts";
import type { PoolInputs, PoolShareInputs } from "../pools/pool-inputs.ts";
import { daysInMonth, formatMonth } from "../time/civil-date.ts";
import { argumentOf, type Draft, figureOf } from "./explanation.ts";
import { formatMeasure, formatNumber } from "./figures.ts";

const BASES: Readonly<Record<PoolInputs["weightBy"], string>> = {
  area: "面积",
  equal: "单元数",
  consumption: "用量",
  custom: "约定比重",
};

/** The cost of the pool, and what part of it the lease's units bear. */
export function draftPool(inputs: PoolInputs, derivation: Derivation, poolName: string): Draft {
  const cost = formatYuan(BigInt(inputs.costFen));
  // A name such as "P3" would run into the year.
  const name = /\d$/.test(poolName) ? `${poolName} ` : poolName;
  const facts = [`${name}${formatMonth(inputs.month)}共${cost}${measuredText(inputs, derivation)}`];
  if (inputs.shares.length === 0) facts.push("您的单元不在本次公摊范围内");
  else facts.push("按比例分到分，尾数按最大余数分配，各家合计正好等于总费用");
  const by = `按${BASES[inputs.weightBy]}您占`;
  const steps = inputs.shares.map((share) => ({
    text: `${inputs.shares.length > 1 ? `${share.unit}：` : ""}${cost}，${by} ${partText(inputs, share)}`,
    yuan: ratio(BigInt(share.amountFen), 100n),
    leadsTo: " → " as const,
  }));
  return { facts, steps, rounding: "" };
}

/** "130/520", or "(130×15天/31天)/520" where the unit was leased on some days only. */
function partText({ month, takenWeightSum }: PoolInputs, { parts, takenWeight }: PoolShareInputs): string {
  const days = daysInMonth(month);
  const all = formatNumber(parseFormattedRatio(takenWeightSum));
  const [only, second] = parts;
  if (!only) return `${formatNumber(parseFormattedRatio(takenWeight))}/${all}`;
  if (!second && only.days === days) return `${formatNumber(parseFormattedRatio(only.weight))}/${all}`;
  const terms = parts.map((part) => `${formatNumber(parseFormattedRatio(part.weight))}×${part.days}天/${days}天`);
  return `(${terms.join(" + ")})/${all}`;
}

function measuredText(inputs: PoolInputs, derivation: Derivation): string {
  if (inputs.cost.source === "given") return "";
  const { price } = inputs.cost;
  if (price.kind !== "flat") return "（按表计分时计量）";
  const quantity = netQuantity(derivation);
  return quantity === undefined ? "" : `（净用量${quantity} × ${formatMeasure(parseFormattedRatio(price.price))}元）`;
}

/** What the meters of a pool at one price counted: the first factor of its cost. */
function netQuantity(derivation: Derivation): string | undefined {
  const product = findLabel(derivation, "公摊费用（未取整）");
  const quantity = argumentOf(product, 0);
  return quantity && formatNumber(figureOf(quantity));
}

function findLabel(node: Derivation, label: string): Derivation | undefined {
  if (node.label === label) return node;
  for (const argument of node.args ?? []) {
    const found = findLabel(argument, label);
    if (found) return found;
  }
  return undefined;
}
