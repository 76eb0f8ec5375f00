import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { takeReliefBack } from "../claim-relief/relief-rows.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { indexClaims, loadClaimsOf } from "./claim-index.ts";
import { releaseAllocations } from "./release-allocations.ts";

/**
 * Frees what lines were paid beyond their principal after a negative correction (money-rules 2), latest allocation first:
 * it becomes prepayment of the receipts it came from, or goes back into the prepayment it came from. Set-based.
 *
 * Called at issue for SetOffPlan.targets, with `amountFen` zero where no principal comes free, when principal and open
 * amount in `receivable` are set already and the accounts are locked. Posts 1122 → 2203 and restates the late fee of the
 * lines, whose principal is smaller now: also of one that only its late fee was paid of. `date`: the issue date. Throws
 * RangeError when the allocations of a line hold less than is to be freed.
 */
export async function releaseForCorrection(
  tx: Transaction,
  corrected: readonly { readonly lineId: string; readonly amountFen: Fen }[],
  date: CivilDate,
): Promise<void> {
  const tooMuch = corrected.filter(({ amountFen }) => amountFen > 0n);
  const claims = await loadClaimsOf(
    tx,
    tooMuch.map((one) => one.lineId),
  );
  const freed = (await takeReliefBack(tx, tooMuch, claims, date, newId())).filter(({ amountFen }) => amountFen > 0n);
  const lineIds = freed.map((one) => one.lineId);
  if (freed.length > 0) {
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
      indexClaims(await loadClaimsOf(tx, lineIds)),
      bookingDatesOf(tx),
    );
  }
  const restated = await linesWithFee(
    tx,
    corrected.map((one) => one.lineId),
  );
  if (restated.length > 0) await accrueLateFees(tx, await loadClaimsOf(tx, restated), undefined);
}

/** Most targets of a set-off are new lines with a discount: they never had a fee. */
const linesWithFee = async (tx: Transaction, lineIds: readonly string[]): Promise<string[]> =>
  lineIds.length === 0
    ? []
    : (
        await rows<{ line_id: string }>(
          tx,
          Prisma.sql`SELECT line_id FROM receivable WHERE line_id = ANY (${lineIds}::uuid[]) AND late_fee_through IS NOT NULL`,
        )
      ).map((row) => row.line_id);
