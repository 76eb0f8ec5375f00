import { type Fen, toYuanText } from "../money/fen.ts";
import { integer, parseRatio, ratio } from "../money/ratio.ts";
import { type CivilDate, formatDate } from "../time/civil-date.ts";
import type { ChargeTerms, DecimalText } from "../world/lease.ts";
import { constant, fenOf, minOf, productOf, roundedTo, sumOf, type Traced } from "./derivation.ts";
import type { LineComputation, ParkedLine } from "./line.ts";
import { cellLabel } from "./periods.ts";
import { type CellInputs, chargeOn, fractionOf, type RateInputs } from "./time-based.ts";

/** A discount of the list on the covered days in its range. */
export type DiscountPiece = {
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly percent?: DecimalText;
  readonly amountPerMonth?: DecimalText;
  readonly cells: readonly CellInputs[];
};

export type DiscountInputs = {
  readonly type: "discount";
  readonly charge: string;
  readonly ordinal: number;
  readonly period: { readonly from: CivilDate; readonly to: CivilDate };
  readonly roundTo: ChargeTerms["roundTo"];
  readonly rates: readonly RateInputs[];
  /** More than one only where an amendment replaced the list inside the period. */
  readonly pieces: readonly DiscountPiece[];
  /** Yuan of the rounded charge that the discounts before this one left over. */
  readonly left: DecimalText;
};

const MINUS_ONE = integer(-1);

/**
 * A discount line (money-rules 3.4): percent of the undiscounted, unrounded charge for the covered days in its range, or
 * amountPerMonth × Σ fraction(month) of those days with months never split; negative, rounded once, and cut so that the
 * discounts together are never more than the charge.
 */
export function computeDiscount(inputs: DiscountInputs): LineComputation {
  const pieces: Traced[] = [];
  for (const piece of inputs.pieces) {
    const value = pieceOf(inputs.rates, piece);
    if ("ok" in value) return value;
    pieces.push(value);
  }
  const exact = sumOf("优惠合计", pieces);
  const rounded = roundedTo("round", "优惠金额（元）", exact, inputs.roundTo);
  const cut = minOf("不超过费用余额", rounded, constant("费用余额（元）", inputs.left));
  const line = productOf("优惠（元）", constant("负号", MINUS_ONE), cut);
  return {
    ok: true,
    exactYuan: productOf("", constant("", MINUS_ONE), exact).ratio,
    amountFen: fenOf(line.ratio),
    estimated: false,
    inputs,
    derivation: line.node,
  };
}

function pieceOf(rates: readonly RateInputs[], piece: DiscountPiece): Traced | ParkedLine {
  const range = `${formatDate(piece.from)}至${formatDate(piece.to)}`;
  if (piece.amountPerMonth !== undefined) {
    const months = piece.cells.map((cell) => fractionOf(cell, daysOf(cell), cellLabel(cell.cell)));
    return productOf(`${range}每月优惠`, constant("每月优惠（元）", piece.amountPerMonth), sumOf("优惠月数", months));
  }
  const charge = chargeOn(rates, piece.cells);
  if ("ok" in charge) return charge;
  const percent = piece.percent ?? "0";
  const { numerator, denominator } = parseRatio(percent);
  return productOf(`${range}优惠${percent}%`, charge, constant(`${percent}%`, ratio(numerator, 100n * denominator)));
}

/** Of a month that is cut in two lines only those of this line, while `coveredDays` says that every day counts. */
const daysOf = (cell: CellInputs): number => cell.parts.reduce((total, part) => total + part.days, 0);

/** What is left of a charge for further discounts, as the next one's `left`. */
export const leftAfter = (chargeFen: Fen, discountsFen: Fen): DecimalText => toYuanText(chargeFen + discountsFen);
