import { newId } from "../../db/ids.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { indexClaims, loadClaimsOf } from "./claim-index.ts";
import { releaseAllocations } from "./release-allocations.ts";

/**
 * Frees what lines were paid beyond their principal after a negative correction (money-rules 2), latest allocation first:
 * it becomes prepayment of the receipts it came from, or goes back into the prepayment it came from. Set-based.
 *
 * Called at issue for SetOffPlan.targets with `freedFen` above zero, when principal and open amount in `receivable` are
 * set already and the accounts are locked. Posts 1122 → 2203 and restates the late fee of the lines, whose principal is
 * smaller now. `date`: the issue date. Throws RangeError when the allocations of a line hold less than is to be freed.
 */
export async function releaseForCorrection(
  tx: Transaction,
  freed: readonly { readonly lineId: string; readonly amountFen: Fen }[],
  date: CivilDate,
): Promise<void> {
  const lineIds = freed.map((one) => one.lineId);
  const claims = indexClaims(await loadClaimsOf(tx, lineIds));
  await releaseAllocations(
    tx,
    freed.map(({ lineId, amountFen }) => ({
      lineId,
      part: "principal" as const,
      amountFen,
      eventId: newId(),
      reason: "correction" as const,
      date,
    })),
    claims,
    bookingDatesOf(tx),
  );
  await accrueLateFees(tx, await loadClaimsOf(tx, lineIds), undefined);
}
