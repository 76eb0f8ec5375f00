import type { Fen } from "../money/fen.ts";
import type { CivilDate, DateRange } from "../time/civil-date.ts";
import type { LineKind } from "../world/lease.ts";

export type LineRole = "charge" | "discount" | "deposit" | "one-off";

/** Which line, as allocations, ledger and people name it (money-rules 2, "Identity"). */
export interface LineReference {
  readonly lineId: string;
  readonly billNo: string;
  readonly tenant: string;
  readonly entity: string;
  readonly project: string;
  readonly lease: string;
  readonly charge: string;
  readonly role: LineRole;
  readonly ordinal: number;
  readonly period: DateRange;
  readonly correction: number;
  readonly kind: LineKind;
}

/** A positive line with something left to pay. Deposit lines are open lines too; negative lines never are. */
export interface OpenLine extends LineReference {
  readonly dueDate: CivilDate;
  /** Place of the line on its bill, ascending. */
  readonly position: number;
  /** Principal open after set-off and allocations. */
  readonly principalFen: Fen;
  /** Fee accrued through the day before the value date, less what of it was paid or waived; 0 for deposits. */
  readonly lateFeeFen: Fen;
  readonly disputed: boolean;
}

/** A line is paid in two parts that are open, ordered and recorded apart. */
export type LinePart = "principal" | "late-fee";

/** One thing that money can pay. */
export interface Payable {
  readonly line: OpenLine;
  readonly part: LinePart;
  readonly openFen: Fen;
}

/** The parts of the lines that have something open, in no particular order. */
export function payablesOf(lines: readonly OpenLine[]): Payable[] {
  return lines.flatMap((line) =>
    [
      { line, part: "late-fee" as const, openFen: line.lateFeeFen },
      { line, part: "principal" as const, openFen: line.principalFen },
    ].filter((payable) => payable.openFen > 0n),
  );
}
