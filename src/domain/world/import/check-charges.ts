import { parseFormula, unknownNames } from "../../formula/formula.ts";
import { type DateRange, intersect } from "../../time/civil-date.ts";
import type { ChargeTerms } from "../lease.ts";
import type { Meter } from "../property.ts";
import type { ChargeVersion } from "./charge-versions.ts";
import { checkTariffFitsMeter, isPoolMember } from "./check-pools.ts";
import type { WrittenLease } from "./leases.ts";
import type { Place } from "./place.ts";
import type { Rows } from "./rows.ts";

/** What a charge is checked against. */
export interface ChargeSurroundings {
  readonly lease: WrittenLease;
  /** The lease from its first to its last possible day; undefined when that cannot be read. */
  readonly term: DateRange | undefined;
  readonly units: ReadonlySet<string>;
  /** Code of the lease's entity, its own or its project's. */
  readonly entity: string | undefined;
  readonly rows: Rows;
}

export function checkChargeVersion(version: ChargeVersion, around: ChargeSurroundings): void {
  const { terms, at } = version;
  if (at.failed) return;
  if (at.isSound("rule")) {
    checkUsageTerms(version);
    checkRule(version, around);
  }
  if (around.term !== undefined && at.isSound("from", "to")) checkDays(version, around.term);
  checkTaxRate(terms, at, around);
}

/** Metered, pooled or by a formula that names `usage`: known only after the month (money-rules 2 and 3.4). */
const isByUsage = ({ rule }: ChargeTerms): boolean => {
  if (rule.type === "metered" || rule.type === "pool") return true;
  if (rule.type !== "formula") return false;
  const parse = parseFormula(rule.expression);
  return parse.ok && parse.formula.namesUsage;
};

function checkUsageTerms({ terms, at, setsPrice }: ChargeVersion): void {
  const { rule, code: charge } = terms;
  // An amendment answers for what it writes; what it leaves alone was reported where it is written.
  const answersFor = (key: string): boolean => at.has("rule") || at.has(key);
  if (setsPrice && rule.type !== "fixed" && rule.type !== "area") {
    at.child("price").report("AMENDMENT_PRICE_WITHOUT_PRICE", { charge });
  }
  if (rule.type === "pool" && terms.roundTo !== "0.01" && answersFor("roundTo")) {
    at.child("roundTo").report("ROUND_TO_ON_POOL", { charge });
  }
  if (!isByUsage(terms)) return;
  if (terms.mode === "advance" && answersFor("mode")) at.child("mode").report("ADVANCE_ON_USAGE", { charge });
  if (terms.discounts.length > 0 && answersFor("discounts")) {
    at.child("discounts").report("DISCOUNT_ON_USAGE", { charge });
  }
  if (terms.rentFree.length > 0 && answersFor("rentFree"))
    at.child("rentFree").report("RENT_FREE_ON_USAGE", { charge });
  if (terms.escalations.length > 0 && answersFor("escalations")) {
    at.child("escalations").report("ESCALATION_ON_USAGE", { charge });
  }
  if (rule.type === "formula") return;
  for (const key of ["proration", "priceScale", "cycleMonths"]) {
    if (at.has(key)) at.child(key).report("TERM_IGNORED", { key });
  }
  if (at.has("periodAnchor") && terms.periodAnchor === "lease") {
    at.child("periodAnchor").report("TERM_IGNORED", { key: "periodAnchor" });
  }
}

function checkRule({ terms, at }: ChargeVersion, { lease, units, rows }: ChargeSurroundings): void {
  const { rule } = terms;
  const place = at.child("rule");
  if (!at.has("rule")) return;
  if (rule.type === "pool") {
    const pool = rows.pools.get(rule.pool);
    const takesPart = [...units].some((code) => {
      const unit = rows.units.get(code);
      return unit === undefined || pool === undefined || isPoolMember(unit, pool.members);
    });
    if (!takesPart) place.child("pool").report("LEASE_OUTSIDE_POOL", { lease: lease.code, pool: rule.pool });
    return;
  }
  if (rule.type !== "metered" && rule.type !== "formula") return;
  const meter = rows.meters.get(rule.meter ?? "");
  if (meter?.unit !== undefined && !units.has(meter.unit)) {
    place.child("meter").report("METER_ELSEWHERE", { meter: meter.code, unit: meter.unit, lease: lease.code });
  }
  if (rule.type === "formula") {
    checkFormulaNames(rule.expression, lease, meter, place.child("expression"));
    return;
  }
  if (meter === undefined) return;
  const { kind } = terms;
  if ((kind === "electricity" || kind === "water" || kind === "gas") && kind !== meter.utility) {
    place.child("meter").report("UTILITY_MISMATCH", { kind, meter: meter.code, utility: meter.utility });
  }
  const tariff = rows.tariffs.get(rule.tariff);
  if (tariff !== undefined) checkTariffFitsMeter(tariff, meter, place.child("tariff"));
}

/** Unknown names park the line (money-rules 3.5); they are worth a warning before that. */
function checkFormulaNames(expression: string, lease: WrittenLease, meter: Meter | undefined, at: Place): void {
  const parse = parseFormula(expression);
  if (!parse.ok) return;
  const known = new Set(["area", "months", "usage", ...Object.keys(lease.inputs)]);
  if (lease.headcount !== undefined) known.add("headcount");
  for (const register of meter?.registers ?? []) known.add(`usage.${register}`);
  for (const name of unknownNames(parse.formula, (candidate) => known.has(candidate))) {
    at.report("FORMULA_NAME_UNKNOWN", { name });
  }
}

function checkDays({ terms, at }: ChargeVersion, term: DateRange): void {
  const charge = terms.code;
  const { from = term.from, to = term.to } = terms;
  const days = from <= to ? intersect({ from, to }, term) : undefined;
  const place = at.has("from") ? at.child("from") : at.has("to") ? at.child("to") : at;
  if (days === undefined) {
    place.report("CHARGE_OUTSIDE_LEASE", { charge, from, to, start: term.from, end: term.to });
    return;
  }
  if (from < term.from || to > term.to) {
    place.report("CHARGE_EXCEEDS_LEASE", { charge, start: term.from, end: term.to });
  }
  for (const key of ["rentFree", "discounts"] as const) {
    if (!at.has(key)) continue;
    terms[key].forEach((range, index) => {
      const spot = at.child(key).child(index);
      if (spot.isSound("from", "to") && intersect(range, days) === undefined) {
        spot.report("RANGE_WITHOUT_EFFECT", { from: range.from, to: range.to, charge });
      }
    });
  }
}

/** A small taxpayer has no default rates (money-rules 6). */
function checkTaxRate(terms: ChargeTerms, at: Place, { entity, rows }: ChargeSurroundings): void {
  const issuer = rows.entities.get(terms.entity ?? entity ?? "");
  if (issuer?.taxpayer !== "small" || Object.keys(issuer.taxRates).length === 0) return;
  if (terms.taxRate !== undefined || issuer.taxRates[terms.kind] !== undefined) return;
  if (at.isSound("taxRate", "kind", "entity")) {
    at.child("taxRate").report("TAX_RATE_MISSING", { entity: issuer.code, kind: terms.kind });
  }
}
