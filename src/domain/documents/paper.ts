import type { Fen } from "../money/fen.ts";
import type { CivilDate, DateRange, Month } from "../time/civil-date.ts";

/*
 * What a paper says, before it is laid out: plain records, the only input of its HTML. Their hash is the content hash
 * that is printed on them, so they hold nothing that changes from one printing to the next (no clock, no random id).
 */

/** Who sends the paper. */
export interface Letterhead {
  readonly operatorName: string;
  readonly entityName: string;
  readonly entityTaxNo: string | undefined;
  readonly projectName: string;
}

/** To whom. */
export interface Addressee {
  readonly tenantName: string;
  readonly tenantCode: string;
  readonly tenantTaxNo: string | undefined;
}

/** Where a bank transfer goes. */
export interface Payee {
  readonly entityName: string;
  readonly bank: string;
  readonly accountNo: string;
  /** The number is the tenant's own: a transfer to it needs no remark. */
  readonly ownNumber: boolean;
}

/** A part of a line with its own price: a register, a tier, a stretch of the period. */
export interface PaperTerm {
  /** "峰", "第1档", "2026年9月16日起"; "" where the line has one term only. */
  readonly label: string;
  /** "130.00㎡ × 1个月", "120.5度" */
  readonly quantity: string;
  /** "58.00"; of a pool what all share, "共1,283.50". */
  readonly price: string;
  /** "¥7,540.00", further decimals where it is not rounded yet. */
  readonly amount: string;
}

export interface PaperLine {
  /** "租金", "电费更正（2026年8月）": as in the chat. */
  readonly name: string;
  readonly period: DateRange;
  readonly terms: readonly PaperTerm[];
  /** "0.09" */
  readonly taxRate: string;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  readonly amountFen: Fen;
  readonly estimated: boolean;
}

export interface PaperPayment {
  readonly date: CivilDate;
  readonly receiptNo: string;
  readonly method: PaperMethod;
  readonly amountFen: Fen;
}

/** `prepayment`: money that was there already, of no receipt that we know by number. */
export type PaperMethod = "wechat" | "bank" | "cash" | "pos" | "prepayment";

/** What was used over up to twelve months, the oldest first; null where a month has no bill. */
export interface UsageSeries {
  readonly utility: "electricity" | "water" | "gas";
  readonly months: readonly { readonly month: Month; readonly usage: number | null }[];
}

export interface Derived {
  readonly name: string;
  readonly amountFen: Fen;
  /** Of explainLine. */
  readonly lines: readonly string[];
}

export interface BillPaper {
  readonly kind: "bill";
  readonly letterhead: Letterhead;
  readonly addressee: Addressee;
  readonly billNo: string;
  readonly leaseCode: string;
  readonly units: readonly string[];
  readonly month: Month;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  /** The day whose figures these are. */
  readonly asOf: CivilDate;
  readonly lines: readonly PaperLine[];
  readonly totalFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  /** Open on `asOf`, through the day before (money-rules 7). */
  readonly lateFeeFen: Fen;
  /** What has been settled of the bill's amount; with `payments`, but also by set-off. */
  readonly paidFen: Fen;
  /** What settles this bill on `asOf`. */
  readonly owedFen: Fen;
  readonly payments: readonly PaperPayment[];
  /** 往期未付: owed to the same entity on the tenant's earlier bills, late fees included. */
  readonly previousFen: Fen;
  /** 预存款余额 at the same entity. */
  readonly prepaymentFen: Fen;
  readonly payee: Payee | undefined;
  readonly paymentCode: string;
  /** What the QR code to pay says; absent when nothing is owed. */
  readonly payUrl: string | undefined;
  /** What the QR code for the official account says. */
  readonly followUrl: string | undefined;
  readonly usage: readonly UsageSeries[];
  readonly derivations: readonly Derived[];
}

export interface ReceiptPaper {
  readonly kind: "receipt";
  readonly letterhead: Letterhead;
  readonly addressee: Addressee;
  readonly receiptNo: string;
  readonly date: CivilDate;
  readonly method: PaperMethod;
  readonly amountFen: Fen;
  /** Undone since: the paper says so across its face. */
  readonly undone: boolean;
  readonly allocations: readonly {
    readonly billNo: string;
    readonly name: string;
    readonly period: DateRange;
    readonly amountFen: Fen;
  }[];
  readonly prepaymentFen: Fen;
}

export interface DunningLetterPaper {
  readonly kind: "dunning-letter";
  readonly letterhead: Letterhead;
  readonly addressee: Addressee;
  readonly asOf: CivilDate;
  readonly payBefore: CivilDate;
  readonly bills: readonly {
    readonly billNo: string;
    readonly month: Month;
    readonly dueDate: CivilDate;
    readonly overdueDays: number;
    readonly principalFen: Fen;
    readonly lateFeeFen: Fen;
  }[];
  readonly totalFen: Fen;
  readonly payee: Payee | undefined;
  readonly paymentCode: string;
  readonly payUrl: string | undefined;
}

export interface StatementPaper {
  readonly kind: "statement";
  readonly letterhead: Letterhead;
  readonly addressee: Addressee;
  readonly range: DateRange;
  /** The last day that counts. */
  readonly through: CivilDate;
  readonly openingFen: Fen;
  readonly billedFen: Fen;
  readonly lateFeeFen: Fen;
  readonly waivedFen: Fen;
  readonly paidFen: Fen;
  /** Absent: no deposit paid anything. */
  readonly offsetFen?: Fen;
  /** Absent: nothing was given back. */
  readonly refundedFen?: Fen;
  readonly closingFen: Fen;
  readonly entries: readonly {
    readonly date: CivilDate;
    readonly kind: "bill" | "receipt" | "waiver" | "relief" | "deposit-offset" | "refund";
    readonly no: string;
    readonly amountFen: Fen;
  }[];
}

export interface SettlementPaper {
  readonly kind: "settlement";
  readonly letterhead: Letterhead;
  readonly addressee: Addressee;
  readonly leaseCode: string;
  readonly units: readonly string[];
  readonly leaseRange: DateRange;
  readonly asOf: CivilDate;
  /** Everything still open on the lease. */
  readonly lines: readonly {
    readonly billNo: string;
    readonly name: string;
    readonly period: DateRange;
    readonly openFen: Fen;
    readonly lateFeeFen: Fen;
  }[];
  readonly owedFen: Fen;
  readonly depositFen: Fen;
  /** Kept of the deposit, with approval; absent: nothing. */
  readonly forfeitedFen?: Fen;
  /** Only where this is the tenant's only lease with the entity. */
  readonly prepaymentFen: Fen;
  /** Above zero: the tenant pays; below: the tenant gets back. */
  readonly balanceFen: Fen;
  readonly payee: Payee | undefined;
}

export type Paper = BillPaper | ReceiptPaper | DunningLetterPaper | StatementPaper | SettlementPaper;
export type PaperKind = Paper["kind"];

/** How somebody who holds the paper finds out whether we printed it. */
export interface Authenticity {
  /** SHA-256 of the paper's canonical JSON, in hex. */
  readonly contentHash: string;
  /** "7K3M-9QXA-2BCD" */
  readonly shortCode: string;
  /** The page that knows the code. */
  readonly checkUrl: string;
}
