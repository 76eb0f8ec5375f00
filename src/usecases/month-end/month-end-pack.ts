import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import type { MissingForClose } from "../periods/accounting-periods.ts";
import type { AgedTenant } from "./aging.ts";

/** Claims of one kind over a month: opening + takenOver + billed + lateFee + correction − received − waived − writtenOff − bankFee = closing. */
export interface ReceivableRow {
  /** "rent", …, or "late-fee" for the fees of all lines. */
  readonly kind: string;
  readonly openingFen: Fen;
  /** Owed when ParkLedger took over. */
  readonly takenOverFen: Fen;
  readonly billedFen: Fen;
  readonly lateFeeFen: Fen;
  /** Corrections with their set-offs, and credits that became prepayment. */
  readonly correctionFen: Fen;
  /** Paid by receipts and by prepayment, less what was taken back. */
  readonly receivedFen: Fen;
  readonly waivedFen: Fen;
  readonly writtenOffFen: Fen;
  readonly bankFeeFen: Fen;
  readonly closingFen: Fen;
}

/** What an event did to a liability in the month; both at or above zero. */
export interface LiabilityMovement {
  readonly event: string;
  readonly increaseFen: Fen;
  readonly decreaseFen: Fen;
}

/** opening + Σ increase − Σ decrease = closing. */
export interface LiabilityRollForward {
  readonly account: string;
  readonly name: string;
  readonly openingFen: Fen;
  readonly movements: readonly LiabilityMovement[];
  readonly closingFen: Fen;
}

/** Two witnesses of one balance. */
export interface Tie {
  readonly account: string;
  readonly what: "opening" | "closing" | "open-items-today" | "facts-today";
  readonly kind?: string | undefined;
  /** Summed from what happened. */
  readonly factsFen: Fen;
  /** What the ledger (or, for open-items, the open claims) says. */
  readonly ledgerFen: Fen;
  /** facts − ledger; 0 where all is well. */
  readonly differenceFen: Fen;
}

export interface PackDay {
  readonly account: string;
  readonly date: CivilDate;
  readonly closed: boolean;
  readonly lines: number;
  readonly inFen: Fen;
  readonly outFen: Fen;
}

export interface PackException {
  readonly id: string;
  readonly kind: string;
  readonly account: string;
  readonly date: CivilDate | null;
  readonly amountFen: Fen;
  readonly ownerRole: string | null;
}

/** What an accountant files for a month of an entity. Amounts in fen; 1122 above zero is owed to us, 2203 and 2241 by us. */
export interface MonthEndPack {
  readonly entity: string;
  readonly entityName: string;
  readonly month: Month;
  readonly asOf: CivilDate;
  readonly locked: boolean;
  readonly receivables: readonly ReceivableRow[];
  readonly receivablesTotal: ReceivableRow;
  readonly liabilities: readonly LiabilityRollForward[];
  readonly ties: readonly Tie[];
  readonly aging: readonly AgedTenant[];
  readonly days: readonly PackDay[];
  /** Accounts of the entity that have a statement, with the days of the month that nobody has reconciled. */
  readonly daysWithoutStatement: readonly {
    readonly account: string;
    readonly days: number;
    readonly first: CivilDate;
  }[];
  readonly exceptions: readonly PackException[];
  /** What keeps the month from being locked. */
  readonly missing: readonly MissingForClose[];
}
