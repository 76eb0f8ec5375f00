import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** Whose record of the money it is. */
export const STATEMENT_SOURCES = ["wechat-trade", "wechat-fund", "bank"] as const;
export type StatementSource = (typeof STATEMENT_SOURCES)[number];

/** What a line of a statement is about. Bank lines are `transfer`; what they pay is the matching's question. */
export type LineKind =
  | "payment"
  | "refund"
  | "refund-closed"
  | "fee"
  | "fee-refund"
  | "settlement"
  | "transfer"
  | "other";

/** One row of a statement file, read: amounts in fen, in above and out below zero. See usecases/statements/statement-line.ts. */
export interface ParsedLine {
  /** The row in the file, counted from 1, header and preface included. */
  readonly rowNo: number;
  readonly kind: LineKind;
  readonly valueDate: CivilDate;
  readonly bookingDate: CivilDate;
  readonly bookedTime?: string | undefined;
  readonly amountFen: Fen;
  readonly feeFen?: Fen | undefined;
  readonly feeIncluded?: boolean | undefined;
  readonly balanceAfterFen?: Fen | undefined;
  readonly counterpartyName?: string | undefined;
  /** Without spaces; stored only as hash and cipher. */
  readonly counterpartyAccount?: string | undefined;
  readonly remark: string;
  readonly orderNo?: string | undefined;
  readonly refundNo?: string | undefined;
  readonly channelNo?: string | undefined;
  readonly channelRefundNo?: string | undefined;
  /** 虚拟账号, 记账子单元: which of our numbers the payer wrote. */
  readonly virtualAccountNo?: string | undefined;
  readonly status?: string | undefined;
  readonly reversal?: boolean | undefined;
  /** Further columns by their header, for people who look into a difference; no account numbers. */
  readonly further: Readonly<Record<string, string>>;
}

/** Something in a file that can't be read: where, what, and what to do about it, in one Chinese sentence. */
export interface RowProblem {
  readonly rowNo?: number | undefined;
  readonly column?: string | undefined;
  readonly message: string;
}

/** What a file says about itself in its preface or at its end; each figure only where it stands there. */
export interface DeclaredTotals {
  readonly openingFen?: Fen | undefined;
  readonly closingFen?: Fen | undefined;
  readonly lines?: number | undefined;
  readonly inLines?: number | undefined;
  readonly outLines?: number | undefined;
  readonly inFen?: Fen | undefined;
  readonly outFen?: Fen | undefined;
  readonly feeFen?: Fen | undefined;
}
