import { groupBy } from "../group-by.ts";
import type { ReadingIndex } from "../metering/reading-index.ts";
import type { Meter, Pool, Tariff, Unit } from "../world/property.ts";

/** What pools are computed from, indexed once for all pools and months. */
export interface PoolWorld {
  readonly units: ReadonlyMap<string, Unit>;
  readonly unitsByBuilding: ReadonlyMap<string, readonly Unit[]>;
  readonly unitsByProject: ReadonlyMap<string, readonly Unit[]>;
  readonly meters: ReadonlyMap<string, Meter>;
  readonly metersByUnit: ReadonlyMap<string, readonly Meter[]>;
  readonly tariffs: ReadonlyMap<string, Tariff>;
  readonly readings: ReadingIndex;
}

export function indexPoolWorld(world: {
  readonly units: Iterable<Unit>;
  readonly meters: Iterable<Meter>;
  readonly tariffs: Iterable<Tariff>;
  readonly readings: ReadingIndex;
}): PoolWorld {
  const units = [...world.units];
  const meters = [...world.meters];
  return {
    units: new Map(units.map((unit) => [unit.code, unit])),
    unitsByBuilding: groupBy(units, (unit) => unit.building),
    unitsByProject: groupBy(units, (unit) => unit.project),
    meters: new Map(meters.map((meter) => [meter.code, meter])),
    metersByUnit: groupBy(meters, (meter) => meter.unit),
    tariffs: new Map([...world.tariffs].map((tariff) => [tariff.code, tariff])),
    readings: world.readings,
  };
}

/** The units that a pool names (money-rules 5), each once. Throws RangeError on a unit that does not exist. */
export function membersOf(pool: Pool, world: PoolWorld): readonly Unit[] {
  const { members } = pool;
  switch (members.type) {
    case "building": {
      const units = world.unitsByBuilding.get(members.building) ?? [];
      return members.floor === undefined ? units : units.filter((unit) => unit.floor === members.floor);
    }
    case "project":
      return world.unitsByProject.get(members.project) ?? [];
    case "units":
      return [...new Set(members.units)].map((code) => {
        const unit = world.units.get(code);
        if (!unit) throw new RangeError(`pool ${pool.code} names unit ${code}, which does not exist`);
        return unit;
      });
    default:
      return members satisfies never;
  }
}
