import { type Fen, smallerFen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** An allocation as it stands: what counter-entries have not yet taken back of it. */
export interface StandingAllocation {
  readonly allocationId: string;
  /** Order in which allocations were booked; the highest is undone first. */
  readonly sequence: number;
  readonly valueDate: CivilDate;
  /** Booked amount less its counter-entries. */
  readonly remainingFen: Fen;
}

/** A counter-entry to one allocation. */
export interface CounterAllocation {
  readonly allocationId: string;
  /** Above zero: the amount taken back. */
  readonly amountFen: Fen;
  /** From this day on the line is open again by that amount; the restoration of lateFeeThrough carries it. */
  readonly restoredFrom: CivilDate;
}

export interface UndoPlan {
  /** Taken out of the receipt's unused prepayment. */
  readonly prepaymentTakenFen: Fen;
  /** Latest first. */
  readonly counterAllocations: readonly CounterAllocation[];
  /** What neither prepayment nor allocations hold any more: already refunded or on its way out. 0 in a clean undo. */
  readonly shortfallFen: Fen;
}

/**
 * Takes back a receipt, or part of it (money-rules 8): its unused prepayment first, then its allocations latest first.
 * `allocations` are all that the receipt's money pays: those made on arrival and those its prepayment made later.
 *
 * A bounce never counted, so lines are open again from each allocation's own value date (that of a prepayment is the
 * issue date on which it paid); `pay undo` is a bounce. A refund restores from the day of the refund.
 */
export function planUndo(request: {
  /** What to take back; for a whole receipt its amount. */
  readonly amountFen: Fen;
  readonly unusedPrepaymentFen: Fen;
  readonly allocations: readonly StandingAllocation[];
  readonly reason: { readonly type: "bounce" } | { readonly type: "refund"; readonly refundDate: CivilDate };
}): UndoPlan {
  const { amountFen, unusedPrepaymentFen, reason } = request;
  const prepaymentTakenFen = smallerFen(unusedPrepaymentFen, amountFen);
  const { counterAllocations, missingFen } = takeBackLatestFirst(
    amountFen - prepaymentTakenFen,
    request.allocations,
    (allocation) => (reason.type === "refund" ? reason.refundDate : allocation.valueDate),
  );
  return { prepaymentTakenFen, counterAllocations, shortfallFen: missingFen };
}

/**
 * Frees money from the allocations of a line that does not need it any more, latest first: a fee that a back-dated
 * receipt made too much (money-rules 7), principal after a negative correction (money-rules 2). What is freed becomes
 * prepayment of the receipt it came from. Throws RangeError when the allocations do not hold that much.
 */
export function planRelease(
  amountFen: Fen,
  allocations: readonly StandingAllocation[],
  releaseDate: CivilDate,
): readonly CounterAllocation[] {
  const { counterAllocations, missingFen } = takeBackLatestFirst(amountFen, allocations, () => releaseDate);
  if (missingFen > 0n) throw new RangeError(`allocations hold ${missingFen} fen less than is to be released`);
  return counterAllocations;
}

function takeBackLatestFirst(
  amountFen: Fen,
  allocations: readonly StandingAllocation[],
  restoredFrom: (allocation: StandingAllocation) => CivilDate,
): { counterAllocations: CounterAllocation[]; missingFen: Fen } {
  let missingFen = amountFen;
  const counterAllocations: CounterAllocation[] = [];
  for (const allocation of [...allocations].sort((a, b) => b.sequence - a.sequence)) {
    const takenFen = smallerFen(allocation.remainingFen, missingFen);
    if (takenFen <= 0n) continue;
    missingFen -= takenFen;
    const { allocationId } = allocation;
    counterAllocations.push({ allocationId, amountFen: takenFen, restoredFrom: restoredFrom(allocation) });
  }
  return { counterAllocations, missingFen };
}
