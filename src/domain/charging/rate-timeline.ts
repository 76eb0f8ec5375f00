import { parseFormula } from "../formula/formula.ts";
import type { ChargeTerms } from "../world/lease.ts";
import type { Unit } from "../world/property.ts";
import { type AreaSegment, buildAreaTimeline } from "./area-timeline.ts";
import type { ChargeTimeline, LeaseTimeline } from "./lease-timeline.ts";
import { buildPriceTimeline, type PriceSegment } from "./price-timeline.ts";

/** One price with one quantity from a day on: where it changes, a month is split (money-rules 3.2 and 3.3). */
export interface RateSegment {
  readonly from: number;
  readonly terms: ChargeTerms;
  readonly price: PriceSegment;
  /** Area charges, and formulas that name `area`. */
  readonly area: AreaSegment | undefined;
}

/**
 * Everything that changes the monthly amount of a time-based charge, merged into one ascending list. Built once for each
 * charge of a lease; empty for charges that are not time-based or never run.
 */
export function buildRateTimeline(
  lease: LeaseTimeline,
  charge: ChargeTimeline,
  units: ReadonlyMap<string, Unit>,
): readonly RateSegment[] {
  const prices = buildPriceTimeline(lease, charge);
  const first = prices[0];
  if (!first) return [];
  const areas = new Map<string, readonly AreaSegment[]>();
  const areasOf = (terms: ChargeTerms): readonly AreaSegment[] | undefined => {
    const kind = areaKindOf(terms);
    if (kind === undefined) return undefined;
    const known = areas.get(kind) ?? buildAreaTimeline(lease, units, kind);
    areas.set(kind, known);
    return known;
  };
  const days = new Set(prices.map((price) => price.from));
  for (const { from, to, terms } of charge.segments) {
    if (from > first.from) days.add(from);
    for (const area of areasOf(terms) ?? []) {
      if (area.from > first.from && from <= area.from && area.from <= to) days.add(area.from);
    }
  }
  const rates: RateSegment[] = [];
  for (const from of [...days].sort((a, b) => a - b)) {
    const segment = charge.segments.find((candidate) => candidate.from <= from && from <= candidate.to);
    const price = prices.findLast((candidate) => candidate.from <= from);
    if (!segment || !price) continue;
    const { terms } = segment;
    const area = areasOf(terms)?.findLast((candidate) => candidate.from <= from);
    const last = rates.at(-1);
    if (last && last.terms.rule === terms.rule && last.price === price && last.area === area) continue;
    rates.push({ from, terms, price, area });
  }
  return rates;
}

/** "" for areaSqm, undefined where the area does not matter. */
function areaKindOf({ rule }: ChargeTerms): string | undefined {
  if (rule.type === "area") return rule.area ?? "";
  if (rule.type !== "formula") return undefined;
  const parsed = parseFormula(rule.expression);
  return parsed.ok && parsed.formula.names.has("area") ? (rule.area ?? "") : undefined;
}
