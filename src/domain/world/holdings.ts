import { addDays, type CivilDate, intersect } from "../time/civil-date.ts";
import type { Amendment, LeaseTerms } from "./lease.ts";

/** A unit and the days on which a lease holds it, both ends included. */
export interface UnitHolding {
  readonly unit: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
  /** Index of the amendment that gave the unit, or undefined for the lease's own list. */
  readonly amendment: number | undefined;
}

type Held = Pick<LeaseTerms, "units" | "start" | "end"> & {
  readonly amendments: readonly Pick<Amendment, "effective" | "end" | "units">[];
};

/** The indexes of the amendments in the order in which they take effect; on one day in the order of the file. */
export const amendmentOrder = (amendments: readonly Pick<Amendment, "effective">[]): readonly number[] =>
  amendments
    .map(({ effective }, index) => ({ effective, index }))
    .sort((a, b) => (a.effective < b.effective ? -1 : a.effective > b.effective ? 1 : a.index - b.index))
    .map(({ index }) => index);

/** The last day of a lease after all its amendments. */
export function lastDayOfLease(lease: Pick<Held, "end" | "amendments">): CivilDate {
  let end = lease.end;
  for (const index of amendmentOrder(lease.amendments)) end = lease.amendments[index]?.end ?? end;
  return end;
}

/** Which units a lease holds on which days, after all its amendments (money-rules 2). */
export function unitHoldings(lease: Held): readonly UnitHolding[] {
  const term = { from: lease.start, to: lastDayOfLease(lease) };
  const stages: { units: readonly string[]; from: CivilDate; amendment: number | undefined }[] = [
    { units: lease.units, from: lease.start, amendment: undefined },
  ];
  for (const index of amendmentOrder(lease.amendments)) {
    const amendment = lease.amendments[index];
    if (amendment?.units !== undefined) {
      stages.push({ units: amendment.units, from: amendment.effective, amendment: index });
    }
  }
  return stages.flatMap((stage, index) => {
    const next = stages[index + 1];
    const days = intersect({ from: stage.from, to: next === undefined ? term.to : addDays(next.from, -1) }, term);
    return days === undefined ? [] : stage.units.map((unit) => ({ unit, ...days, amendment: stage.amendment }));
  });
}
