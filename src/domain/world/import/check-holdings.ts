import { groupBy } from "../../group-by.ts";
import { intersect } from "../../time/civil-date.ts";
import { type UnitHolding, unitHoldings } from "../holdings.ts";
import type { WrittenLease } from "./leases.ts";
import type { Place } from "./place.ts";
import { hasReadableTerm, type Rows, type WrittenWorld } from "./rows.ts";

interface HoldingOfLease extends UnitHolding {
  readonly lease: string;
  /** Undefined for a lease that is stored and not in the document. */
  readonly at: Place | undefined;
}

/** No unit is held by two leases on one day, amendments included, neither in the document nor against stored leases. */
export function checkHoldings(written: WrittenWorld, rows: Rows, root: Place): void {
  const inFile = new Set(written.leases.map(({ code }) => code));
  const stored = rows.storedLeases.filter(({ code }) => !inFile.has(code)).flatMap((lease) => holdingsOf(lease));
  const holdings = written.leases.flatMap((lease, index) => holdingsOf(lease, root.child("leases").child(index)));
  for (const ofUnit of groupBy([...stored, ...holdings], ({ unit }) => unit).values()) {
    ofUnit.forEach((holding, index) => {
      for (const earlier of ofUnit.slice(0, index)) {
        const both = earlier.lease === holding.lease ? undefined : intersect(earlier, holding);
        if (both === undefined) continue;
        holding.at?.report("UNIT_HELD_TWICE", { unit: holding.unit, first: earlier.lease, ...both });
      }
    });
  }
}

function holdingsOf(lease: WrittenLease, at?: Place): readonly HoldingOfLease[] {
  if (at !== undefined && !hasReadableTerm(lease, at)) return [];
  return unitHoldings(lease).map((holding) => ({
    ...holding,
    lease: lease.code,
    at: at === undefined ? undefined : placeOf(holding, lease, at),
  }));
}

const placeOf = ({ unit, amendment }: UnitHolding, lease: WrittenLease, at: Place): Place =>
  amendment === undefined
    ? at.child("units").child(lease.units.indexOf(unit))
    : at
        .child("amendments")
        .child(amendment)
        .child("units")
        .child(lease.amendments[amendment]?.units?.indexOf(unit) ?? 0);
