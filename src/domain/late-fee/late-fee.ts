import type { Fen } from "../money/fen.ts";
import { integer, multiply, parseRatio, type Ratio, ratio, roundHalfUp } from "../money/ratio.ts";
import { addDays, type CivilDate, toDayNumber } from "../time/civil-date.ts";
import type { LateFeeTerms, LineKind } from "../world/lease.ts";

/** Money that lowers the outstanding principal from its value date on; negative where it is given back (money-rules 8). */
export interface PrincipalMovement {
  readonly valueDate: CivilDate;
  readonly amountFen: Fen;
}

/** Days on which a line is disputed, both ends included; without `to` it still is. */
export interface DisputePeriod {
  readonly from: CivilDate;
  readonly to?: CivilDate;
}

export interface LateFeeFacts {
  /** After set-off (money-rules 2, "Negative lines are never open"). Zero or less earns no fee. */
  readonly principalFen: Fen;
  readonly dueDate: CivilDate;
  /** null: no late fee. */
  readonly terms: LateFeeTerms | null;
  /** In any order. A restoration carries its own date: a bounce that of the payment, a refund that of the refund. */
  readonly payments: readonly PrincipalMovement[];
  /** In any order; they may overlap. */
  readonly disputes: readonly DisputePeriod[];
}

export interface LateFee {
  /** Days that counted, whether or not the cap had been reached. */
  readonly days: number;
  /** The exact sum in fen, before rounding and before the cap. */
  readonly exactFen: Ratio;
  /** round(capPercent/100 × principal). */
  readonly capFen: Fen;
  /** round(exact), at most the cap. */
  readonly totalFen: Fen;
}

const NO_FEE: LateFee = { days: 0, exactFen: integer(0), capFen: 0n, totalFen: 0n };

/**
 * The late fee of one bill line for all days up to and including `throughDate` (money-rules 7).
 *
 * Outstanding principal and disputes change only on a few dates, so the sum walks from change to change; between two of
 * them every day counts the same. The unrounded sum is principal-days × daily rate, so nothing is rounded but the total.
 */
export function lateFeeThrough(facts: LateFeeFacts & { readonly throughDate: CivilDate }): LateFee {
  const { principalFen, terms } = facts;
  if (terms === null || principalFen <= 0n) return NO_FEE;
  const firstLateDay = toDayNumber(facts.dueDate) + 1;
  const firstChargedDay = firstLateDay + terms.graceDays;
  const endDay = toDayNumber(facts.throughDate) + 1;
  const charged = countDays(facts, firstChargedDay, endDay);
  const grace =
    terms.graceMode === "retroactive" && charged.days > 0
      ? countDays(facts, firstLateDay, firstChargedDay)
      : { days: 0, fenDays: 0n };
  const exactFen = multiply(integer(charged.fenDays + grace.fenDays), parseRatio(terms.dailyRate));
  const capFen = roundHalfUp(multiply(multiply(parseRatio(terms.capPercent), integer(principalFen)), ratio(1n, 100n)));
  return {
    days: charged.days + grace.days,
    exactFen,
    capFen,
    totalFen: between(0n, roundHalfUp(exactFen), capFen),
  };
}

/**
 * What a payer owes on a line on a date: principal after the payments that count on that date, and the fee through the
 * day before (money-rules 7). Fees paid or waived so far are the caller's to subtract.
 */
export function owedOn(facts: LateFeeFacts, date: CivilDate): { readonly principalFen: Fen; readonly lateFeeFen: Fen } {
  return {
    principalFen: outstandingOn(facts, date),
    lateFeeFen: lateFeeThrough({ ...facts, throughDate: addDays(date, -1) }).totalFen,
  };
}

/** Principal open on the end of a day, in fen, never below zero nor above the principal (I4). */
export function outstandingOn(facts: Pick<LateFeeFacts, "principalFen" | "payments">, date: CivilDate): Fen {
  let outstandingFen = facts.principalFen;
  for (const payment of facts.payments) {
    if (payment.valueDate <= date) outstandingFen -= payment.amountFen;
  }
  return between(0n, outstandingFen, facts.principalFen);
}

/** The terms that hold for a line: a deposit has none, the lease's replace the project's as a whole, null is off. */
export function lateFeeTermsOf(
  kind: LineKind,
  leaseTerms: LateFeeTerms | null | undefined,
  projectTerms: LateFeeTerms | null,
): LateFeeTerms | null {
  if (kind === "deposit") return null;
  return leaseTerms === undefined ? projectTerms : leaseTerms;
}

interface Change {
  readonly day: number;
  readonly paidFen: Fen;
  readonly disputes: number;
}

/** Days from `fromDay` up to, not including, `endDay` on whose end principal is open and undisputed, and Σ outstanding. */
function countDays(facts: LateFeeFacts, fromDay: number, endDay: number): { days: number; fenDays: bigint } {
  let days = 0;
  let fenDays = 0n;
  let outstandingFen = facts.principalFen;
  let openDisputes = 0;
  let day = fromDay;
  const countUpTo = (nextDay: number): void => {
    const length = Math.min(nextDay, endDay) - day;
    if (length <= 0) return;
    const countedFen = between(0n, outstandingFen, facts.principalFen);
    if (countedFen > 0n && openDisputes === 0) {
      days += length;
      fenDays += countedFen * BigInt(length);
    }
    day += length;
  };
  for (const change of changesOf(facts)) {
    countUpTo(change.day);
    outstandingFen -= change.paidFen;
    openDisputes += change.disputes;
  }
  countUpTo(endDay);
  return { days, fenDays };
}

function changesOf(facts: LateFeeFacts): Change[] {
  const changes: Change[] = facts.payments.map((payment) => ({
    day: toDayNumber(payment.valueDate),
    paidFen: payment.amountFen,
    disputes: 0,
  }));
  for (const dispute of facts.disputes) {
    // A period that ends before it begins disputes no day; counting its ends would leave a dispute open below zero.
    if (dispute.to !== undefined && dispute.to < dispute.from) continue;
    changes.push({ day: toDayNumber(dispute.from), paidFen: 0n, disputes: 1 });
    if (dispute.to !== undefined) changes.push({ day: toDayNumber(dispute.to) + 1, paidFen: 0n, disputes: -1 });
  }
  return changes.sort((a, b) => a.day - b.day);
}

function between(lowestFen: Fen, amountFen: Fen, highestFen: Fen): Fen {
  if (amountFen > highestFen) return highestFen;
  return amountFen < lowestFen ? lowestFen : amountFen;
}
