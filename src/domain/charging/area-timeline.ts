import { toDayNumber } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Unit } from "../world/property.ts";
import type { LeaseTimeline } from "./lease-timeline.ts";

/** The units of a lease with their areas on a stretch of days; without `areaSqm` the unit has none there. */
export interface AreaSegment {
  /** First day; it holds until the next segment. */
  readonly from: number;
  readonly units: readonly { readonly unit: string; readonly areaSqm: DecimalText | undefined }[];
}

/**
 * The leased area over the life of a lease (money-rules 2: the exact sum of its units' areas, the `areas` entry that the
 * rule names, else areaSqm). `areaKind` "" is areaSqm. Segments are ascending, the first at the lease start.
 */
export function buildAreaTimeline(
  lease: LeaseTimeline,
  units: ReadonlyMap<string, Unit>,
  areaKind: string,
): readonly AreaSegment[] {
  const changes = new Set<number>([lease.startDay]);
  const note = (day: number): void => {
    if (day > lease.startDay && day <= lease.endDay) changes.add(day);
  };
  for (const holding of lease.holdings) {
    note(holding.from);
    note(holding.to + 1);
    for (const area of units.get(holding.unit)?.areas ?? []) {
      if (area.from !== undefined) note(toDayNumber(area.from));
      if (area.to !== undefined) note(toDayNumber(area.to) + 1);
    }
  }
  const segments: AreaSegment[] = [];
  for (const from of [...changes].sort((a, b) => a - b)) {
    const held = lease.holdings.filter((holding) => holding.from <= from && from <= holding.to);
    const here = held.map(({ unit }) => ({ unit, areaSqm: areaOn(units.get(unit), areaKind, from) }));
    const last = segments.at(-1);
    if (last && JSON.stringify(last.units) === JSON.stringify(here)) continue;
    segments.push({ from, units: here });
  }
  return segments;
}

function areaOn(unit: Unit | undefined, areaKind: string, day: number): DecimalText | undefined {
  let general: DecimalText | undefined;
  for (const { kind, areaSqm, from, to } of unit?.areas ?? []) {
    if (from !== undefined && toDayNumber(from) > day) continue;
    if (to !== undefined && toDayNumber(to) < day) continue;
    if (kind === areaKind) return areaSqm;
    if (kind === "") general = areaSqm;
  }
  return general;
}
