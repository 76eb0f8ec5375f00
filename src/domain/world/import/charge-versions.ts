import type { CivilDate } from "../../time/civil-date.ts";
import { amendmentOrder } from "../holdings.ts";
import type { ChargeAmendment, ChargeTerms } from "../lease.ts";
import { CHARGE_DEFAULTS } from "./charges.ts";
import type { WrittenLease } from "./leases.ts";
import type { Place } from "./place.ts";

/** The terms of a charge from one day on: as the lease states them or as an amendment leaves them. */
export interface ChargeVersion {
  readonly terms: ChargeTerms;
  readonly since: CivilDate;
  /** Where this version is written: the lease's charge or the amendment's. */
  readonly at: Place;
  /** Only in amendments. */
  readonly setsPrice: boolean;
}

/** All versions of all charges of a lease in the order in which they take effect; reports additions that are incomplete. */
export function chargeVersions(lease: WrittenLease, at: Place): readonly ChargeVersion[] {
  const current = new Map<string, ChargeTerms>();
  const versions: ChargeVersion[] = lease.charges.map((terms, index) => {
    current.set(terms.code, terms);
    return { terms, since: lease.start, at: at.child("charges").child(index), setsPrice: false };
  });
  for (const index of amendmentOrder(lease.amendments)) {
    const amendment = lease.amendments[index];
    amendment?.charges.forEach((changes, position) => {
      const place = at.child("amendments").child(index).child("charges").child(position);
      const terms = amendCharge(current.get(changes.code), changes, amendment.effective);
      if (terms === undefined) {
        if (place.isSound("code", "kind", "rule")) {
          place.report("NEW_CHARGE_INCOMPLETE", { charge: changes.code });
        }
        return;
      }
      current.set(terms.code, terms);
      versions.push({ terms, since: amendment.effective, at: place, setsPrice: changes.price !== undefined });
    });
  }
  return versions;
}

/**
 * What a charge is after an amendment changed it: every key that the amendment writes replaces the charge's own (a set
 * `price` is not among the terms); a code that the lease does not have yet is a new charge from the effective date on, with
 * the usual defaults. Undefined when a new charge lacks its kind or rule.
 */
export function amendCharge(
  existing: ChargeTerms | undefined,
  { price: _, ...changes }: ChargeAmendment,
  effective: CivilDate,
): ChargeTerms | undefined {
  if (existing !== undefined) return { ...existing, ...changes };
  const { kind, rule } = changes;
  if (kind === undefined || rule === undefined) return undefined;
  return { ...CHARGE_DEFAULTS, from: effective, ...changes, kind, rule };
}
