import { toYuanText } from "../../money/fen.ts";
import { lastDayOfLease } from "../holdings.ts";
import type { OpeningPosition } from "../world.ts";
import type { WrittenLease } from "./leases.ts";
import type { Place } from "./place.ts";
import type { Rows } from "./rows.ts";

/** The opening position against the leases that it speaks of. */
export function checkOpening(opening: OpeningPosition, rows: Rows, at: Place): void {
  const { receivables, depositsHeld, billedThrough, asOf } = opening;
  const each = <T>(key: string, list: readonly T[], check: (row: T, place: Place) => void): void =>
    list.forEach((row, index) => {
      check(row, at.child(key).child(index));
    });

  each("receivables", receivables, (row, place) => {
    checkCharge(row, rows, place);
    const billed = billedThrough.find(({ lease, charge }) => lease === row.lease && charge === row.charge);
    const isCovered = billed !== undefined && billed.to >= row.period.to;
    if (at.isSound("asOf") && place.isSound("period") && row.period.from > asOf && !isCovered) {
      place.child("period").report("OPENING_AFTER_AS_OF", { ...row.period, asOf });
    }
  });
  each("billedThrough", billedThrough, (row, place) => {
    checkCharge(row, rows, place);
    const lease = rows.leases.get(row.lease);
    if (lease === undefined || !place.isSound("to")) return;
    const end = lastDayOfLease(lease);
    if (row.to > end && end >= lease.start) place.child("to").report("BILLED_THROUGH_AFTER_END", { to: row.to, end });
  });
  each("depositsHeld", depositsHeld, (row, place) => {
    const lease = rows.leases.get(row.lease);
    if (lease === undefined || !place.isSound("amount") || row.amountFen <= lease.depositFen) return;
    const words = { held: toYuanText(row.amountFen), lease: lease.code, deposit: toYuanText(lease.depositFen) };
    place.child("amount").report("DEPOSIT_HELD_ABOVE_TERMS", words);
  });

  reportRepeated(
    receivables,
    ({ lease, charge, period }) => [lease, charge, period.from, period.to],
    at.child("receivables"),
  );
  reportRepeated(billedThrough, ({ lease, charge }) => [lease, charge], at.child("billedThrough"));
  reportRepeated(depositsHeld, ({ lease }) => [lease], at.child("depositsHeld"));
}

function checkCharge(row: { readonly lease: string; readonly charge: string }, rows: Rows, at: Place): void {
  const lease = rows.leases.get(row.lease);
  if (lease === undefined || !at.isSound("charge") || chargeCodesOf(lease).has(row.charge)) return;
  at.child("charge").report("UNKNOWN_CHARGE", { lease: row.lease, code: row.charge });
}

/** The codes of a lease's own charges and of those that its amendments add. */
const chargeCodesOf = ({ charges, amendments }: WrittenLease): ReadonlySet<string> =>
  new Set([...charges, ...amendments.flatMap((amendment) => amendment.charges)].map(({ code }) => code));

function reportRepeated<T>(list: readonly T[], keyOf: (row: T) => readonly string[], at: Place): void {
  const seen = new Map<string, number>();
  list.forEach((row, index) => {
    const key = JSON.stringify(keyOf(row));
    const first = seen.get(key);
    const place = at.child(index);
    if (first === undefined) seen.set(key, index);
    else if (place.isSound("lease", "charge", "period")) {
      place.report("DUPLICATE_OPENING_ROW", { first: at.child(first).path });
    }
  });
}
