import { Prisma } from "../../../generated/prisma/client.ts";
import { type CivilDate, firstDayOf, monthOf, parseMonth, shiftMonth } from "../../domain/time/civil-date.ts";
import { rows } from "../rows.ts";
import type { Transaction } from "../transaction.ts";

/**
 * The day on which an event may be booked: the wanted one, or the first day of the first month after it that is not
 * locked (virtual-accounts V9: booked in the open period with its true value date).
 */
export async function openBookingDate(tx: Transaction, entityId: string, wanted: CivilDate): Promise<CivilDate> {
  const locked = new Set(
    (
      await rows<{ month: string }>(
        tx,
        Prisma.sql`SELECT month FROM accounting_period
          WHERE entity_id = ${entityId}::uuid AND state = 'locked' AND month >= ${monthOf(wanted)}`,
      )
    ).map((row) => row.month),
  );
  let month = monthOf(wanted);
  if (!locked.has(month)) return wanted;
  while (locked.has(month)) month = parseMonth(shiftMonth(month, 1));
  return firstDayOf(month);
}
