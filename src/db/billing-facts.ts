import { Prisma } from "../../generated/prisma/client.ts";
import type { BillingFacts, IssuedLine, ParkedRetry } from "../domain/charging/run-plan/facts.ts";
import type { Fen } from "../domain/money/fen.ts";
import { type CivilDate, firstDayOf, type Month, shiftMonth } from "../domain/time/civil-date.ts";
import type { LeaseTerms, LineKind } from "../domain/world/lease.ts";
import {
  loadEntities,
  loadMeters,
  loadPools,
  loadProjects,
  loadReadings,
  loadTariffs,
  loadTaxRates,
  loadUnits,
} from "./master-data.ts";
import { rows } from "./rows.ts";
import { loadLeases, type StoredLease } from "./stored-leases.ts";
import type { Transaction } from "./transaction.ts";

export interface StoredBillingFacts {
  readonly facts: BillingFacts;
  /** By lease code. */
  readonly leases: ReadonlyMap<string, StoredLease>;
}

/** Lines of leases that nothing has changed for are only needed where the run or its anomalies look: this far back. */
const MONTHS_LOOKED_BACK = 3;

/** Everything a run for a month is planned from. A dozen queries, whatever the number of leases. */
export async function loadBillingFacts(tx: Transaction, period: Month): Promise<StoredBillingFacts> {
  const { leases, facts } = await loadLeaseFacts(tx, period);
  const shared = await loadSharedFacts(tx);
  return {
    leases,
    facts: { ...shared, ...facts, meters: await loadMeters(tx), readings: await loadReadings(tx) },
  };
}

/** What all leases have in common. */
export type SharedFacts = Pick<BillingFacts, "entities" | "projects" | "units" | "tariffs" | "pools" | "taxRates">;

export const loadSharedFacts = async (tx: Transaction): Promise<SharedFacts> => ({
  entities: await loadEntities(tx),
  projects: await loadProjects(tx),
  units: await loadUnits(tx),
  tariffs: await loadTariffs(tx),
  pools: await loadPools(tx),
  taxRates: await loadTaxRates(tx),
});

/** What belongs to the leases themselves. */
export type LeaseFacts = Pick<
  BillingFacts,
  "leases" | "issuedLines" | "depositsHeld" | "billedThrough" | "parkedRetries"
>;

/** The facts of some leases; `leaseIds` undefined = all. Leases come first: what they name is then there too. */
export async function loadLeaseFacts(
  tx: Transaction,
  period: Month,
  leaseIds?: readonly string[],
): Promise<{ readonly leases: ReadonlyMap<string, StoredLease>; readonly facts: LeaseFacts }> {
  const leases = await loadLeases(tx, leaseIds);
  const meant = leaseIds === undefined ? Prisma.sql`true` : Prisma.sql`l.id = ANY (${[...leaseIds]}::uuid[])`;
  return {
    leases: new Map(leases.map((lease) => [lease.terms.code, lease])),
    facts: {
      leases: leases.map((lease) => lease.terms),
      issuedLines: await loadIssuedLines(tx, period, leaseIds),
      depositsHeld: await rows<{ lease: string; amountFen: Fen }>(
        tx,
        Prisma.sql`SELECT l.code AS lease, d.amount_fen AS "amountFen" FROM opening_deposit d
          JOIN lease l ON l.id = d.lease_id WHERE ${meant}`,
      ),
      billedThrough: await rows<{ lease: string; charge: string; to: CivilDate }>(
        tx,
        Prisma.sql`SELECT l.code AS lease, o.charge_code AS charge, o.through_date::text AS "to"
          FROM opening_billed_through o JOIN lease l ON l.id = o.lease_id WHERE ${meant}`,
      ),
      parkedRetries: await loadParkedRetries(tx, meant),
    },
  };
}

/** Meters with their readings. */
export type MeterFacts = Pick<BillingFacts, "meters" | "readings">;

/** The meters that these leases name, today or in any amendment. */
export async function loadMetersOfLeases(tx: Transaction, leases: readonly LeaseTerms[]): Promise<MeterFacts> {
  const codes = new Set<string>();
  for (const { charges, amendments } of leases) {
    for (const { rule } of [...charges, ...amendments.flatMap((amendment) => amendment.charges)]) {
      if (rule && "meter" in rule && rule.meter !== undefined) codes.add(rule.meter);
    }
  }
  return { meters: await loadMeters(tx, [...codes]), readings: await loadReadings(tx, [...codes]) };
}

/** The meters that pools are computed from: their own, and those of the units where the weight is consumption. */
export async function loadMetersOfPools(tx: Transaction): Promise<MeterFacts> {
  const found = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT m.code FROM meter m JOIN pool p ON p.terms->'meters' ? m.code
        OR p.terms->'minusMeters' ? m.code
        OR (p.terms->>'weight' = 'consumption' AND p.terms->>'utility' = m.utility
          AND EXISTS (SELECT 1 FROM meter_assignment a WHERE a.meter_id = m.id))`,
  );
  const codes = found.map((meter) => meter.code);
  return { meters: await loadMeters(tx, codes), readings: await loadReadings(tx, codes) };
}

/**
 * All lines of leases that are marked for a recheck or have something parked (a line that is issued already must not be
 * taken for one that is missing); of the others only recent ones, and whatever there is of leases without recent ones,
 * so that a bill is not taken for their first. Opening receivables are not computed again.
 */
async function loadIssuedLines(
  tx: Transaction,
  period: Month,
  leaseIds: readonly string[] | undefined,
): Promise<IssuedLine[]> {
  const meant = leaseIds === undefined ? Prisma.sql`true` : Prisma.sql`lease_id = ANY (${[...leaseIds]}::uuid[])`;
  const since = firstDayOf(shiftMonth(period, -MONTHS_LOOKED_BACK));
  const found = await rows<{
    lease: string;
    entity: string;
    charge: string;
    role: IssuedLine["role"];
    ordinal: number;
    period_from: CivilDate;
    period_to: CivilDate;
    correction: number;
    kind: LineKind;
    amountFen: Fen;
    taxRate: string;
    inputHash: string;
  }>(
    tx,
    Prisma.sql`WITH recent AS (SELECT DISTINCT lease_id FROM bill_line
          WHERE period_to >= ${since}::date AND role <> 'one-off' AND ${meant}),
        line AS (SELECT * FROM bill_line WHERE ${meant})
      SELECT l.code AS lease, e.code AS entity, line.charge_code AS charge, line.role, line.ordinal,
        line.period_from::text, line.period_to::text, line.correction_no AS correction, line.kind,
        line.amount_fen AS "amountFen", trim_scale(line.tax_rate)::text AS "taxRate", line.input_hash AS "inputHash"
      FROM line
      JOIN bill b ON b.id = line.bill_id AND b.origin IN ('run', 'settlement')
      JOIN lease l ON l.id = line.lease_id JOIN legal_entity e ON e.id = line.entity_id
      LEFT JOIN (SELECT lease_id FROM billing_recheck UNION SELECT lease_id FROM parked_line WHERE resolved_at IS NULL) r
        ON r.lease_id = line.lease_id
      LEFT JOIN recent ON recent.lease_id = line.lease_id
      WHERE r.lease_id IS NOT NULL OR line.period_to >= ${since}::date OR line.role = 'deposit'
        OR recent.lease_id IS NULL
      ORDER BY line.lease_id, line.charge_code, line.correction_no`,
  );
  return found.map(({ period_from, period_to, ...line }) => ({
    ...line,
    period: { from: period_from, to: period_to },
  }));
}

async function loadParkedRetries(tx: Transaction, meant: Prisma.Sql): Promise<ParkedRetry[]> {
  const found = await rows<{ lease: string; charge: string; period_from: CivilDate; period_to: CivilDate }>(
    tx,
    Prisma.sql`SELECT l.code AS lease, p.charge_code AS charge, p.period_from::text, p.period_to::text
      FROM parked_line p JOIN lease l ON l.id = p.lease_id WHERE p.resolved_at IS NULL AND ${meant}`,
  );
  return found.map(({ lease, charge, period_from, period_to }) => ({
    lease,
    charge,
    period: { from: period_from, to: period_to },
  }));
}
