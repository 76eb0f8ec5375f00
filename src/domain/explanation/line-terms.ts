import type { Derivation } from "../charging/derivation.ts";
import type { JsonValue } from "../charging/line.ts";
import type { TimeBasedInputs } from "../charging/time-based.ts";
import type { PaperTerm } from "../documents/paper.ts";
import type { MeteredInputs } from "../metering/metered-inputs.ts";
import { formatYuan } from "../money/fen.ts";
import { add, divide, integer, multiply, parseFormattedRatio, ZERO } from "../money/ratio.ts";
import type { PoolInputs } from "../pools/pool-inputs.ts";
import { formatDate } from "../time/civil-date.ts";
import { typeOf } from "./changes.ts";
import { argumentOf, figureOf } from "./explanation.ts";
import { formatExactYuan, formatMeasure, formatNumber } from "./figures.ts";
import { USAGE_UNITS, usageTerms } from "./metered.ts";
import { monthsText, pricedTerms, totalArea } from "./time-based.ts";

/**
 * Quantities and prices of a line for the columns of a paper, from the derivation that is also told in words. Empty where
 * there is no price: deposits, discounts, corrections, formulas of usage, what was taken over. Never throws: a derivation
 * of a form not known here has no terms, its words in the appendix still tell it.
 */
export function lineTerms(line: { readonly inputs: JsonValue; readonly derivation: Derivation }): readonly PaperTerm[] {
  switch (typeOf(line.inputs)) {
    case "time-based":
      return timeBasedTerms(line.inputs as unknown as TimeBasedInputs, line.derivation);
    case "metered":
      return meteredTerms(line.inputs as unknown as MeteredInputs, line.derivation);
    case "pool":
      return poolTerms(line.inputs as unknown as PoolInputs);
    default:
      return [];
  }
}

function timeBasedTerms({ rates, cells, period }: TimeBasedInputs, derivation: Derivation): readonly PaperTerm[] {
  const terms = pricedTerms(rates, cells, derivation);
  return terms.flatMap(({ rate, term }, place): PaperTerm[] => {
    const price = argumentOf(term, 0);
    if (!price) return [];
    const index = rates.indexOf(rate);
    const parts = cells.flatMap((cell) =>
      cell.parts.filter((part) => part.rate === index).map(({ days }) => ({ cell, days })),
    );
    const days = parts.reduce((total, part) => total + part.days, 0);
    const time = rate.per === "sqm-day" ? `${days}天` : monthsText(parts);
    const since = "since" in rate.base ? rate.base.since : undefined;
    const isLater = place > 0 && since !== undefined && period.from < since;
    return [
      {
        label: terms.length === 1 ? "" : isLater ? `${formatDate(since)}起` : `第${place + 1}段`,
        quantity: quantityText(rate.quantity, time),
        price: formatMeasure(figureOf(price)),
        amount: formatExactYuan(figureOf(term)),
      },
    ];
  });
}

function quantityText(quantity: TimeBasedInputs["rates"][number]["quantity"], time: string): string {
  if (quantity === null) return time;
  if ("units" in quantity) return `${formatMeasure(totalArea(quantity.units))}㎡ × ${time}`;
  return Number(quantity.count) === 1 ? time : `${quantity.count} × ${time}`;
}

function meteredTerms(inputs: MeteredInputs, derivation: Derivation): readonly PaperTerm[] {
  const terms = usageTerms(derivation);
  return terms.flatMap((term): PaperTerm[] => {
    const [quantity, price] = term.args ?? [];
    if (!quantity || !price) return [];
    return [
      {
        label: terms.length === 1 ? "" : term.label.replace(/(?:时段)?金额$/, ""),
        quantity: `${formatNumber(figureOf(quantity))}${USAGE_UNITS[inputs.meter.utility]}`,
        price: formatMeasure(figureOf(price)),
        amount: formatExactYuan(figureOf(term)),
      },
    ];
  });
}

/** The share of the lease in the cost of the pool. */
function poolTerms({ shares, takenWeightSum, costFen }: PoolInputs): readonly PaperTerm[] {
  if (shares.length === 0 || takenWeightSum === "0") return [];
  const taken = shares.reduce((total, share) => add(total, parseFormattedRatio(share.takenWeight)), ZERO);
  const percent = multiply(divide(taken, parseFormattedRatio(takenWeightSum)), integer(100));
  const amountFen = shares.reduce((total, share) => total + BigInt(share.amountFen), 0n);
  const cost = `共${formatYuan(BigInt(costFen)).replace("¥", "")}`;
  return [{ label: "", quantity: `${formatNumber(percent)}%`, price: cost, amount: formatYuan(amountFen) }];
}
