import { indexReadings, type ReadingIndex } from "../../metering/reading-index.ts";
import type { Fen } from "../../money/fen.ts";
import { indexPoolWorld, type PoolWorld } from "../../pools/pool-world.ts";
import { indexTaxRates, type TaxRateIndex } from "../../tax/tax-rate.ts";
import { toDayNumber } from "../../time/civil-date.ts";
import type { LeaseTerms } from "../../world/lease.ts";
import type { Entity, Meter, Pool, Project, Tariff, Unit } from "../../world/property.ts";
import { buildLeaseTimeline, type LeaseTimeline } from "../lease-timeline.ts";
import type { BillingFacts, IssuedLine, ParkedRetry } from "./facts.ts";

/** The facts of a run, found by key. Built once; every lease is then planned on its own. */
export interface BillingIndex {
  readonly leases: ReadonlyMap<string, LeaseTerms>;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly projects: ReadonlyMap<string, Project>;
  readonly units: ReadonlyMap<string, Unit>;
  readonly meters: ReadonlyMap<string, Meter>;
  readonly tariffs: ReadonlyMap<string, Tariff>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly readings: ReadingIndex;
  readonly poolWorld: PoolWorld;
  readonly taxRates: TaxRateIndex;
  readonly issuedByLease: ReadonlyMap<string, readonly IssuedLine[]>;
  readonly retriesByLease: ReadonlyMap<string, readonly ParkedRetry[]>;
  readonly depositHeldFen: ReadonlyMap<string, Fen>;
  /** Day number by lease and charge; see billedThroughOf. */
  readonly billedThrough: ReadonlyMap<string, number>;
  /** Built when it is first asked for. */
  readonly timelineOf: (lease: LeaseTerms) => LeaseTimeline;
}

export function indexFacts(facts: BillingFacts): BillingIndex {
  const readings = indexReadings(facts.meters, facts.readings);
  const depositHeldFen = new Map<string, Fen>();
  for (const { lease, amountFen } of facts.depositsHeld) {
    depositHeldFen.set(lease, (depositHeldFen.get(lease) ?? 0n) + amountFen);
  }
  const billedThrough = new Map<string, number>();
  for (const { lease, charge, to } of facts.billedThrough) {
    const key = throughKey(lease, charge);
    billedThrough.set(key, Math.max(toDayNumber(to), billedThrough.get(key) ?? Number.NEGATIVE_INFINITY));
  }
  const timelines = new Map<LeaseTerms, LeaseTimeline>();
  return {
    leases: byCode(facts.leases),
    entities: byCode(facts.entities),
    projects: byCode(facts.projects),
    units: byCode(facts.units),
    meters: byCode(facts.meters),
    tariffs: byCode(facts.tariffs),
    pools: byCode(facts.pools),
    readings,
    poolWorld: indexPoolWorld({ units: facts.units, meters: facts.meters, tariffs: facts.tariffs, readings }),
    taxRates: indexTaxRates(facts.taxRates),
    issuedByLease: byLease(facts.issuedLines),
    retriesByLease: byLease(facts.parkedRetries),
    depositHeldFen,
    billedThrough,
    timelineOf: (lease) => {
      const known = timelines.get(lease) ?? buildLeaseTimeline(lease);
      timelines.set(lease, known);
      return known;
    },
  };
}

/** The last day that an opening position has billed of a charge, as a day number. */
export const billedThroughOf = (index: BillingIndex, lease: string, charge: string): number | undefined =>
  index.billedThrough.get(throughKey(lease, charge));

const throughKey = (lease: string, charge: string): string => JSON.stringify([lease, charge]);

const byCode = <Row extends { readonly code: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.code, row]));

function byLease<Row extends { readonly lease: string }>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.lease);
    if (group) group.push(row);
    else groups.set(row.lease, [row]);
  }
  return groups;
}
