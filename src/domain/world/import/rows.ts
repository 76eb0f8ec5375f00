import type { Entity, Meter, Project, Reading, Staff, Tariff, Unit } from "../property.ts";
import type { World } from "../world.ts";
import type { WrittenLease } from "./leases.ts";
import type { WrittenPool, WrittenReading } from "./metering.ts";
import type { NestedProject } from "./premises.ts";

/** The lists of a document as they were read, in the order of the file; rows that could not be read hold harmless values. */
export interface WrittenWorld
  extends Omit<World, "projects" | "buildings" | "units" | "readings" | "pools" | "leases"> {
  readonly projects: readonly NestedProject[];
  readonly readings: readonly WrittenReading[];
  readonly pools: readonly WrittenPool[];
  readonly leases: readonly WrittenLease[];
}

/** Rows by code, those of the document before those already stored. */
export interface Rows {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly projects: ReadonlyMap<string, Pick<Project, "code" | "entity">>;
  readonly buildings: ReadonlyMap<string, { readonly code: string; readonly project: string }>;
  readonly units: ReadonlyMap<string, Unit>;
  readonly meters: ReadonlyMap<string, Meter>;
  readonly tariffs: ReadonlyMap<string, Tariff>;
  readonly pools: ReadonlyMap<string, WrittenPool>;
  readonly leases: ReadonlyMap<string, WrittenLease>;
  readonly staff: ReadonlyMap<string, Staff>;
  readonly storedLeases: readonly WrittenLease[];
  readonly storedReadings: readonly Reading[];
}

export function rowsOf(written: WrittenWorld, known: Partial<World>): Rows {
  return {
    entities: byCode(known.entities, written.entities),
    projects: byCode<Pick<Project, "code" | "entity">>(known.projects, written.projects),
    buildings: byCode<{ readonly code: string; readonly project: string }>(known.buildings, buildingsOf(written)),
    units: byCode(known.units, unitsOf(written)),
    meters: byCode(known.meters, written.meters),
    tariffs: byCode(known.tariffs, written.tariffs),
    pools: byCode<WrittenPool>(known.pools, written.pools),
    leases: byCode<WrittenLease>(known.leases, written.leases),
    staff: byCode(known.staff, written.staff),
    storedLeases: known.leases ?? [],
    storedReadings: known.readings ?? [],
  };
}

export const buildingsOf = (written: WrittenWorld): World["buildings"] =>
  written.projects.flatMap((project) =>
    project.buildings.map(({ code, name }) => ({ code, name, project: project.code })),
  );

export const unitsOf = (written: WrittenWorld): readonly Unit[] =>
  written.projects.flatMap((project) =>
    project.buildings.flatMap((building) =>
      building.units.map((unit) => ({ ...unit, building: building.code, project: project.code })),
    ),
  );

/** Of two written rows with one code the first counts: the second is reported as a duplicate. */
function byCode<T extends { readonly code: string }>(
  stored: readonly T[] = [],
  written: readonly T[] = [],
): ReadonlyMap<string, T> {
  const rows = new Map(stored.map((row) => [row.code, row]));
  for (const row of written.toReversed()) rows.set(row.code, row);
  return rows;
}
