import { Prisma } from "../../generated/prisma/client.ts";
import type { BillingFacts, IssuedLine, ParkedRetry } from "../domain/charging/run-plan/facts.ts";
import type { Fen } from "../domain/money/fen.ts";
import { type CivilDate, firstDayOf, type Month, shiftMonth } from "../domain/time/civil-date.ts";
import type { LeaseTerms, LineKind } from "../domain/world/lease.ts";
import type { Pool, Unit, Utility } from "../domain/world/property.ts";
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

/** Lines of leases that nothing has changed for are only needed where the run or its anomalies look: this far back. */
const MONTHS_LOOKED_BACK = 3;

/** What all leases have in common. */
export type SharedFacts = Pick<BillingFacts, "entities" | "projects" | "tariffs" | "pools" | "taxRates">;

export const loadSharedFacts = async (tx: Transaction): Promise<SharedFacts> => ({
  entities: await loadEntities(tx),
  projects: await loadProjects(tx),
  tariffs: await loadTariffs(tx),
  pools: await loadPools(tx),
  taxRates: await loadTaxRates(tx),
});

/** What belongs to the leases themselves. */
export type LeaseFacts = Pick<
  BillingFacts,
  "leases" | "issuedLines" | "depositsHeld" | "billedThrough" | "parkedRetries"
>;

/** The facts of some leases. Leases come first: what they name is then there too. */
export async function loadLeaseFacts(
  tx: Transaction,
  period: Month,
  leaseIds: readonly string[],
): Promise<{ readonly leases: ReadonlyMap<string, StoredLease>; readonly facts: LeaseFacts }> {
  const leases = await loadLeases(tx, leaseIds);
  const meant = Prisma.sql`l.id = ANY (${[...leaseIds]}::uuid[])`;
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

/** The units that these leases hold, today or by any amendment. */
export async function loadUnitsOfLeases(tx: Transaction, leases: readonly LeaseTerms[]): Promise<Unit[]> {
  const codes = leases.flatMap((lease) => [lease, ...lease.amendments].flatMap((terms) => terms.units ?? []));
  return loadUnits(tx, { units: [...new Set(codes)], buildings: [], projects: [] });
}

/** What pools are computed from beside the leases: member units, and meters with their readings. */
export type PoolWorldFacts = MeterFacts & Pick<BillingFacts, "units">;

/** The members of these pools, and the meters: the pools' own, and those of members where the weight is consumption. */
export async function loadPoolWorld(tx: Transaction, pools: readonly Pool[]): Promise<PoolWorldFacts> {
  const named = { units: new Set<string>(), buildings: new Set<string>(), projects: new Set<string>() };
  const weighed = new Set<Utility>();
  for (const { members, weight, utility } of pools) {
    if (weight === "consumption") weighed.add(utility);
    if (members.type === "building") named.buildings.add(members.building);
    else if (members.type === "project") named.projects.add(members.project);
    else for (const unit of members.units) named.units.add(unit);
  }
  const units = await loadUnits(tx, {
    units: [...named.units],
    buildings: [...named.buildings],
    projects: [...named.projects],
  });
  const codes = new Set(pools.flatMap(({ meters, minusMeters }) => [...meters, ...minusMeters]));
  if (weighed.size > 0) {
    const found = await rows<{ code: string }>(
      tx,
      Prisma.sql`SELECT m.code FROM meter m JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held)
          JOIN unit u ON u.id = a.unit_id
        WHERE m.utility = ANY (${[...weighed]}::text[]) AND u.code = ANY (${units.map(({ code }) => code)}::text[])`,
    );
    for (const { code } of found) codes.add(code);
  }
  return { units, meters: await loadMeters(tx, [...codes]), readings: await loadReadings(tx, [...codes]) };
}

/**
 * All lines of leases that are marked for a recheck or have something parked (a line that is issued already must not be
 * taken for one that is missing); of the others only recent ones, and whatever there is of leases without recent ones,
 * so that a bill is not taken for their first. Opening receivables are not computed again.
 */
async function loadIssuedLines(tx: Transaction, period: Month, leaseIds: readonly string[]): Promise<IssuedLine[]> {
  const meant = Prisma.sql`lease_id = ANY (${[...leaseIds]}::uuid[])`;
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
