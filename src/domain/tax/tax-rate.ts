import type { CivilDate } from "../time/civil-date.ts";
import type { ChargeKind, DecimalText } from "../world/lease.ts";
import type { Entity, TaxRate } from "../world/property.ts";

/** VAT of a general taxpayer where nothing else is said (money-rules 6). */
export const DEFAULT_TAX_RATES: Readonly<Record<ChargeKind, DecimalText>> = {
  rent: "0.09",
  management: "0.06",
  service: "0.06",
  parking: "0.09",
  electricity: "0.13",
  "shared-electricity": "0.13",
  water: "0.09",
  "shared-water": "0.09",
  gas: "0.09",
  waste: "0.06",
  other: "0.06",
};

/** Rates that came after the world file, by entity and kind, ascending by the day from which they hold. */
export type TaxRateIndex = ReadonlyMap<string, readonly TaxRate[]>;

export function indexTaxRates(rates: readonly TaxRate[]): TaxRateIndex {
  const index = new Map<string, TaxRate[]>();
  for (const rate of [...rates].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const key = `${rate.entity}|${rate.kind}`;
    const rows = index.get(key);
    if (rows) rows.push(rate);
    else index.set(key, [rate]);
  }
  return index;
}

/**
 * The rate of a kind at an entity on the issue date (money-rules 6): the row in force, else what the entity named from
 * the beginning, else the default of general taxpayers. Throws RangeError for a small taxpayer that names no rate: import
 * refuses that.
 */
export function taxRateOn(entity: Entity, kind: ChargeKind, issueDate: CivilDate, rates: TaxRateIndex): DecimalText {
  const row = rates.get(`${entity.code}|${kind}`)?.findLast((rate) => rate.from <= issueDate);
  const named = row?.rate ?? entity.taxRates[kind];
  if (named !== undefined) return named;
  if (entity.taxpayer === "small") throw new RangeError(`small taxpayer ${entity.code} has no tax rate for ${kind}`);
  return DEFAULT_TAX_RATES[kind];
}
