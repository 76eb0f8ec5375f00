import { type OpenLine, payablesOf } from "../allocation/open-line.ts";
import type { AllocationPolicy } from "../allocation/payment-order.ts";
import { type Prepayment, type PrepaymentUse, planPrepaymentUse } from "../allocation/prepayment.ts";
import { type Fen, smallerFen } from "../money/fen.ts";
import { type CivilDate, parseCivilDate } from "../time/civil-date.ts";

/** Where a deposit lies: the line that was paid and the payment that paid it; both null where it was taken over. */
export interface HeldDeposit {
  readonly lineId: string | null;
  readonly receiptId: string | null;
  /** Not used and not asked back, in fen. */
  readonly heldFen: Fen;
}

export interface SettlementFacts {
  /** Code. */
  readonly entity: string;
  /** What is owed stands as of this day: fees through the day before. */
  readonly asOf: CivilDate;
  /** Of the lease that ends, without deposit lines: a deposit that was never paid is not owed by somebody who leaves. */
  readonly openLines: readonly OpenLine[];
  /** Free money of the tenant and entity, as far as this lease may take it. */
  readonly prepayments: readonly Prepayment[];
  readonly deposits: readonly HeldDeposit[];
  readonly policies: Readonly<Record<string, AllocationPolicy>>;
}

/** What becomes of everything that is open and held (money-rules 8 and 9). Amounts in fen. */
export interface SettlementPlan {
  readonly owedFen: Fen;
  readonly depositFen: Fen;
  readonly prepaymentFen: Fen;
  /** Prepayment pays first, as everywhere. */
  readonly prepaymentUses: readonly PrepaymentUse[];
  /** What the deposit pays then: 2241.01 → 1122. */
  readonly offsets: readonly PrepaymentUse[];
  readonly offsetFen: Fen;
  /** Which deposits the offset is taken from. */
  readonly offsetFrom: readonly DepositPart[];
  readonly depositBackFen: Fen;
  readonly prepaymentBackFen: Fen;
  /** What neither covers. */
  readonly stillOwedFen: Fen;
}

export interface DepositPart extends Omit<HeldDeposit, "heldFen"> {
  readonly amountFen: Fen;
}

/** Names the deposit among the prepayments of the plan. */
const DEPOSIT = "~deposit";
/** The deposit pays last: after every prepayment, whenever that was received. */
const LAST = parseCivilDate("9999-12-31");

/** The settlement of a lease: prepayment and then the deposit pay what is open and undisputed, the rest goes back. Pure. */
export function planSettlement(facts: SettlementFacts): SettlementPlan {
  const { entity, asOf, openLines, prepayments, deposits, policies } = facts;
  const depositFen = sumOf(deposits.map(({ heldFen }) => heldFen));
  const prepaymentFen = sumOf(prepayments.map(({ remainingFen }) => remainingFen));
  const uses = planPrepaymentUse({
    entity,
    issueDate: asOf,
    prepayments: [
      ...prepayments,
      ...(depositFen > 0n
        ? [{ prepaymentId: DEPOSIT, receivedOn: LAST, sequence: prepayments.length, remainingFen: depositFen }]
        : []),
    ],
    openLines,
    excludedLeases: new Set(),
    policies,
  });
  const offsets = uses.filter(({ prepaymentId }) => prepaymentId === DEPOSIT);
  const prepaymentUses = uses.filter(({ prepaymentId }) => prepaymentId !== DEPOSIT);
  const offsetFen = sumOf(offsets.map(({ amountFen }) => amountFen));
  const paidFen = sumOf(prepaymentUses.map(({ amountFen }) => amountFen));
  const owedFen = sumOf(payablesOf(openLines).map(({ openFen }) => openFen));
  return {
    owedFen,
    depositFen,
    prepaymentFen,
    prepaymentUses,
    offsets,
    offsetFen,
    offsetFrom: takeFromDeposits(deposits, offsetFen),
    depositBackFen: depositFen - offsetFen,
    prepaymentBackFen: prepaymentFen - paidFen,
    stillOwedFen: owedFen - paidFen - offsetFen,
  };
}

/** Takes an amount out of deposits in the order given. Throws RangeError when they hold less. */
export function takeFromDeposits(deposits: readonly HeldDeposit[], amountFen: Fen): readonly DepositPart[] {
  let restFen = amountFen;
  const parts = deposits.flatMap(({ lineId, receiptId, heldFen }) => {
    const partFen = smallerFen(heldFen, restFen);
    restFen -= partFen;
    return partFen > 0n ? [{ lineId, receiptId, amountFen: partFen }] : [];
  });
  if (restFen > 0n) throw new RangeError(`deposits hold ${restFen} fen less than ${amountFen}`);
  return parts;
}

const sumOf = (amounts: readonly Fen[]): Fen => amounts.reduce((sum, fen) => sum + fen, 0n);
