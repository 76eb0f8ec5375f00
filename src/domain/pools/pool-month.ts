import { compareCodes } from "../charging/code-order.ts";
import { groupBy } from "../group-by.ts";
import { type Fen, splitByLargestRemainder } from "../money/fen.ts";
import {
  compare,
  divide,
  floor,
  integer,
  isZero,
  multiply,
  type Ratio,
  ratio,
  subtract,
  sum,
  ZERO,
} from "../money/ratio.ts";
import {
  type DateRange,
  daysInMonth,
  daysInRange,
  formatMonth,
  intersect,
  type Month,
  rangeOfMonth,
} from "../time/civil-date.ts";
import type { Pool } from "../world/property.ts";
import { type LeasedUnit, leasedDaysByUnit } from "./leased-days.ts";
import { costOfPool, type PoolCost, priceOfPool } from "./pool-cost.ts";
import { type PoolFailure, poolFailure } from "./pool-failure.ts";
import { membersOf, type PoolWorld } from "./pool-world.ts";
import { type UnitWeight, unitWeightOf, weightDays } from "./unit-weight.ts";

/** Stands for unit and lease in the operator's share. */
export const OPERATOR = "~operator";

/** What one (unit, lease) pair bears of a pool's month, or the operator. */
export interface PoolShare {
  readonly unit: string;
  readonly lease: string;
  /** The unit's weight and the leased days on which it holds, one entry unless its area changes. Operator: none. */
  readonly parts: readonly { readonly weight: Ratio; readonly days: number }[];
  /** Leased days inside the month; for the operator the unit-days that it bears. */
  readonly days: number;
  /** What takes part in the split: Σ weight × days ÷ days in the month. */
  readonly takenWeight: Ratio;
  /** Yuan before the split to whole fen. */
  readonly exactYuan: Ratio;
  readonly amountFen: Fen;
}

export interface ComputedPoolMonth {
  readonly ok: true;
  readonly pool: string;
  readonly month: Month;
  readonly cost: PoolCost;
  readonly costFen: Fen;
  /** Σ takenWeight of all shares; never zero. */
  readonly takenWeightSum: Ratio;
  /** By unit code, then lease code; the operator's last and always there, also with nothing to bear. */
  readonly shares: readonly PoolShare[];
  /** The same shares by lease, the operator's under OPERATOR. */
  readonly sharesByLease: Pick<ReadonlyMap<string, readonly PoolShare[]>, "get">;
  readonly operatorFen: Fen;
  readonly weightBy: Pool["weight"];
  /** The pair that got the last left-over fen; null where the split left none over. */
  readonly lastFenTo: LastFen | null;
  /** An estimated closing reading is in the cost or in a weight. */
  readonly estimated: boolean;
}

/**
 * Where the left-over fen of a split end: pairs with a larger fractional part, and those with the same that come before
 * it in the order of ties, got one too. So each share can be computed again without all the others.
 */
export interface LastFen {
  readonly unit: string;
  readonly lease: string;
  /** Fractional part of its exact share in fen. */
  readonly rest: Ratio;
}

export type PoolMonth = ComputedPoolMonth | PoolFailure;

/**
 * Splits the cost of a pool's month (money-rules 5). `leased`: on which days which lease runs a charge of this pool and
 * holds which unit; units that are no members have no part in it. The shares sum to the cost to the fen (I3). Throws
 * RangeError when two leases have a unit on one day, or the pool names what does not exist.
 */
export function computePoolMonth(
  pool: Pool,
  month: Month,
  facts: { readonly world: PoolWorld; readonly leased: readonly LeasedUnit[] },
): PoolMonth {
  const { world, leased } = facts;
  const units = membersOf(pool, world);
  const members: UnitWeight[] = [];
  let incomplete: PoolFailure | undefined;
  for (const unit of units) {
    const result = unitWeightOf(pool, unit, month, world);
    if (result.ok) members.push(result.weight);
    else if (result.code === "UNIT_WITHOUT_AREA") return result;
    else incomplete ??= result;
  }
  const priced = priceOfPool(pool, month, world);
  if (!priced.ok) return priced;
  if (incomplete) return incomplete;
  const whole = [rangeOfMonth(month)];
  if (members.every((member) => isZero(weightDays(member, whole)))) {
    return poolFailure("POOL_INCOMPLETE", `公摊 ${pool.code} ${formatMonth(month)}的权重合计为零，请核对成员与权重`);
  }
  const measured = costOfPool(pool, month, world, priced.price);
  if (!measured.ok) return measured;
  const { cost } = measured;
  return {
    ok: true,
    pool: pool.code,
    month,
    cost,
    costFen: cost.costFen,
    ...split(pool, month, cost.costFen, members, leased),
    weightBy: pool.weight,
    estimated: members.some((member) => member.estimated) || isEstimated(cost),
  };
}

interface Claim {
  readonly unit: string;
  readonly lease: string;
  readonly parts: PoolShare["parts"];
  readonly days: number;
  readonly takenWeight: Ratio;
}

type Split = Pick<ComputedPoolMonth, "takenWeightSum" | "shares" | "sharesByLease" | "operatorFen" | "lastFenTo">;

function split(
  pool: Pool,
  month: Month,
  costFen: Fen,
  members: readonly UnitWeight[],
  leased: readonly LeasedUnit[],
): Split {
  const pairs = pairsOf(month, members, leased);
  const claims = [...pairs, operatorsClaim(pool, month, members, pairs)];
  const takenWeightSum = sum(claims.map((claim) => claim.takenWeight));
  const amounts = splitByLargestRemainder(
    costFen,
    claims.map((claim) => claim.takenWeight),
  );
  const shares = claims.map((claim, index) => ({
    ...claim,
    exactYuan: exactShareYuan(costFen, claim.takenWeight, takenWeightSum),
    amountFen: amounts[index] ?? 0n,
  }));
  const sharesByLease = groupBy(shares, (share) => share.lease);
  return {
    takenWeightSum,
    shares,
    sharesByLease,
    operatorFen: amounts.at(-1) ?? 0n,
    lastFenTo: lastFenOf(shares),
  };
}

/** What a weight bears of the cost before the split to whole fen. */
export const exactShareYuan = (costFen: Fen, takenWeight: Ratio, takenWeightSum: Ratio): Ratio =>
  divide(multiply(ratio(costFen, 100n), takenWeight), takenWeightSum);

/** Shares come in the order of ties, so the last of the smallest fractional part that got a fen is the end. */
function lastFenOf(shares: readonly PoolShare[]): LastFen | null {
  let last: LastFen | null = null;
  for (const { unit, lease, exactYuan, amountFen } of shares) {
    const exactFen = multiply(exactYuan, integer(100));
    if (amountFen === floor(exactFen)) continue;
    const rest = subtract(exactFen, integer(floor(exactFen)));
    if (last === null || compare(rest, last.rest) <= 0) last = { unit, lease, rest };
  }
  return last;
}

/** The (unit, lease) pairs with at least one leased day, in the order in which ties are broken. */
function pairsOf(month: Month, members: readonly UnitWeight[], leased: readonly LeasedUnit[]): readonly Claim[] {
  const monthDays = integer(daysInMonth(month));
  const byUnit = leasedDaysByUnit(month, leased);
  const pairs: Claim[] = [];
  for (const member of members) {
    for (const { unit, lease, ranges } of byUnit.get(member.unit) ?? []) {
      const parts = member.parts
        .map((part) => ({ weight: part.weight, days: commonDays(part, ranges) }))
        .filter(({ days }) => days > 0);
      const days = parts.reduce((total, part) => total + part.days, 0);
      pairs.push({ unit, lease, parts, days, takenWeight: divide(weightDays(member, ranges), monthDays) });
    }
  }
  return pairs.sort((a, b) => compareCodes(a.unit, b.unit) || compareCodes(a.lease, b.lease));
}

/**
 * `operator`: all weight that is not leased. `spread`: nothing, unless no leased unit-day weighs anything; then the
 * operator bears the whole cost, with all member weight.
 */
function operatorsClaim(pool: Pool, month: Month, members: readonly UnitWeight[], pairs: readonly Claim[]): Claim {
  const none: Claim = { unit: OPERATOR, lease: OPERATOR, parts: [], days: 0, takenWeight: ZERO };
  const pairWeight = sum(pairs.map((pair) => pair.takenWeight));
  if (pool.vacant === "spread" && !isZero(pairWeight)) return none;
  const whole = [rangeOfMonth(month)];
  const monthDays = daysInMonth(month);
  const weight = divide(sum(members.map((member) => weightDays(member, whole))), integer(monthDays));
  const leasedDays = pairs.reduce((total, pair) => total + pair.days, 0);
  return { ...none, days: members.length * monthDays - leasedDays, takenWeight: subtract(weight, pairWeight) };
}

function commonDays(part: DateRange, ranges: readonly DateRange[]): number {
  return ranges.reduce((days, range) => {
    const common = intersect(part, range);
    return common ? days + daysInRange(common) : days;
  }, 0);
}

const isEstimated = (cost: PoolCost): boolean =>
  cost.measured?.usages.some(({ consumption }) => consumption.estimated) ?? false;
