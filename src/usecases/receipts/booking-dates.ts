import { openBookingDate } from "../../db/ledger/period.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** openBookingDate, asked once for each entity and date of a transaction. */
export type BookingDates = (entityId: string, wanted: CivilDate) => Promise<CivilDate>;

export function bookingDatesOf(tx: Transaction): BookingDates {
  const known = new Map<string, CivilDate>();
  return async (entityId, wanted) => {
    const key = `${entityId}|${wanted}`;
    const found = known.get(key) ?? (await openBookingDate(tx, entityId, wanted));
    known.set(key, found);
    return found;
  };
}
