import { indexReadings } from "../../../src/domain/metering/reading-index.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import type { LeasedUnit } from "../../../src/domain/pools/leased-days.ts";
import { computePoolMonth, type PoolMonth } from "../../../src/domain/pools/pool-month.ts";
import { indexPoolWorld } from "../../../src/domain/pools/pool-world.ts";
import { type CivilDate, type Month, parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Meter, Pool, Reading, Tariff, Unit } from "../../../src/domain/world/property.ts";

/* Short forms in which the tables of this folder state pools. Everything happens in August 2026 (31 days). */

export const AUGUST = parseMonth("2026-08");

/** A unit of building A, floor 1, project DG; no area: undefined. */
export const unitOf = (code: string, areaSqm: string | undefined, more: Partial<Unit> = {}): Unit => ({
  code,
  building: "A",
  project: "DG",
  floor: "1",
  areas: areaSqm === undefined ? [] : [{ kind: "", areaSqm }],
  ...more,
});

/** A pool over building A with a given cost in yuan. */
export const poolOf = (cost: string | undefined, more: Partial<Pool> = {}): Pool => ({
  code: "P1",
  name: "公摊",
  utility: "electricity",
  meters: [],
  minusMeters: [],
  costs: cost === undefined ? {} : { [AUGUST]: parseYuan(cost) },
  members: { type: "building", building: "A" },
  weight: "area",
  customWeights: {},
  vacant: "operator",
  ...more,
});

/** Leased on the days from..to of August 2026. */
export const leased = (unit: string, lease: string, from = 1, to = 31): LeasedUnit => ({
  unit,
  lease,
  from: `2026-08-${String(from).padStart(2, "0")}` as CivilDate,
  to: `2026-08-${String(to).padStart(2, "0")}` as CivilDate,
});

export interface PoolCase {
  readonly pool: Pool;
  readonly units: readonly Unit[];
  readonly leased?: readonly LeasedUnit[];
  readonly meters?: readonly Meter[];
  readonly readings?: readonly Reading[];
  readonly tariffs?: readonly Tariff[];
  readonly month?: Month;
}

export function compute(given: PoolCase): PoolMonth {
  const { pool, units, leased: rows = [], meters = [], readings = [], tariffs = [], month = AUGUST } = given;
  const world = indexPoolWorld({ units, meters, tariffs, readings: indexReadings(meters, readings) });
  return computePoolMonth(pool, month, { world, leased: rows });
}

/** "unit lease fen" for each share that bears something, or the parked code. */
export function sharesOf(given: PoolCase): readonly string[] | string {
  const result = compute(given);
  if (!result.ok) return result.code;
  return result.shares.filter((share) => share.amountFen > 0n).map((s) => `${s.unit} ${s.lease} ${s.amountFen}`);
}
