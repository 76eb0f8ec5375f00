import { add, compare, isNegative, max, min, parseRatio, type Ratio, subtract } from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";

/** One rung of a ladder. `upTo` is inclusive; without it the rung has no upper end. */
export interface Tier {
  readonly upTo?: DecimalText;
  readonly price: DecimalText;
}

/** The part of a quantity that lies inside one tier. Negative where a credit climbs down. */
export interface TierSlice {
  /** 1 for the lowest tier. */
  readonly tier: number;
  readonly from: Ratio;
  readonly to: Ratio;
  readonly price: DecimalText;
}

/**
 * Cuts the way from `position` to `position + quantity` at the ends of the tiers (money-rules 4, `tiered`). A negative
 * quantity climbs the same rungs down again, so an estimate and its true-up cost what the real consumption costs; below
 * zero the lowest tier goes on. Undefined when the way leads above a last tier with `upTo`: such consumption has no price.
 */
export function climbLadder(
  tiers: readonly Tier[],
  position: Ratio,
  quantity: Ratio,
): readonly TierSlice[] | undefined {
  const reached = add(position, quantity);
  const low = min(position, reached);
  const high = max(position, reached);
  const slices: TierSlice[] = [];
  let cut = low;
  tiers.forEach(({ upTo, price }, index) => {
    const end = upTo === undefined ? high : min(parseRatio(upTo), high);
    if (compare(end, cut) <= 0) return;
    slices.push({ tier: index + 1, from: cut, to: end, price });
    cut = end;
  });
  if (compare(cut, high) < 0) return undefined;
  return isNegative(quantity)
    ? slices.map((slice) => ({ ...slice, from: slice.to, to: slice.from })).reverse()
    : slices;
}

/** Quantity of a slice, negative where the ladder is climbed down. */
export const sliceQuantity = (slice: TierSlice): Ratio => subtract(slice.to, slice.from);
