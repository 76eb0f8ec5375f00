import { parseFormula } from "../formula/formula.ts";
import { type CivilDate, later, toDayNumber } from "../time/civil-date.ts";
import type { Amendment, ChargeAmendment, ChargeTerms, DecimalText, LeaseTerms } from "../world/lease.ts";
import { clip, type DaySpan, joinAdjacent, remove } from "./days.ts";

/** The terms of a charge on a stretch of days: the base terms with every amendment up to then. */
export interface TermSegment extends DaySpan {
  readonly terms: ChargeTerms;
  /** The day from which this rule holds: the charge's own from the beginning, else an amendment's effective date. */
  readonly ruleSince: CivilDate | undefined;
}

/** A charge over the life of its lease. */
export interface ChargeTimeline {
  readonly code: string;
  /** Position in the lease: base charges in their order, then new ones in the order of the amendments. */
  readonly position: number;
  /** Ascending, without gaps, over all days of the lease on which the charge is agreed. */
  readonly segments: readonly TermSegment[];
  /** The days on which the charge runs (money-rules 2): those of its lease inside its own from..to. */
  readonly runDays: readonly DaySpan[];
  /** runDays outside the rent-free ranges (money-rules 3.1). */
  readonly coveredDays: readonly DaySpan[];
  /** Set prices of amendments (interfaces.md 2: `price` is a set price on `effective`). */
  readonly setPrices: readonly { readonly on: CivilDate; readonly price: DecimalText }[];
}

/** Days on which the lease holds a unit. */
export interface UnitHolding extends DaySpan {
  readonly unit: string;
}

/** A lease with its amendments worked in: what every computation starts from. */
export interface LeaseTimeline {
  readonly terms: LeaseTerms;
  readonly start: CivilDate;
  /** The last day of the lease after all amendments. */
  readonly end: CivilDate;
  readonly startDay: number;
  readonly endDay: number;
  readonly holdings: readonly UnitHolding[];
  readonly charges: readonly ChargeTimeline[];
}

/** What a new charge of an amendment has where the amendment does not say. */
const CHARGE_DEFAULTS = {
  proration: "actual",
  periodAnchor: "calendar",
  roundTo: "0.01",
  rentFree: [],
  priceScale: 4,
  escalations: [],
  discounts: [],
} as const satisfies Partial<ChargeTerms>;

/**
 * Turns a lease with amendments into what holds on which day (interfaces.md 2 "amendments"): `price` is a set price on
 * the effective date, any other key replaces the charge's own from then on, a new code is a new charge that starts on the
 * effective date; `units` replaces the units held, `end` the last day. The last amendment that names a thing wins.
 * Throws RangeError when a new charge lacks its kind or rule: import refuses that.
 */
export function buildLeaseTimeline(terms: LeaseTerms): LeaseTimeline {
  const end = terms.amendments.reduce((last, amendment) => amendment.end ?? last, terms.end);
  const lease: DaySpan = { from: toDayNumber(terms.start), to: toDayNumber(end) };
  const codes = terms.charges.map((charge) => charge.code);
  for (const { charges } of terms.amendments) {
    for (const { code } of charges) if (!codes.includes(code)) codes.push(code);
  }
  return {
    terms,
    start: terms.start,
    end,
    startDay: lease.from,
    endDay: lease.to,
    holdings: holdingsOf(terms, lease),
    charges: codes.map((code, position) => chargeTimeline(terms, lease, code, position)),
  };
}

function holdingsOf(terms: LeaseTerms, lease: DaySpan): readonly UnitHolding[] {
  const stretches: { from: number; units: readonly string[] }[] = [{ from: lease.from, units: terms.units }];
  for (const { effective, units } of terms.amendments) {
    if (units) stretches.push({ from: Math.max(toDayNumber(effective), lease.from), units });
  }
  const days = new Map<string, DaySpan[]>();
  stretches.forEach(({ from, units }, index) => {
    const to = Math.min((stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1, lease.to);
    if (from > to) return;
    for (const unit of new Set(units)) {
      const held = days.get(unit);
      if (held) held.push({ from, to });
      else days.set(unit, [{ from, to }]);
    }
  });
  return [...days].flatMap(([unit, spans]) => joinAdjacent(spans).map((span) => ({ unit, ...span })));
}

interface AgreedTerms {
  readonly from: number;
  readonly terms: ChargeTerms;
  readonly ruleSince: CivilDate | undefined;
}

function chargeTimeline(lease: LeaseTerms, life: DaySpan, code: string, position: number): ChargeTimeline {
  const agreed: AgreedTerms[] = [];
  const setPrices: { on: CivilDate; price: DecimalText }[] = [];
  const base = lease.charges.find((charge) => charge.code === code);
  if (base) agreed.push({ from: life.from, terms: base, ruleSince: undefined });
  for (const amendment of lease.amendments) {
    for (const change of amendment.charges) {
      if (change.code !== code) continue;
      const before = agreed.at(-1);
      agreed.push(amended(lease, life, before, amendment, change));
      if (change.price !== undefined) setPrices.push({ on: amendment.effective, price: change.price });
    }
  }
  const segments = agreed
    .map(({ from, terms, ruleSince }, index): TermSegment => {
      const to = Math.min((agreed[index + 1]?.from ?? Number.POSITIVE_INFINITY) - 1, life.to);
      return { from, to, terms, ruleSince };
    })
    .filter((segment) => segment.from <= segment.to);
  const runDays = joinAdjacent(segments.flatMap((segment) => runDaysOf(segment)));
  return { code, position, segments, runDays, coveredDays: coveredDaysOf(segments, runDays), setPrices };
}

function amended(
  lease: LeaseTerms,
  life: DaySpan,
  before: AgreedTerms | undefined,
  { effective }: Amendment,
  change: ChargeAmendment,
): AgreedTerms {
  const { price: _setPrice, ...replaced } = change;
  const from = Math.max(toDayNumber(effective), life.from);
  if (before) {
    const ruleSince = replaced.rule ? effective : before.ruleSince;
    return { from, terms: { ...before.terms, ...replaced }, ruleSince };
  }
  const { kind, rule } = replaced;
  if (!kind || !rule) throw new RangeError(`lease ${lease.code}: new charge ${change.code} needs a kind and a rule`);
  const starts = later(replaced.from ?? effective, effective);
  return { from, terms: { ...CHARGE_DEFAULTS, ...replaced, kind, rule, from: starts }, ruleSince: undefined };
}

const runDaysOf = (segment: TermSegment): readonly DaySpan[] =>
  clip([{ from: segment.from, to: segment.to }], {
    from: segment.terms.from === undefined ? segment.from : toDayNumber(segment.terms.from),
    to: segment.terms.to === undefined ? segment.to : toDayNumber(segment.terms.to),
  });

function coveredDaysOf(segments: readonly TermSegment[], runDays: readonly DaySpan[]): readonly DaySpan[] {
  let covered = runDays;
  for (const { from, to, terms } of segments) {
    for (const free of terms.rentFree) {
      const removed = { from: Math.max(toDayNumber(free.from), from), to: Math.min(toDayNumber(free.to), to) };
      if (removed.from <= removed.to) covered = remove(covered, removed);
    }
  }
  return covered;
}

/** The terms in force on a day, or undefined outside the life of the charge. */
export const termsOn = (charge: ChargeTimeline, day: number): ChargeTerms | undefined =>
  charge.segments.find((segment) => segment.from <= day && day <= segment.to)?.terms;

/** true for formulas that name `usage`: they bill a service month as it stands, in arrears (money-rules 2 and 3.5). */
export function isUsageFormula(terms: ChargeTerms): boolean {
  if (terms.rule.type !== "formula" || !terms.rule.expression.includes("usage")) return false;
  const parsed = parseFormula(terms.rule.expression);
  return parsed.ok && parsed.formula.namesUsage;
}
