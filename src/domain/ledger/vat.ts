import type { Fen } from "../money/fen.ts";
import { add, divide, integer, ONE, parseRatio, roundHalfUp } from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";

/** net = round(amount ÷ (1 + rate)), tax = amount − net (money-rules 6), in fen; the sign of the amount carries over. */
export function splitVat(amountFen: Fen, taxRate: DecimalText): { readonly netFen: Fen; readonly taxFen: Fen } {
  const netFen = roundHalfUp(divide(integer(amountFen), add(ONE, parseRatio(taxRate))));
  return { netFen, taxFen: amountFen - netFen };
}
