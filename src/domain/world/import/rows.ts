import type { Entity, Meter, Project, Reading, Staff, Tariff, Unit } from "../property.ts";
import type { World } from "../world.ts";
import type { WrittenLease } from "./leases.ts";
import type { WrittenPool, WrittenReading } from "./metering.ts";
import type { Place } from "./place.ts";
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

/**
 * Looks only at rows that could be read whole (leases: their days and charge codes), so that one mistake is not reported again
 * wherever the row is compared with another.
 */
export function rowsOf(written: WrittenWorld, known: Partial<World>, root: Place): Rows {
  const whole = <T>(key: string, list: readonly T[]): readonly T[] =>
    list.filter((_, index) => !root.child(key).child(index).isTainted);
  return {
    entities: byCode(known.entities, whole("entities", written.entities)),
    projects: byCode<Pick<Project, "code" | "entity">>(known.projects, written.projects),
    buildings: byCode<{ readonly code: string; readonly project: string }>(known.buildings, buildingsOf(written)),
    units: byCode(known.units, wholeUnits(written, root)),
    meters: byCode(known.meters, whole("meters", written.meters)),
    tariffs: byCode(known.tariffs, whole("tariffs", written.tariffs)),
    pools: byCode<WrittenPool>(known.pools, whole("pools", written.pools)),
    leases: byCode<WrittenLease>(
      known.leases,
      written.leases.filter((lease, index) => hasReadableOutline(lease, root.child("leases").child(index))),
    ),
    staff: byCode(known.staff, written.staff),
    storedLeases: known.leases ?? [],
    storedReadings: known.readings ?? [],
  };
}

const wholeUnits = (written: WrittenWorld, root: Place): readonly Unit[] =>
  written.projects.flatMap((project, i) =>
    project.buildings.flatMap((building, j) => {
      const at = root.child("projects").child(i).child("buildings").child(j).child("units");
      return unitsOfBuilding(project, building).filter((_, index) => !at.child(index).isTainted);
    }),
  );

const hasReadableOutline = (lease: WrittenLease, at: Place): boolean =>
  hasReadableTerm(lease, at) &&
  !at.child("charges").failed &&
  lease.charges.every((_, index) => at.child("charges").child(index).isSound("code")) &&
  lease.amendments.every((amendment, index) => {
    const charges = at.child("amendments").child(index).child("charges");
    return !charges.failed && amendment.charges.every((_, position) => charges.child(position).isSound("code"));
  });

/** Whether start, end and the dates of all amendments could be read; without them no days can be compared. */
export const hasReadableTerm = (lease: WrittenLease, at: Place): boolean =>
  at.isSound("code", "start", "end") &&
  !at.child("amendments").failed &&
  lease.amendments.every((_, index) => at.child("amendments").child(index).isSound("effective", "end"));

export const buildingsOf = (written: WrittenWorld): World["buildings"] =>
  written.projects.flatMap((project) =>
    project.buildings.map(({ code, name }) => ({ code, name, project: project.code })),
  );

export const unitsOf = (written: WrittenWorld): readonly Unit[] =>
  written.projects.flatMap((project) => project.buildings.flatMap((building) => unitsOfBuilding(project, building)));

const unitsOfBuilding = (project: NestedProject, building: NestedProject["buildings"][number]): readonly Unit[] =>
  building.units.map((unit) => ({ ...unit, building: building.code, project: project.code }));

/** Of two written rows with one code the first counts: the second is reported as a duplicate. */
function byCode<T extends { readonly code: string }>(
  stored: readonly T[] = [],
  written: readonly T[] = [],
): ReadonlyMap<string, T> {
  const rows = new Map(stored.map((row) => [row.code, row]));
  for (const row of written.toReversed()) rows.set(row.code, row);
  return rows;
}
