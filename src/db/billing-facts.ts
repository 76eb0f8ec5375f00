import { Prisma } from "../../generated/prisma/client.ts";
import type { BillingFacts, IssuedLine, ParkedRetry } from "../domain/charging/run-plan/facts.ts";
import type { Fen } from "../domain/money/fen.ts";
import { type CivilDate, firstDayOf, type Month, shiftMonth } from "../domain/time/civil-date.ts";
import type { LineKind } from "../domain/world/lease.ts";
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
  const leases = await loadLeases(tx);
  return {
    leases: new Map(leases.map((lease) => [lease.terms.code, lease])),
    facts: {
      entities: await loadEntities(tx),
      projects: await loadProjects(tx),
      units: await loadUnits(tx),
      tariffs: await loadTariffs(tx),
      meters: await loadMeters(tx),
      readings: await loadReadings(tx),
      pools: await loadPools(tx),
      leases: leases.map((lease) => lease.terms),
      taxRates: await loadTaxRates(tx),
      issuedLines: await loadIssuedLines(tx, period),
      depositsHeld: await rows<{ lease: string; amountFen: Fen }>(
        tx,
        Prisma.sql`SELECT l.code AS lease, d.amount_fen AS "amountFen" FROM opening_deposit d JOIN lease l ON l.id = d.lease_id`,
      ),
      billedThrough: await rows<{ lease: string; charge: string; to: CivilDate }>(
        tx,
        Prisma.sql`SELECT l.code AS lease, o.charge_code AS charge, o.through_date::text AS "to"
          FROM opening_billed_through o JOIN lease l ON l.id = o.lease_id`,
      ),
      parkedRetries: await loadParkedRetries(tx),
    },
  };
}

/**
 * All lines of leases that are marked for a recheck or have something parked (a line that is issued already must not be
 * taken for one that is missing); of the others only recent ones, and whatever there is of leases without recent ones,
 * so that a bill is not taken for their first. Opening receivables are not computed again.
 */
async function loadIssuedLines(tx: Transaction, period: Month): Promise<IssuedLine[]> {
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
    Prisma.sql`WITH recent AS (SELECT DISTINCT lease_id FROM bill_line WHERE period_to >= ${since}::date)
      SELECT l.code AS lease, e.code AS entity, line.charge_code AS charge, line.role, line.ordinal,
        line.period_from::text, line.period_to::text, line.correction_no AS correction, line.kind,
        line.amount_fen AS "amountFen", trim_scale(line.tax_rate)::text AS "taxRate", line.input_hash AS "inputHash"
      FROM bill_line line
      JOIN bill b ON b.id = line.bill_id AND b.origin IN ('run', 'settlement')
      JOIN lease l ON l.id = line.lease_id JOIN legal_entity e ON e.id = line.entity_id
      LEFT JOIN (SELECT lease_id FROM billing_recheck UNION SELECT lease_id FROM parked_line WHERE resolved_at IS NULL) r
        ON r.lease_id = line.lease_id
      LEFT JOIN recent ON recent.lease_id = line.lease_id
      WHERE r.lease_id IS NOT NULL OR line.period_to >= ${since}::date OR line.role = 'deposit' OR recent.lease_id IS NULL
      ORDER BY line.lease_id, line.charge_code, line.correction_no`,
  );
  return found.map(({ period_from, period_to, ...line }) => ({
    ...line,
    period: { from: period_from, to: period_to },
  }));
}

async function loadParkedRetries(tx: Transaction): Promise<ParkedRetry[]> {
  const found = await rows<{ lease: string; charge: string; period_from: CivilDate; period_to: CivilDate }>(
    tx,
    Prisma.sql`SELECT l.code AS lease, p.charge_code AS charge, p.period_from::text, p.period_to::text
      FROM parked_line p JOIN lease l ON l.id = p.lease_id WHERE p.resolved_at IS NULL`,
  );
  return found.map(({ lease, charge, period_from, period_to }) => ({
    lease,
    charge,
    period: { from: period_from, to: period_to },
  }));
}
