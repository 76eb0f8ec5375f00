import type { LeasedUnit } from "../../pools/leased-days.ts";
import { computePoolMonth, type PoolMonth } from "../../pools/pool-month.ts";
import { membersOf } from "../../pools/pool-world.ts";
import { type Month, monthOf, shiftMonth } from "../../time/civil-date.ts";
import type { Project } from "../../world/property.ts";
import { compareCodes } from "../code-order.ts";
import { clip, toDateRange } from "../days.ts";
import type { BillingIndex } from "./billing-index.ts";
import type { OperatorShare } from "./plan.ts";

/** Computed months of pools by poolMonthKey; shared by all workers of a run. */
export type PoolMonths = ReadonlyMap<string, PoolMonth>;
export const poolMonthKey = (pool: string, month: Month): string => `${month}|${pool}`;

/**
 * Computes what a run for `month` needs of every pool: the service month before it, and the months of lines that are
 * issued or parked, so that their corrections and retries see today's shares (money-rules 5). All leases of the facts
 * take part, also those of projects that are not billed: their units are leased.
 */
export function computePoolMonths(index: BillingIndex, month: Month): PoolMonths {
  const demand = poolDemand(index.pools.keys(), month);
  addPoolDemand(demand, index);
  return computeDemandedPoolMonths(demand, index);
}

/** Who leases what of each pool, and which of its months are wanted. Gathered lease by lease, in any number of parts. */
export interface PoolDemand {
  readonly leased: Map<string, LeasedUnit[]>;
  readonly wanted: ReadonlyMap<string, Set<Month>>;
}

export const poolDemand = (pools: Iterable<string>, month: Month): PoolDemand => ({
  leased: new Map(),
  wanted: new Map([...pools].map((pool) => [pool, new Set([shiftMonth(month, -1)])])),
});

/** Adds the leases of an index to the demand. */
export function addPoolDemand({ leased, wanted }: PoolDemand, index: BillingIndex): void {
  if (wanted.size === 0) return;
  for (const lease of index.leases.values()) {
    const timeline = index.timelineOf(lease);
    const old = [...(index.issuedByLease.get(lease.code) ?? []), ...(index.retriesByLease.get(lease.code) ?? [])];
    for (const charge of timeline.charges) {
      for (const { terms, from, to } of charge.segments) {
        if (terms.rule.type !== "pool") continue;
        const days = clip(charge.runDays, { from, to });
        addLeasedUnits(leased, terms.rule.pool, lease.code, timeline.holdings, days);
        for (const line of old) {
          if (line.charge === charge.code) wanted.get(terms.rule.pool)?.add(monthOf(line.period.from));
        }
      }
    }
  }
}

/** Once all leases are in the demand. Of the index only pools and their world are used. */
export function computeDemandedPoolMonths(
  { leased, wanted }: PoolDemand,
  index: Pick<BillingIndex, "pools" | "poolWorld">,
): PoolMonths {
  const result = new Map<string, PoolMonth>();
  for (const [code, months] of wanted) {
    const pool = index.pools.get(code);
    if (!pool) continue;
    const facts = { world: index.poolWorld, leased: leased.get(code) ?? [] };
    for (const month of months) result.set(poolMonthKey(code, month), computePoolMonth(pool, month, facts));
  }
  return result;
}

function addLeasedUnits(
  leased: Map<string, LeasedUnit[]>,
  pool: string,
  lease: string,
  holdings: readonly { readonly unit: string; readonly from: number; readonly to: number }[],
  days: readonly { readonly from: number; readonly to: number }[],
): void {
  const rows = leased.get(pool) ?? [];
  leased.set(pool, rows);
  for (const holding of holdings) {
    for (const span of clip(days, holding)) rows.push({ unit: holding.unit, lease, ...toDateRange(span) });
  }
}

/** The project of each pool that has members, by pool code: that of its first member. */
export type PoolHomes = ReadonlyMap<string, string>;

export function homesOfPools({ pools, poolWorld }: Pick<BillingIndex, "pools" | "poolWorld">): PoolHomes {
  const homes = new Map<string, string>();
  for (const [code, pool] of pools) {
    const home = membersOf(pool, poolWorld)[0]?.project;
    if (home !== undefined) homes.set(code, home);
  }
  return homes;
}

/**
 * What the operator bears of each pool of the service month, where it is more than 0 (interfaces.md 3). Pools that stand
 * in a project which is off, or not in `project`, are left out.
 */
export function operatorSharesOf(
  poolMonths: PoolMonths,
  { homes, projects }: { readonly homes: PoolHomes; readonly projects: readonly Project[] },
  serviceMonth: Month,
  project: string | undefined,
): readonly OperatorShare[] {
  const off = new Set(projects.filter(({ mode }) => mode === "off").map(({ code }) => code));
  const isBilled = (home: string | undefined): boolean =>
    home === undefined ? project === undefined : (project === undefined || home === project) && !off.has(home);
  const shares: OperatorShare[] = [];
  for (const computed of poolMonths.values()) {
    if (!computed.ok || computed.month !== serviceMonth || computed.operatorFen <= 0n) continue;
    const { pool, operatorFen } = computed;
    if (isBilled(homes.get(pool))) shares.push({ pool, period: serviceMonth, amountFen: operatorFen });
  }
  return shares.sort((a, b) => compareCodes(a.pool, b.pool));
}

/** I3: the shares of every computed pool month sum to its cost. */
export const poolsBalanced = (poolMonths: PoolMonths): boolean =>
  [...poolMonths.values()].every(
    (month) => !month.ok || month.shares.reduce((total, share) => total + share.amountFen, 0n) === month.costFen,
  );
