import type { World } from "../world.ts";
import { isRecord } from "./place.ts";

export const ROW_KINDS = [
  "entity",
  "project",
  "building",
  "unit",
  "tenant",
  "meter",
  "tariff",
  "pool",
  "lease",
] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** The codes that a reference may name: those of the document and those already stored. */
export type CodeIndex = Readonly<Record<RowKind, ReadonlySet<string>>>;

/**
 * Taken from the raw document before anything is checked, so that a mistake in a row does not make every reference to it
 * look wrong as well.
 */
export function indexCodes(document: unknown, known: Partial<World>): CodeIndex {
  const projects = rowsOf(document, "projects");
  const buildings = projects.flatMap((project) => rowsOf(project, "buildings"));
  return {
    entity: codesOf(rowsOf(document, "entities"), known.entities),
    project: codesOf(projects, known.projects),
    building: codesOf(buildings, known.buildings),
    unit: codesOf(
      buildings.flatMap((building) => rowsOf(building, "units")),
      known.units,
    ),
    tenant: codesOf(rowsOf(document, "tenants"), known.tenants),
    meter: codesOf(rowsOf(document, "meters"), known.meters),
    tariff: codesOf(rowsOf(document, "tariffs"), known.tariffs),
    pool: codesOf(rowsOf(document, "pools"), known.pools),
    lease: codesOf(rowsOf(document, "leases"), known.leases),
  };
}

const rowsOf = (value: unknown, key: string): readonly unknown[] => {
  const rows = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(rows) ? rows : [];
};

function codesOf(rows: readonly unknown[], known: readonly { readonly code: string }[] = []): ReadonlySet<string> {
  const codes = new Set(known.map((row) => row.code));
  for (const row of rows) {
    if (isRecord(row) && Object.hasOwn(row, "code") && typeof row.code === "string") codes.add(row.code);
  }
  return codes;
}
