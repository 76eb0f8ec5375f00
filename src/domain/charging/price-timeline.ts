import { formatRatio, parseRatio } from "../money/ratio.ts";
import { type CivilDate, dayOfMonth, fromDayNumber, monthOf, shiftMonth, toDayNumber } from "../time/civil-date.ts";
import type { ChargeTerms, DecimalText, Escalation } from "../world/lease.ts";
import type { ChargeTimeline, LeaseTimeline } from "./lease-timeline.ts";

/** A percent step: price = round(price before × (1 + percent/100), scale), HALF_UP (money-rules 3.3). */
export type PercentStep = { readonly on: CivilDate; readonly percent: DecimalText; readonly scale: number };

/** What a price starts from before its percent steps. */
export type PriceBase =
  | { readonly price: DecimalText; readonly since: CivilDate }
  | { readonly formula: string; readonly area: string };

/** The monthly (or daily) price from a day on. */
export interface PriceSegment {
  readonly from: number;
  readonly base: PriceBase;
  readonly steps: readonly PercentStep[];
}

type PriceEvent = {
  /** The day on which it takes effect. */
  readonly day: number;
  /** The day it is dated, which orders first prices among each other. */
  readonly dated: number;
  /** On one day: percent steps, then a new rule, then the list's set price, then an amendment's. */
  readonly rank: 0 | 1 | 2 | 3;
} & ({ readonly step: PercentStep } | { readonly base: PriceBase });

/**
 * The price of a time-based charge over its life (money-rules 3.3). `price` is that of the charge's first day; a set
 * price dated on or before that day replaces it, percent steps dated on or before it do not apply. Steps apply in order of
 * date; on one day percent steps first, in list order, and set prices last. Empty for a charge that never runs.
 *
 * Where an amendment replaces the rule, a new price (or one per another unit) holds from its date; a rule that repeats the
 * price and changes something else, such as the quantity, leaves price and steps as they are.
 */
export function buildPriceTimeline(lease: LeaseTimeline, charge: ChargeTimeline): readonly PriceSegment[] {
  const firstDay = charge.runDays[0]?.from;
  if (firstDay === undefined) return [];
  const changes = [
    ...escalationEvents(lease, charge, firstDay),
    ...charge.setPrices.map(({ on, price }): PriceEvent => setPrice(on, price, firstDay, 3)),
  ];
  return ruleVersions(charge, firstDay).flatMap(({ from, to, origin }) => {
    const segments = origin ? applyEvents([origin, ...changes], firstDay) : [];
    const inForce = priceOn(segments, from);
    const later = segments.filter((segment) => segment.from > from && segment.from <= to);
    return inForce ? [{ ...inForce, from }, ...later] : later;
  });
}

function applyEvents(events: readonly PriceEvent[], firstDay: number): readonly PriceSegment[] {
  const ordered = [...events].sort(
    (a, b) => a.day - b.day || (a.day === firstDay ? a.dated - b.dated : 0) || a.rank - b.rank,
  );
  const segments: PriceSegment[] = [];
  for (const event of ordered) {
    const last = segments.at(-1);
    const base = "base" in event ? event.base : last?.base;
    if (!base) continue;
    const steps = "base" in event ? [] : [...(last?.steps ?? []), event.step];
    const segment = { from: event.day, base, steps };
    if (last && last.from === event.day) segments[segments.length - 1] = segment;
    else segments.push(segment);
  }
  return segments;
}

/** The segment in force on a day. */
export const priceOn = (segments: readonly PriceSegment[], day: number): PriceSegment | undefined =>
  segments.findLast((segment) => segment.from <= day);

const setPrice = (on: CivilDate, price: DecimalText, firstDay: number, rank: 2 | 3): PriceEvent => {
  const dated = toDayNumber(on);
  return { day: Math.max(dated, firstDay), dated, rank, base: { price, since: on } };
};

/** The days on which one rule holds, and where its price comes from; no origin for rules without a price. */
interface RuleVersion {
  readonly from: number;
  readonly to: number;
  readonly origin: PriceEvent | undefined;
}

function ruleVersions(charge: ChargeTimeline, firstDay: number): readonly RuleVersion[] {
  const versions: RuleVersion[] = [];
  let before: ChargeTerms["rule"] | undefined;
  let price: { readonly name: string; readonly day: number; readonly dated: number } | undefined;
  for (const { from, to, terms, ruleSince } of charge.segments) {
    if (to < firstDay) continue;
    const { rule } = terms;
    const last = versions.at(-1);
    if (last && rule === before) {
      versions[versions.length - 1] = { ...last, to };
      continue;
    }
    before = rule;
    const day = Math.max(from, firstDay);
    const name = priceIdentity(rule);
    if (price?.name !== name) {
      const dated = ruleSince === undefined || !price ? Number.NEGATIVE_INFINITY : toDayNumber(ruleSince);
      price = { name, day, dated };
    }
    const base = baseOf(terms, fromDayNumber(price.day));
    const origin: PriceEvent | undefined = base && { day: price.day, dated: price.dated, rank: 1, base };
    versions.push({ from: day, to, origin });
  }
  return versions;
}

/** Rules with the same have one price between them; a formula's value is computed anew whatever it says. */
function priceIdentity(rule: ChargeTerms["rule"]): string {
  if (rule.type === "fixed") return `fixed ${formatRatio(parseRatio(rule.price))}`;
  return rule.type === "area" ? `${rule.per} ${formatRatio(parseRatio(rule.price))}` : rule.type;
}

function baseOf({ rule }: ChargeTerms, since: CivilDate): PriceBase | undefined {
  switch (rule.type) {
    case "fixed":
    case "area":
      return { price: rule.price, since };
    case "formula":
      return { formula: rule.expression, area: rule.area ?? "" };
    case "metered":
    case "pool":
      return undefined;
    default:
      return rule satisfies never;
  }
}

function escalationEvents(lease: LeaseTimeline, charge: ChargeTimeline, firstDay: number): readonly PriceEvent[] {
  const events: PriceEvent[] = [];
  for (const { from, to, terms } of charge.segments) {
    if (to < firstDay) continue;
    for (const escalation of terms.escalations) {
      if ("price" in escalation) {
        const event = setPrice(escalation.from, escalation.price, firstDay, 2);
        // The list in force on the first day also looks back; a list that comes later holds from then on.
        if (event.dated <= firstDay ? from <= firstDay : from <= event.dated && event.dated <= to) events.push(event);
      } else {
        for (const on of stepDates(lease, escalation, Math.max(from, firstDay + 1), to)) {
          const day = toDayNumber(on);
          events.push({ day, dated: day, rank: 0, step: { on, percent: escalation.percent, scale: terms.priceScale } });
        }
      }
    }
  }
  return events;
}

/** Step dates within the days: lease start + firstAfterMonths + k × everyMonths, clipped to the month's end. */
function stepDates(
  lease: LeaseTimeline,
  { everyMonths, firstAfterMonths }: Extract<Escalation, { everyMonths: number }>,
  from: number,
  to: number,
): readonly CivilDate[] {
  const dates: CivilDate[] = [];
  const startMonth = monthOf(lease.start);
  const dayInMonth = Number(lease.start.slice(8, 10));
  for (let months = firstAfterMonths; everyMonths > 0; months += everyMonths) {
    const date = dayOfMonth(shiftMonth(startMonth, months), dayInMonth);
    const day = toDayNumber(date);
    if (day > to) break;
    if (day >= from) dates.push(date);
  }
  return dates;
}
