import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import {
  loadLeaseFacts,
  loadMetersOfLeases,
  loadPoolWorld,
  loadSharedFacts,
  loadUnitsOfLeases,
  type SharedFacts,
} from "../../db/billing-facts.ts";
import { rows } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import { indexFacts } from "../../domain/charging/run-plan/billing-index.ts";
import type { PlanOptions } from "../../domain/charging/run-plan/facts.ts";
import type { LeasePlan } from "../../domain/charging/run-plan/plan.ts";
import { planLease } from "../../domain/charging/run-plan/plan-lease.ts";
import {
  addPoolDemand,
  computeDemandedPoolMonths,
  homesOfPools,
  type PoolHomes,
  type PoolMonths,
  poolDemand,
} from "../../domain/charging/run-plan/pool-months.ts";
import { packPoolMonth } from "../../domain/pools/packed-pool-month.ts";
import type { PoolMonth } from "../../domain/pools/pool-month.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BillingCommand } from "./command.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** What a run knows before its first lease. The leases themselves come and go with their chunks. */
export interface LoadedRun {
  readonly shared: SharedFacts;
  /** Marks as they stood before any fact was loaded, by lease; they change when an import marks the lease again. */
  readonly rechecks: ReadonlyMap<string, string>;
  readonly poolMonths: PoolMonths;
  readonly poolHomes: PoolHomes;
  readonly options: PlanOptions;
}

/** Pools that are computed at a time, with their units and meters. */
const POOLS_AT_A_TIME = 100;
/** Leases whose share in the pools is gathered at a time. */
const POOL_LEASES = 1000;
const NO_LEASES = { leases: [], issuedLines: [], depositsHeld: [], billedThrough: [], parkedRetries: [] };
const NO_METERS = { meters: [], readings: [] };

/**
 * Loads what all leases share and computes the pools, some at a time. In a transaction that sees one snapshot: a pool's
 * cost, members and leases belong together. `publishedOn`: undefined in previews.
 */
export async function loadRun(
  tx: Transaction,
  command: BillingCommand,
  publishedOn: CivilDate | undefined,
): Promise<LoadedRun> {
  const rechecks = await rows<{ lease_id: string; version: string }>(
    tx,
    Prisma.sql`SELECT lease_id, xmin::text AS version FROM billing_recheck`,
  );
  const shared = await loadSharedFacts(tx);
  const leasesOf = await leasesOfPools(tx);
  const poolMonths: [string, PoolMonth][] = [];
  const poolHomes: [string, string][] = [];
  for (let from = 0; from < shared.pools.length; from += POOLS_AT_A_TIME) {
    const pools = shared.pools.slice(from, from + POOLS_AT_A_TIME);
    const codes = pools.map(({ code }) => code);
    const index = indexFacts({ ...shared, pools, ...NO_LEASES, ...(await loadPoolWorld(tx, pools)) });
    const demand = poolDemand(codes, command.period);
    const sharing = [...new Set(codes.flatMap((code) => leasesOf.get(code) ?? []))];
    for (let first = 0; first < sharing.length; first += POOL_LEASES) {
      const leaseIds = sharing.slice(first, first + POOL_LEASES);
      const { facts } = await loadLeaseFacts(tx, command.period, leaseIds);
      addPoolDemand(demand, indexFacts({ ...shared, units: [], ...facts, ...NO_METERS }));
    }
    for (const [key, computed] of computeDemandedPoolMonths(demand, index)) {
      poolMonths.push([key, packPoolMonth(computed)]);
    }
    poolHomes.push(...homesOfPools(index));
  }
  return {
    shared,
    rechecks: new Map(rechecks.map((mark) => [mark.lease_id, mark.version])),
    poolMonths: new Map(poolMonths),
    poolHomes: new Map(poolHomes),
    options: await planOptions(tx, command, publishedOn),
  };
}

/** Ids of the leases that share in each pool, today or by any amendment, by pool code. */
async function leasesOfPools(tx: Transaction): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await rows<{ pool: string; leases: string[] }>(
    tx,
    Prisma.sql`SELECT rule->>'pool' AS pool, array_agg(DISTINCT lease_id)::text[] AS leases FROM lease_charge
      WHERE rule->>'type' = 'pool' GROUP BY 1`,
  );
  return new Map(found.map(({ pool, leases }) => [pool, leases]));
}

/** The options of the plan: acknowledgements of this command and of earlier ones. */
async function planOptions(
  tx: Transaction,
  command: BillingCommand,
  publishedOn: CivilDate | undefined,
): Promise<PlanOptions> {
  const stored = await rows<{ anomaly_id: string }>(tx, Prisma.sql`SELECT anomaly_id FROM anomaly_acknowledgement`);
  return {
    hash: sha256,
    acknowledged:
      command.acknowledge === "all" ? "all" : new Set([...stored.map((row) => row.anomaly_id), ...command.acknowledge]),
    ...(publishedOn === undefined ? {} : { publishedOn }),
    ...(command.project === undefined ? {} : { project: command.project }),
  };
}

/**
 * Computes a chunk from facts that are loaded for it and dropped with it, so that a run needs no more memory for more
 * leases. What an import changes between the pools and the chunk is marked for a recheck, and the mark outlives this run.
 */
export async function planLeases(
  tx: Transaction,
  command: BillingCommand,
  loaded: LoadedRun,
  leaseIds: readonly string[],
): Promise<{ readonly leases: ReadonlyMap<string, StoredLease>; readonly plans: readonly LeasePlan[] }> {
  const { leases, facts } = await loadLeaseFacts(tx, command.period, leaseIds);
  const units = await loadUnitsOfLeases(tx, facts.leases);
  const index = indexFacts({ ...loaded.shared, units, ...facts, ...(await loadMetersOfLeases(tx, facts.leases)) });
  const plans = facts.leases.map((terms) => planLease(index, terms, command.period, loaded.poolMonths, loaded.options));
  return { leases, plans };
}
