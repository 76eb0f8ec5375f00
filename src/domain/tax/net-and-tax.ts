import type { Fen } from "../money/fen.ts";
import { add, divide, integer, ONE, parseRatio, roundHalfUp } from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";

export interface NetAndTax {
  readonly netFen: Fen;
  readonly taxFen: Fen;
}

/** Prices include VAT (money-rules 6): net = round(amount ÷ (1 + rate)), tax = amount − net, so they always sum up (I2). */
export function splitTax(amountFen: Fen, taxRate: DecimalText): NetAndTax {
  const netFen = roundHalfUp(divide(integer(amountFen), add(ONE, parseRatio(taxRate))));
  return { netFen, taxFen: amountFen - netFen };
}
