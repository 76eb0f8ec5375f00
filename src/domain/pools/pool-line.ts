import { compareCodes } from "../charging/code-order.ts";
import { constant, fenOf, productOf, quotientOf, roundedTo, sumOf, type Traced } from "../charging/derivation.ts";
import type { ComputedLine, LineComputation } from "../charging/line.ts";
import {
  add,
  compare,
  divide,
  floor,
  integer,
  isZero,
  multiply,
  parseFormattedRatio,
  type Ratio,
  ratio,
  subtract,
  sum,
  ZERO,
} from "../money/ratio.ts";
import { daysInMonth, type Month } from "../time/civil-date.ts";
import { type PoolInputs, type PoolShareInputs, poolInputs, restorePoolCost } from "./pool-inputs.ts";
import type { LastFen, PoolMonth, PoolShare } from "./pool-month.ts";

export { poolMonthInputs } from "./pool-inputs.ts";

const FEN = "0.01";
const FEN_PER_YUAN = integer(100);

/**
 * A lease's line of a pool: the sum of its (unit, lease) shares (money-rules 5), already whole fen. A lease whose units
 * are no members has a line of 0 fen. `OPERATOR` as the lease gives the operator's share in the same form.
 */
export function poolLineOf(month: PoolMonth, lease: string): LineComputation {
  if (!month.ok) return month;
  const shares = month.sharesByLease.get(lease) ?? [];
  const split = { month: month.month, costYuan: month.cost.yuan, takenWeightSum: month.takenWeightSum };
  return { ...lineOfShares(split, shares), estimated: month.estimated, inputs: poolInputs(month, shares) };
}

/**
 * The same line from nothing but what is stored with it (I14): cost from its readings, each share from weights and days,
 * the left-over fen by where they ended. Whether an estimate was in it is not kept, so `estimated` is false.
 */
export function replayPoolLine(stored: PoolInputs): LineComputation {
  const cost = restorePoolCost(stored);
  const { month, lastFenTo } = stored;
  const takenWeightSum = parseFormattedRatio(stored.takenWeightSum);
  const last = lastFenTo && { ...lastFenTo, rest: parseFormattedRatio(lastFenTo.rest) };
  const shares = stored.shares.map((share) => {
    const taken = takenWeightOf(month, share);
    const exactYuan = divide(multiply(cost.yuan.ratio, taken), takenWeightSum);
    return {
      ...share,
      parts: share.parts.map((part) => ({ weight: parseFormattedRatio(part.weight), days: part.days })),
      takenWeight: taken,
      exactYuan,
      amountFen: floorAndFen(share, exactYuan, last),
    };
  });
  const line = lineOfShares({ month, costYuan: cost.yuan, takenWeightSum }, shares);
  return { ...line, estimated: false, inputs: stored };
}

function takenWeightOf(month: Month, { parts, takenWeight }: PoolShareInputs): Ratio {
  if (parts.length === 0) return parseFormattedRatio(takenWeight);
  const weighed = parts.reduce(
    (total, part) => add(total, multiply(parseFormattedRatio(part.weight), integer(part.days))),
    ZERO,
  );
  return divide(weighed, integer(daysInMonth(month)));
}

function floorAndFen(share: { unit: string; lease: string }, exactYuan: Ratio, last: LastFen | null): bigint {
  const exactFen = multiply(exactYuan, FEN_PER_YUAN);
  const floored = floor(exactFen);
  if (last === null) return floored;
  const order = compare(subtract(exactFen, integer(floored)), last.rest);
  const tie = compareCodes(share.unit, last.unit) || compareCodes(share.lease, last.lease);
  return order > 0 || (order === 0 && tie <= 0) ? floored + 1n : floored;
}

interface SplitFacts {
  readonly month: Month;
  readonly costYuan: Traced;
  readonly takenWeightSum: Ratio;
}

function lineOfShares(
  split: SplitFacts,
  shares: readonly PoolShare[],
): Pick<ComputedLine, "ok" | "exactYuan" | "amountFen" | "derivation"> {
  const line = sumOf(
    "公摊合计",
    shares.map((share) => tracedShare(split, share)),
  );
  return {
    ok: true,
    exactYuan: sum(shares.map((share) => share.exactYuan)),
    amountFen: fenOf(line.ratio),
    derivation: line.node,
  };
}

/** cost × weight taken ÷ all weight taken, floored to the fen, plus the fen that the largest remainder gave it. */
function tracedShare({ month, costYuan, takenWeightSum }: SplitFacts, share: PoolShare): Traced {
  const all = constant("参与分摊的权重合计", takenWeightSum);
  const label = share.parts.length > 0 ? `${share.unit} 分摊` : "运营方承担";
  const exact = quotientOf(`${label}（未取整）`, productOf("费用×权重", costYuan, tracedWeight(month, share)), all);
  const floored = roundedTo("floor", label, exact, FEN);
  const remainder = subtract(ratio(share.amountFen, 100n), floored.ratio);
  return isZero(remainder) ? floored : sumOf(label, [floored, constant("最大余数补分", remainder)]);
}

function tracedWeight(month: Month, share: PoolShare): Traced {
  if (share.parts.length === 0) return constant("空置权重", share.takenWeight);
  const days = constant("当月天数", integer(daysInMonth(month)));
  const weighed = share.parts.map((part) =>
    productOf("权重×在租天数", constant("权重", part.weight), constant("在租天数", integer(part.days))),
  );
  return quotientOf("折算权重", sumOf("权重×在租天数", weighed), days);
}
