import { constant, fenOf, productOf, roundedTo, sumOf, type Traced } from "../charging/derivation.ts";
import type { Consumption } from "../metering/consumption.ts";
import { pricedRegistersOf } from "../metering/consumption.ts";
import { tariffPriceOn } from "../metering/tariff-rows.ts";
import { meterMonthConsumption } from "../metering/usage-statistics.ts";
import { REGISTER_NAMES, registerUsage, totalUsage } from "../metering/usage-trace.ts";
import { type Fen, formatYuan } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import { firstDayOf, formatDate, formatMonth, type Month } from "../time/civil-date.ts";
import { type Meter, type Pool, REGISTERS, type Register, type TariffPrice } from "../world/property.ts";
import { type PoolFailure, poolFailure } from "./pool-failure.ts";
import type { PoolWorld } from "./pool-world.ts";

/** A meter's consumption of the month inside the cost: added (`meters`) or taken off (`minusMeters`). */
export interface PoolMeterUsage {
  readonly meter: Meter;
  readonly sign: 1 | -1;
  readonly consumption: Consumption;
}

/** What is shared out, and where it comes from. */
export interface PoolCost {
  readonly costFen: Fen;
  /** The cost in yuan, rounded to the fen, with its proof from the readings up. */
  readonly yuan: Traced;
  /** Undefined: the cost was given. */
  readonly measured?: { readonly row: MeasuredRow; readonly usages: readonly PoolMeterUsage[] };
}

export type MeasuredRow = Extract<TariffPrice, { readonly kind: "flat" | "tou" }>;

/** How a pool's month is paid for: what is known of its cost before any reading is looked at. */
export type PoolPrice =
  | { readonly source: "given"; readonly costFen: Fen }
  | {
      readonly source: "measured";
      readonly row: MeasuredRow;
      readonly meters: readonly Meter[];
      readonly minusMeters: readonly Meter[];
    };

/**
 * The given cost of a pool's month, or the flat or tou row in force on the month's first day with a price for every
 * register that is priced (money-rules 5). Throws RangeError on a meter that does not exist.
 */
export function priceOfPool(
  pool: Pool,
  month: Month,
  world: PoolWorld,
): { readonly ok: true; readonly price: PoolPrice } | PoolFailure {
  const given = pool.costs[month];
  if (given !== undefined) return { ok: true, price: { source: "given", costFen: given } };
  if (pool.meters.length === 0) {
    const what = `公摊 ${pool.code} ${formatMonth(month)}既没有录入费用，也没有公摊表计`;
    return poolFailure("POOL_INCOMPLETE", `${what}，请补录其一`);
  }
  const meters = pool.meters.map((code) => meterOf(pool, code, world));
  const minusMeters = pool.minusMeters.map((code) => meterOf(pool, code, world));
  const tariff = pool.tariff === undefined ? undefined : world.tariffs.get(pool.tariff);
  const row = tariff && tariffPriceOn(tariff, firstDayOf(month));
  if (row === undefined || row.kind === "tiered") {
    const what = `公摊 ${pool.code} 在${formatDate(firstDayOf(month))}没有单一价或分时价`;
    return poolFailure("TARIFF_MISSING", `${what}，请补录价格`);
  }
  if (row.kind === "tou") {
    const unpriced = registersOf([...meters, ...minusMeters]).find((register) => row.prices[register] === undefined);
    if (unpriced) {
      return poolFailure("TARIFF_MISSING", `公摊 ${pool.code} 的分时价缺少 ${unpriced} 的价格，请补录价格`);
    }
  }
  return { ok: true, price: { source: "measured", row, meters, minusMeters } };
}

/**
 * The cost of a pool's month in fen: the given one, else price × (Σ meters − Σ minusMeters), register by register, rounded
 * once (money-rules 5). POOL_INCOMPLETE where a meter cannot be determined, NEGATIVE_RESULT for a cost below zero.
 */
export function costOfPool(pool: Pool, month: Month, world: PoolWorld, price: PoolPrice): CostResult {
  const measured = price.source === "given" ? givenCost(price.costFen) : measuredCost(pool, month, world, price);
  if (!measured.ok || measured.cost.costFen >= 0n) return measured;
  const what = `公摊 ${pool.code} ${formatMonth(month)}的费用为 ${formatYuan(measured.cost.costFen)}，小于零`;
  return poolFailure("NEGATIVE_RESULT", `${what}，请核对读数或费用`);
}

type CostResult = { readonly ok: true; readonly cost: PoolCost } | PoolFailure;

const givenCost = (costFen: Fen): CostResult => ({ ok: true, cost: costAsGiven(costFen) });

export const costAsGiven = (costFen: Fen): PoolCost => ({
  costFen,
  yuan: constant("公摊费用（录入）", ratio(costFen, 100n)),
});

function measuredCost(
  pool: Pool,
  month: Month,
  world: PoolWorld,
  { row, meters, minusMeters }: Extract<PoolPrice, { readonly source: "measured" }>,
): CostResult {
  const usages: PoolMeterUsage[] = [];
  const signedMeters = [
    ...meters.map((meter) => ({ meter, sign: 1 as const })),
    ...minusMeters.map((meter) => ({ meter, sign: -1 as const })),
  ];
  for (const { meter, sign } of signedMeters) {
    const result = meterMonthConsumption(meter, world.readings.get(meter.code) ?? [], month);
    if (!result.ok) return poolFailure("POOL_INCOMPLETE", `公摊 ${pool.code} 无法计量：${result.message}`);
    usages.push({ meter, sign, consumption: result.consumption });
  }
  return { ok: true, cost: costOfUsages(row, usages) };
}

/** Price × net quantity, rounded to the fen; also what a replay computes from the readings stored with a line. */
export function costOfUsages(row: MeasuredRow, usages: readonly PoolMeterUsage[]): PoolCost {
  const yuan = roundedTo("round", "公摊费用", pricedUsages(row, usages), "0.01");
  return { costFen: fenOf(yuan.ratio), yuan, measured: { row, usages } };
}

/** Price × net quantity of all meters: at one price (`flat`), or register by register (`tou`). */
function pricedUsages(row: MeasuredRow, usages: readonly PoolMeterUsage[]): Traced {
  const since = `（${formatDate(row.from)}起）`;
  if (row.kind === "flat") {
    const quantities = usages.map(({ meter, sign, consumption }) => signed(meter, sign, totalUsage(consumption)));
    return productOf("公摊费用（未取整）", sumOf("净用量", quantities), constant(`单价${since}`, row.price));
  }
  const amounts = registersOf(usages.map(({ meter }) => meter)).map((register) => {
    const price = row.prices[register];
    if (price === undefined) throw new RangeError(`no price of ${register}; priceOfPool checks that there is one`);
    const name = REGISTER_NAMES[register];
    const quantities = usages
      .filter(({ meter }) => pricedRegistersOf(meter).includes(register))
      .map(({ meter, sign, consumption }) => signed(meter, sign, registerUsage(consumption, register)));
    return productOf(`${name}时段金额`, sumOf(`${name}净用量`, quantities), constant(`${name}单价${since}`, price));
  });
  return sumOf("公摊费用（未取整）", amounts);
}

/** The registers that are priced, each once, in the order in which registers are always shown. */
function registersOf(meters: readonly Meter[]): readonly Register[] {
  const registers = new Set(meters.flatMap((meter) => pricedRegistersOf(meter)));
  return REGISTERS.filter((register) => registers.has(register));
}

function meterOf(pool: Pool, code: string, world: PoolWorld): Meter {
  const meter = world.meters.get(code);
  if (!meter) throw new RangeError(`pool ${pool.code} names meter ${code}, which does not exist`);
  return meter;
}

const signed = (meter: Meter, sign: 1 | -1, usage: Traced): Traced =>
  sign === 1 ? usage : productOf(`扣减表计 ${meter.code}`, constant("扣减", "-1"), usage);
