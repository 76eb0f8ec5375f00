import type { Derivation } from "../charging/derivation.ts";
import type { DiscountInputs } from "../charging/discounts.ts";
import { compare, negate, parseRatio } from "../money/ratio.ts";
import { formatDate } from "../time/civil-date.ts";
import { argumentOf, type Draft, figureOf, ROUNDING, type Step } from "./explanation.ts";
import { formatExactYuan, formatMeasure } from "./figures.ts";
import { monthsText } from "./time-based.ts";

/** A discount: what it is taken from, and whether it was cut at what the charge left over. */
export function draftDiscount({ pieces, roundTo, left }: DiscountInputs, derivation: Derivation): Draft {
  const rounded = argumentOf(argumentOf(derivation, 1), 0);
  const exact = argumentOf(rounded, 0);
  const nodes = exact?.label === "优惠合计" && exact.op === "sum" ? (exact.args ?? []) : exact ? [exact] : [];
  const steps: Step[] = pieces.flatMap((piece, index) => {
    const node = nodes[index];
    const base = argumentOf(node, 0);
    if (!node || !base) return [];
    const range = `${formatDate(piece.from)}至${formatDate(piece.to)}`;
    const text =
      piece.amountPerMonth === undefined
        ? `${range}优惠${piece.percent ?? "0"}%：费用${formatExactYuan(figureOf(base))} × (-${piece.percent ?? "0"}%)`
        : `${range}每月优惠：-${formatMeasure(parseRatio(piece.amountPerMonth))}元 × ${monthsText(
            piece.cells.map((cell) => ({ cell, days: cell.coveredDays })),
          )}`;
    return [{ text, yuan: negate(figureOf(node)) }];
  });
  const isCut = rounded !== undefined && compare(parseRatio(left), figureOf(rounded)) < 0;
  const cut = `优惠合计不超过费用本身，按剩余的${formatExactYuan(parseRatio(left))}计`;
  return { facts: [], steps, rounding: isCut ? cut : (ROUNDING[roundTo] ?? "取整") };
}
