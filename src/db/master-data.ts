import { Prisma } from "../../generated/prisma/client.ts";
import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate, Month } from "../domain/time/civil-date.ts";
import type { LateFeeTerms } from "../domain/world/lease.ts";
import type {
  AllocationKey,
  Entity,
  Meter,
  Pool,
  Project,
  Reading,
  Register,
  Tariff,
  TariffPrice,
  TaxRate,
  Unit,
  Utility,
} from "../domain/world/property.ts";
import { rows } from "./rows.ts";
import type { Transaction } from "./transaction.ts";

/** "From the beginning": the rates that a world file names (interfaces.md section 2). */
export const BEGINNING = "0001-01-01";

/** Entities with the tax rates that hold from the beginning; bank and merchant accounts are not needed for billing. */
export async function loadEntities(tx: Transaction): Promise<Entity[]> {
  return rows<Entity>(
    tx,
    Prisma.sql`SELECT e.code, e.name, e.taxpayer, e.defer_advance AS "deferAdvance",
        coalesce((SELECT jsonb_object_agg(r.kind, trim_scale(r.rate)::text) FROM tax_rate r
          WHERE r.entity_id = e.id AND r.valid_from = ${BEGINNING}::date), '{}') AS "taxRates",
        '[]'::jsonb AS "merchantAccounts", '[]'::jsonb AS "bankAccounts"
      FROM legal_entity e ORDER BY e.code COLLATE "C"`,
  );
}

/** Rates that came later, by approval. */
export async function loadTaxRates(tx: Transaction): Promise<TaxRate[]> {
  return rows<TaxRate>(
    tx,
    Prisma.sql`SELECT e.code AS entity, r.kind, r.valid_from::text AS from, trim_scale(r.rate)::text AS rate
      FROM tax_rate r JOIN legal_entity e ON e.id = r.entity_id WHERE r.valid_from > ${BEGINNING}::date`,
  );
}

export async function loadProjects(tx: Transaction): Promise<Project[]> {
  return rows<
    Omit<Project, "lateFee" | "allocationOrder"> & { lateFee: LateFeeTerms | null; allocationOrder: AllocationKey[] }
  >(
    tx,
    Prisma.sql`SELECT p.code, p.name, e.code AS entity, p.mode, p.late_fee AS "lateFee",
        p.allocation_order AS "allocationOrder"
      FROM project p JOIN legal_entity e ON e.id = p.entity_id ORDER BY p.code COLLATE "C"`,
  );
}

/** Codes of units, and of buildings and projects with all their units. */
export interface UnitSelection {
  readonly units: readonly string[];
  readonly buildings: readonly string[];
  readonly projects: readonly string[];
}

/** `which` undefined = all. */
export async function loadUnits(tx: Transaction, which?: UnitSelection): Promise<Unit[]> {
  const found = await rows<{
    code: string;
    building: string;
    project: string;
    floor: string | null;
    areas: { kind: string; areaSqm: string; from: CivilDate | null; to: CivilDate | null }[] | null;
  }>(
    tx,
    Prisma.sql`SELECT u.code, b.code AS building, p.code AS project, u.floor,
        (SELECT jsonb_agg(jsonb_build_object('kind', a.kind, 'areaSqm', a.area_sqm::text, 'from', lower(a.valid),
          'to', upper(a.valid) - 1) ORDER BY a.kind, a.valid) FROM unit_area a WHERE a.unit_id = u.id) AS areas
      FROM unit u JOIN building b ON b.id = u.building_id JOIN project p ON p.id = b.project_id
      WHERE ${which === undefined ? Prisma.sql`true` : selectedUnits(which)}
      ORDER BY u.code COLLATE "C"`,
  );
  return found.map(({ floor, areas, ...unit }) => ({
    ...unit,
    ...(floor === null ? {} : { floor }),
    areas: (areas ?? []).map(({ kind, areaSqm, from, to }) => ({
      kind,
      areaSqm,
      ...(from === null ? {} : { from }),
      ...(to === null ? {} : { to }),
    })),
  }));
}

function selectedUnits({ units, buildings, projects }: UnitSelection): Prisma.Sql {
  const named = Prisma.sql`u.code = ANY (${[...units]}::text[])`;
  // An OR over three tables is a look at every unit of the park.
  if (buildings.length === 0 && projects.length === 0) return named;
  return Prisma.sql`(${named} OR b.code = ANY (${[...buildings]}::text[]) OR p.code = ANY (${[...projects]}::text[]))`;
}

export async function loadTariffs(tx: Transaction): Promise<Tariff[]> {
  const found = await rows<Omit<Tariff, "prices"> & { prices: TariffPrice[] | null }>(
    tx,
    Prisma.sql`SELECT t.code, t.kind, t.basis, (SELECT jsonb_agg(p.price ORDER BY p.valid_from) FROM tariff_price p
        WHERE p.tariff_id = t.id) AS prices
      FROM tariff t ORDER BY t.code COLLATE "C"`,
  );
  return found.map((tariff) => ({ ...tariff, prices: tariff.prices ?? [] }));
}

/** `codes` undefined = all. */
export async function loadMeters(tx: Transaction, codes?: readonly string[]): Promise<Meter[]> {
  const found = await rows<{
    code: string;
    utility: Utility;
    unit: string | null;
    building: string | null;
    registers: Register[];
    multiplier: string;
    digits: number;
  }>(
    tx,
    Prisma.sql`SELECT m.code, m.utility, u.code AS unit, b.code AS building, m.registers,
        trim_scale(m.multiplier)::text AS multiplier, m.digits
      FROM meter m
        ${
          codes === undefined
            ? Prisma.sql`LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held)`
            : // One look-up a meter, however many assignments there are of others.
              Prisma.sql`LEFT JOIN LATERAL (SELECT unit_id FROM meter_assignment held
                WHERE held.meter_id = m.id AND upper_inf(held.held) LIMIT 1) a ON true`
        }
        LEFT JOIN unit u ON u.id = a.unit_id LEFT JOIN building b ON b.id = m.building_id
      WHERE ${codes === undefined ? Prisma.sql`true` : Prisma.sql`m.code = ANY (${[...codes]}::text[])`}
      ORDER BY m.code COLLATE "C"`,
  );
  return found.map(({ unit, building, ...meter }) => ({
    ...meter,
    ...(unit === null ? {} : { unit }),
    ...(building === null ? {} : { building }),
  }));
}

/** Every value that stands: superseded ones stay in the table and out of the computation. `meters` undefined = of all. */
export async function loadReadings(tx: Transaction, meters?: readonly string[]): Promise<Reading[]> {
  const found = await rows<{ value: Reading; revision: number }>(
    tx,
    meters === undefined
      ? Prisma.sql`SELECT r.value, r.revision FROM reading r WHERE r.superseded_by IS NULL`
      : // As an array and not as a join: the planner would rather read all readings of all meters.
        Prisma.sql`SELECT r.value, r.revision FROM reading r
          WHERE r.meter_id = ANY (ARRAY(SELECT m.id FROM meter m WHERE m.code = ANY (${[...meters]}::text[])))
            AND r.superseded_by IS NULL`,
  );
  return found.map(({ value, revision }) => ({ ...value, revision }));
}

/** Every value that was ever registered: a file that is imported again still holds what its later rows correct. */
export async function loadReadingHistory(tx: Transaction): Promise<Reading[]> {
  const found = await rows<{ value: Reading; revision: number }>(
    tx,
    Prisma.sql`SELECT r.value, r.revision FROM reading r`,
  );
  return found.map(({ value, revision }) => ({ ...value, revision }));
}

export async function loadPools(tx: Transaction): Promise<Pool[]> {
  const found = await rows<{ terms: Omit<Pool, "costs">; costs: Record<Month, string> | null }>(
    tx,
    Prisma.sql`SELECT p.terms, (SELECT jsonb_object_agg(c.month, c.cost_fen::text) FROM pool_cost c
        WHERE c.pool_id = p.id AND c.revision = (SELECT max(d.revision) FROM pool_cost d
          WHERE d.pool_id = c.pool_id AND d.month = c.month)) AS costs
      FROM pool p ORDER BY p.code COLLATE "C"`,
  );
  return found.map(({ terms, costs }) => ({
    ...terms,
    costs: Object.fromEntries(
      Object.entries(costs ?? {}).map(([month, costFen]) => [month, BigInt(costFen)]),
    ) as Record<Month, Fen>,
  }));
}
