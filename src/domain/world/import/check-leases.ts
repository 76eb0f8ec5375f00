import { groupBy } from "../../group-by.ts";
import { addDays, addMonths, type DateRange, intersect, later } from "../../time/civil-date.ts";
import { amendmentOrder } from "../holdings.ts";
import { type ChargeVersion, chargeVersions } from "./charge-versions.ts";
import { checkChargeVersion } from "./check-charges.ts";
import type { WrittenLease } from "./leases.ts";
import type { Place } from "./place.ts";
import { hasReadableTerm, type Rows, type WrittenWorld } from "./rows.ts";

/** Each lease by itself: its days, its units, its charges and amendments; then meters that two leases bill. */
export function checkLeases(written: WrittenWorld, rows: Rows, root: Place): void {
  const metered: MeteredDays[] = [];
  written.leases.forEach((lease, index) => {
    const at = root.child("leases").child(index);
    if (at.failed) return;
    checkTerm(lease, at);
    checkProjects(lease, rows, at);
    const versions = chargeVersions(lease, at);
    if (versions.length === 0 && at.isSound("charges", "amendments")) {
      at.report("LEASE_WITHOUT_CHARGES", { lease: lease.code });
    }
    const term = hasReadableTerm(lease, at) ? termOf(lease) : undefined;
    const project = rows.units.get(lease.units[0] ?? "")?.project ?? "";
    const around = {
      lease,
      term,
      units: new Set([...lease.units, ...lease.amendments.flatMap(({ units = [] }) => units)]),
      entity: lease.entity ?? rows.projects.get(project)?.entity,
      rows,
    };
    for (const version of versions) checkChargeVersion(version, around);
    checkPoolsOnce(versions);
    if (term !== undefined) metered.push(...meteredDays(versions, lease.code, term));
  });
  reportMetersChargedTwice(metered);
}

function checkTerm(lease: WrittenLease, at: Place): void {
  if (!at.isSound("start", "end")) return;
  const { start } = lease;
  if (lease.end < start) {
    at.child("end").report("END_BEFORE_START", { start, end: lease.end });
    return;
  }
  if (lease.end >= addMonths(start, 240)) at.child("end").report("LEASE_TOO_LONG");
  let end = lease.end;
  for (const index of amendmentOrder(lease.amendments)) {
    const amendment = lease.amendments[index];
    const place = at.child("amendments").child(index);
    if (amendment === undefined || !place.isSound("effective", "end")) continue;
    const { effective } = amendment;
    // A renewal may begin on the day after the last one.
    const last = amendment.end === undefined ? end : addDays(end, 1);
    if (effective < start || effective > last) {
      place.child("effective").report("AMENDMENT_OUTSIDE_LEASE", { effective, start, end });
      continue;
    }
    if (amendment.end === undefined) continue;
    end = amendment.end;
    if (end < start) place.child("end").report("END_BEFORE_START", { start, end });
    else if (end < addDays(effective, -1)) place.child("end").report("AMENDMENT_BACKDATES_END", { end, effective });
  }
}

/** A lease stands in one project: bills, runs and stewards are by project. */
function checkProjects(lease: WrittenLease, rows: Rows, at: Place): void {
  const project = rows.units.get(lease.units[0] ?? "")?.project;
  if (project === undefined) return;
  const check = (units: readonly string[], place: Place): void => {
    units.forEach((unit, index) => {
      const other = rows.units.get(unit)?.project ?? project;
      if (other !== project) place.child(index).report("UNITS_OF_SEVERAL_PROJECTS", { unit, other, project });
    });
  };
  check(lease.units, at.child("units"));
  lease.amendments.forEach(({ units = [] }, index) => {
    check(units, at.child("amendments").child(index).child("units"));
  });
}

/** From the first day to the last that any amendment leaves: a shortened lease keeps the dates it was written with. */
function termOf(lease: WrittenLease): DateRange | undefined {
  const ends = lease.amendments.flatMap(({ end }) => (end === undefined ? [] : [end]));
  const to = ends.reduce(later, lease.end);
  return lease.start <= to ? { from: lease.start, to } : undefined;
}

/** Two charges of a lease on one pool are refused (money-rules 5), also when an amendment brings the second. */
function checkPoolsOnce(versions: readonly ChargeVersion[]): void {
  const poolOf = new Map<string, string>();
  for (const { terms, at } of versions) {
    if (terms.rule.type !== "pool") {
      poolOf.delete(terms.code);
      continue;
    }
    const { pool } = terms.rule;
    const first = [...poolOf].find(([charge, other]) => other === pool && charge !== terms.code)?.[0];
    if (first !== undefined && at.isSound("rule")) {
      at.child("rule").child("pool").report("POOL_CHARGED_TWICE", { pool, first });
    }
    poolOf.set(terms.code, pool);
  }
}

interface MeteredDays {
  readonly meter: string;
  readonly lease: string;
  readonly days: DateRange;
  readonly at: Place;
}

function meteredDays(versions: readonly ChargeVersion[], lease: string, term: DateRange): readonly MeteredDays[] {
  return versions.flatMap(({ terms, since, at }) => {
    if (terms.rule.type !== "metered") return [];
    const from = later(since, terms.from ?? term.from);
    const to = terms.to ?? term.to;
    const days = from <= to ? intersect({ from, to }, term) : undefined;
    return days === undefined ? [] : [{ meter: terms.rule.meter, lease, days, at: at.child("rule").child("meter") }];
  });
}

function reportMetersChargedTwice(metered: readonly MeteredDays[]): void {
  for (const ofMeter of groupBy(metered, ({ meter }) => meter).values()) {
    ofMeter.forEach((row, index) => {
      const first = ofMeter
        .slice(0, index)
        .find((other) => other.lease !== row.lease && intersect(other.days, row.days) !== undefined);
      if (first !== undefined) row.at.report("METER_CHARGED_TWICE", { meter: row.meter, first: first.lease });
    });
  }
}
