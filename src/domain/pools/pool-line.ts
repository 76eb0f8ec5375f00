import { constant, fenOf, productOf, quotientOf, roundedTo, sumOf, type Traced } from "../charging/derivation.ts";
import type { JsonValue, LineComputation } from "../charging/line.ts";
import { meterInputs, priceInputs, readingInputs } from "../metering/metered-inputs.ts";
import { toJsonInteger } from "../money/fen.ts";
import { formatRatio, integer, isZero, ratio, subtract, sum } from "../money/ratio.ts";
import { daysInMonth } from "../time/civil-date.ts";
import type { PoolCost } from "./pool-cost.ts";
import type { ComputedPoolMonth, PoolMonth, PoolShare } from "./pool-month.ts";

const FEN = "0.01";

/**
 * A lease's line of a pool: the sum of its (unit, lease) shares (money-rules 5), already whole fen. A lease whose units
 * are no members has a line of 0 fen. `OPERATOR` as the lease gives the operator's share in the same form.
 */
export function poolLineOf(month: PoolMonth, lease: string): LineComputation {
  if (!month.ok) return month;
  const shares = month.sharesByLease.get(lease) ?? [];
  const line = sumOf(
    "公摊合计",
    shares.map((share) => tracedShare(month, share)),
  );
  return {
    ok: true,
    exactYuan: sum(shares.map((share) => share.exactYuan)),
    amountFen: fenOf(line.ratio),
    estimated: month.estimated,
    inputs: poolInputs(month, shares),
    derivation: line.node,
  };
}

/** cost × weight taken ÷ all weight taken, floored to the fen, plus the fen that the largest remainder gave it. */
function tracedShare(month: ComputedPoolMonth, share: PoolShare): Traced {
  const all = constant("参与分摊的权重合计", month.takenWeightSum);
  const label = share.parts.length > 0 ? `${share.unit} 分摊` : "运营方承担";
  const exact = quotientOf(
    `${label}（未取整）`,
    productOf("费用×权重", month.cost.yuan, tracedWeight(month, share)),
    all,
  );
  const floored = roundedTo("floor", label, exact, FEN);
  const remainder = subtract(ratio(share.amountFen, 100n), floored.ratio);
  return isZero(remainder) ? floored : sumOf(label, [floored, constant("最大余数补分", remainder)]);
}

function tracedWeight(month: ComputedPoolMonth, share: PoolShare): Traced {
  if (share.parts.length === 0) return constant("空置权重", share.takenWeight);
  const days = constant("当月天数", integer(daysInMonth(month.month)));
  const weighed = share.parts.map((part) =>
    productOf("权重×在租天数", constant("权重", part.weight), constant("在租天数", integer(part.days))),
  );
  return quotientOf("折算权重", sumOf("权重×在租天数", weighed), days);
}

/** What a pool's month was computed from and into, as JSON: the stored document of its version (money-rules 5). */
export const poolMonthInputs = (month: ComputedPoolMonth): JsonValue => poolInputs(month, month.shares);

function poolInputs(month: ComputedPoolMonth, shares: readonly PoolShare[]): JsonValue {
  return {
    type: "pool",
    pool: month.pool,
    month: month.month,
    costFen: toJsonInteger(month.costFen),
    cost: costInputs(month.cost),
    takenWeightSum: formatRatio(month.takenWeightSum),
    shares: shares.map((share) => ({
      unit: share.unit,
      lease: share.lease,
      parts: share.parts.map((part) => ({ weight: formatRatio(part.weight), days: part.days })),
      days: share.days,
      takenWeight: formatRatio(share.takenWeight),
      amountFen: toJsonInteger(share.amountFen),
    })),
  };
}

function costInputs({ measured }: PoolCost): JsonValue {
  if (!measured) return { source: "given" };
  return {
    source: "measured",
    price: priceInputs(measured.row),
    meters: measured.usages.map(({ meter, sign, consumption }) => {
      const [first] = consumption.readings;
      return {
        sign,
        ...(first && meterInputs(meter, first)),
        readings: consumption.readings.map(readingInputs),
      };
    }),
  };
}
