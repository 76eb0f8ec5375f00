import { constant, differenceOf, productOf, sumOf, type Traced } from "../charging/derivation.ts";
import { type ParkedLine, parked } from "../charging/line.ts";
import { add, formatRatio, isZero, ZERO } from "../money/ratio.ts";
import { formatDate } from "../time/civil-date.ts";
import type { RegisterValues } from "../world/property.ts";
import type { Consumption } from "./consumption.ts";
import type { TariffRow } from "./tariff-rows.ts";
import { climbLadder, type Tier } from "./tier-ladder.ts";
import { REGISTER_NAMES, registerUsage, totalUsage } from "./usage-trace.ts";

/** A service month, or the part of it up to or from a tariff change, with the row that prices it. */
export interface PricedPart {
  readonly row: TariffRow | undefined;
  readonly consumption: Consumption;
}

export type Priced = { readonly ok: true; readonly yuan: Traced } | ParkedLine;

/**
 * Prices the parts of a service month, exactly and unrounded (money-rules 4). `usageOfYear` is where a yearly ladder stands
 * at the opening; a monthly one begins at zero. Every later part goes on where the one before it ended.
 */
export function priceParts(parts: readonly PricedPart[], usageOfYear: Traced): Priced {
  const amounts: Traced[] = [];
  const usages: Traced[] = [];
  for (const { row, consumption } of parts) {
    const before = row?.tariff.basis === "year" ? [usageOfYear, ...usages] : usages;
    const priced = pricePart(row, consumption, sumOf("期初累计用量", before));
    if (!priced.ok) return priced;
    amounts.push(priced.yuan);
    if (amounts.length < parts.length) usages.push(totalUsage(consumption));
  }
  return { ok: true, yuan: sumOf("各段合计", amounts) };
}

function pricePart(row: TariffRow | undefined, consumption: Consumption, position: Traced): Priced {
  const price = row?.price;
  if (!row || !price) {
    const day = formatDate(consumption.closing.standsOn);
    return parked("TARIFF_MISSING", `截至${day}的用量没有生效的价格，请补录价格${row ? `（${row.tariff.code}）` : ""}`);
  }
  switch (price.kind) {
    case "flat":
      return {
        ok: true,
        yuan: productOf("用量金额", totalUsage(consumption), constant(priceLabel(row, "单价"), price.price)),
      };
    case "tou":
      return priceByTime(row, price.prices, consumption);
    case "tiered":
      return priceByTier(row, price.tiers, consumption, position);
    default:
      return price satisfies never;
  }
}

function priceByTime(row: TariffRow, prices: RegisterValues, consumption: Consumption): Priced {
  const amounts: Traced[] = [];
  for (const register of consumption.pricedRegisters) {
    const price = prices[register];
    const name = REGISTER_NAMES[register];
    if (price === undefined) {
      return parked("TARIFF_MISSING", `价格 ${row.tariff.code} 没有${name}（${register}）时段的单价，请补录价格`);
    }
    const usage = registerUsage(consumption, register);
    amounts.push(productOf(`${name}时段金额`, usage, constant(priceLabel(row, `${name}单价`), price)));
  }
  return { ok: true, yuan: sumOf("分时金额", amounts) };
}

/** The ends of the way up the ladder keep their proof; the rungs between them are the tariff's own figures. */
function priceByTier(row: TariffRow, tiers: readonly Tier[], consumption: Consumption, position: Traced): Priced {
  const usage = totalUsage(consumption);
  const slices = climbLadder(tiers, position.ratio, usage.ratio);
  if (!slices || tiers.length === 0) {
    const reached = formatRatio(add(position.ratio, usage.ratio));
    return parked("TARIFF_MISSING", `价格 ${row.tariff.code} 的阶梯没有覆盖累计用量 ${reached}，请补录价格`);
  }
  if (slices.length === 0) {
    return { ok: true, yuan: productOf("阶梯金额", usage, constant("单价", ZERO)) };
  }
  const start = isZero(position.ratio) ? undefined : position;
  const end = start ? sumOf("期末累计用量", [start, usage]) : usage;
  const amounts = slices.map((slice, index) => {
    const from = index === 0 ? start : constant("分档线", slice.from);
    const to = index === slices.length - 1 ? end : constant("分档线", slice.to);
    const quantity = from ? differenceOf(`第${slice.tier}档用量`, to, from) : to;
    return productOf(
      `第${slice.tier}档金额`,
      quantity,
      constant(priceLabel(row, `第${slice.tier}档单价`), slice.price),
    );
  });
  return { ok: true, yuan: sumOf("阶梯金额", amounts) };
}

const priceLabel = (row: TariffRow, what: string): string => (row.from ? `${what}（${formatDate(row.from)}起）` : what);
