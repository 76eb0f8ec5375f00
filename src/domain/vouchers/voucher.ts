import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** 凭证字: one series for all (记), or receipts, payments and transfers apart (收, 付, 转). */
export type VoucherWord = "记" | "收" | "付" | "转";

/** What an account of the books is kept by in the accounting software (辅助核算). */
export type Auxiliary = "customer" | "project";

/** One event of the ledger as it is vouchered: its pairs, and the document that a reader of the voucher can look up. */
export interface VoucherEvent {
  readonly id: string;
  /** "bill.issued", "receipt.recorded" … */
  readonly type: string;
  readonly bookingDate: CivilDate;
  /** Number of the bill, receipt, refund or cashier shift; "" where the event has none. */
  readonly documentNo: string;
  readonly pairs: readonly VoucherPair[];
}

export interface VoucherPair {
  readonly debit: string;
  readonly credit: string;
  /** Above zero. */
  readonly amountFen: Fen;
  readonly tenant: Party | undefined;
  readonly project: Party | undefined;
}

/** A tenant or a project: its row and its name for the summary. */
export interface Party {
  readonly id: string;
  readonly name: string;
}

export interface Voucher {
  readonly date: CivilDate;
  readonly word: VoucherWord;
  readonly documentNo: string;
  readonly eventIds: readonly string[];
  /** Debits first; Σ debits = Σ credits. */
  readonly entries: readonly VoucherEntry[];
}

export interface VoucherEntry {
  /** 摘要 */
  readonly summary: string;
  /** Our account, and what it is called over there. */
  readonly account: string;
  readonly externalCode: string;
  readonly externalName: string;
  /** One of the two is zero. */
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  readonly tenantId: string | undefined;
  readonly projectId: string | undefined;
}
