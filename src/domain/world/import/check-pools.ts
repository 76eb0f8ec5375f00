import type { Meter, PoolMembers, Tariff, Unit } from "../property.ts";
import { isZeroText } from "./fields.ts";
import type { Place } from "./place.ts";
import type { Rows, WrittenWorld } from "./rows.ts";

/** Whether a unit takes part in a pool (money-rules 5). */
export function isPoolMember(unit: Unit, members: PoolMembers): boolean {
  switch (members.type) {
    case "building":
      return unit.building === members.building && (members.floor === undefined || unit.floor === members.floor);
    case "project":
      return unit.project === members.project;
    case "units":
      return members.units.includes(unit.code);
    default:
      return members satisfies never;
  }
}

export function checkPools(written: WrittenWorld, rows: Rows, root: Place): void {
  written.pools.forEach((pool, index) => {
    const at = root.child("pools").child(index);
    if (pool.weight === "custom" && at.isSound("members")) {
      for (const code of Object.keys(pool.customWeights)) {
        const unit = rows.units.get(code);
        if (unit !== undefined && !isPoolMember(unit, pool.members)) {
          at.child("customWeights").child(code).report("CUSTOM_WEIGHT_OF_NON_MEMBER", { unit: code, pool: pool.code });
        }
      }
    }
    if (pool.weight !== "custom" && at.has("customWeights")) {
      at.child("customWeights").report("TERM_IGNORED", { key: "customWeights" });
    }
    if (pool.weight === "custom" && Object.values(pool.customWeights).every(isZeroText)) {
      at.child("weight").report("CUSTOM_WEIGHTS_MISSING", { pool: pool.code });
    }
    const tariff = rows.tariffs.get(pool.tariff ?? "");
    if (tariff?.kind === "tiered") at.child("tariff").report("POOL_TARIFF_TIERED", { tariff: tariff.code });
    if (Object.keys(pool.costs).length === 0 && (pool.meters.length === 0 || pool.tariff === undefined)) {
      at.report("POOL_WITHOUT_SOURCE", { pool: pool.code });
    }
    for (const key of ["meters", "minusMeters"] as const) {
      pool[key].forEach((code, position) => {
        const meter = rows.meters.get(code);
        const place = at.child(key).child(position);
        if (meter === undefined || place.failed) return;
        if (tariff !== undefined) checkTariffFitsMeter(tariff, meter, place);
        if (pool.utility !== undefined && pool.utility !== meter.utility) {
          place.report("UTILITY_MISMATCH", { kind: pool.utility, meter: code, utility: meter.utility });
        }
      });
    }
  });
}

/** A time-of-use price needs registers to apply to (money-rules 4); a register without a price parks the line later. */
export function checkTariffFitsMeter(tariff: Tariff, meter: Meter, at: Place): void {
  if (tariff.kind !== "tou") return;
  const registers = meter.registers.filter((register) => register !== "total");
  if (registers.length === 0) {
    at.report("METER_WITHOUT_PRICED_REGISTERS", { meter: meter.code, tariff: tariff.code });
    return;
  }
  const latest = tariff.prices.at(-1);
  for (const register of registers) {
    if (latest?.kind === "tou" && latest.prices[register] === undefined) {
      at.report("REGISTER_WITHOUT_PRICE", { tariff: tariff.code, meter: meter.code, register });
    }
  }
}
