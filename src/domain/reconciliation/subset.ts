import type { Fen } from "../money/fen.ts";

/** More bills than this are not searched (money-rules 10, stage 5): too many sums come out right by accident. */
export const MOST_BILLS = 12;

export type SubsetResult =
  | { readonly found: "one"; readonly indexes: readonly number[] }
  | { readonly found: "none" | "several" };

/**
 * The only non-empty subset of at most twelve amounts (above zero) that sums exactly to the total. Two different subsets
 * with the same sum are `several`: nobody may guess which was meant. Beyond twelve amounts nothing is found.
 */
export function onlySubset(amountsFen: readonly Fen[], totalFen: Fen): SubsetResult {
  if (amountsFen.length > MOST_BILLS || totalFen <= 0n) return { found: "none" };
  let only: number | undefined;
  for (let mask = 1; mask < 1 << amountsFen.length; mask += 1) {
    if (sumOf(amountsFen, mask) !== totalFen) continue;
    if (only !== undefined) return { found: "several" };
    only = mask;
  }
  if (only === undefined) return { found: "none" };
  const chosen = only;
  return {
    found: "one",
    indexes: amountsFen.map((_, index) => index).filter((index) => (chosen & (1 << index)) !== 0),
  };
}

function sumOf(amountsFen: readonly Fen[], mask: number): Fen {
  let sum = 0n;
  for (const [index, amountFen] of amountsFen.entries()) if ((mask & (1 << index)) !== 0) sum += amountFen;
  return sum;
}
