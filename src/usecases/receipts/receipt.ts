import type { Actor } from "../../db/audit.ts";
import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LineRole } from "../../domain/allocation/open-line.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";

/** `pos`: by card at the desk; the acquirer owes it until it is on the bank's statement. */
export type ReceiptChannel = "bank" | "cash" | "wechat" | "pos";

/** Money that came in. Amounts in fen, codes as people know them. */
export interface ReceiptCommand {
  readonly channel: ReceiptChannel;
  /** Bank or merchant account; undefined: the entity's first of that channel, "CASH-<entity>" for cash. */
  readonly accountCode?: string | undefined;
  /**
   * The channel's number of this payment: its identity together with channel and account. The same number with the same
   * facts again is the same receipt. Undefined: there is none, so every call is a receipt of its own.
   */
  readonly channelNo?: string | undefined;
  /** null: the payer is not known; the money waits on 2241.02 until it is claimed. */
  readonly tenantCode: string | null;
  /** Undefined: that of the selected bills or of the account, else the only one that the tenant owes. */
  readonly entityCode?: string | undefined;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** What the payer selected: bills with their late fees, single lines with theirs. */
  readonly billNos?: readonly string[] | undefined;
  readonly lineIds?: readonly string[] | undefined;
  readonly paymentOrderId?: string | undefined;
  /** 附言, as the payer wrote it. */
  readonly remark?: string | undefined;
  /** true: what would happen, nothing is written. */
  readonly preview?: boolean | undefined;
}

export interface ReceiptContext extends Actor {
  /** Of the business clock. Money dated after it is refused. */
  readonly today: CivilDate;
  /** What is to be said because of it: committed with the money, or not at all. Not asked in a preview or a repetition. */
  readonly messagesOf?: (
    receipt: RecordedReceipt,
    tx: Transaction,
  ) => readonly OutboxMessage[] | Promise<readonly OutboxMessage[]>;
}

/** One thing that the money paid, as `pay record` shows it (interfaces.md section 1). */
export interface ReceiptAllocation {
  readonly billNo: string;
  readonly charge: string;
  /** Of the line, also for its fee. */
  readonly role: LineRole;
  readonly period: DateRange;
  readonly kind: LineKind | "late-fee";
  readonly amountFen: Fen;
  readonly lineId: string;
}

export interface RecordedReceipt {
  readonly ok: true;
  /** Absent in a preview. */
  readonly receiptId?: string;
  /** "SK-E1-2026-000001"; absent in a preview. */
  readonly receiptNo?: string;
  readonly entity: string;
  readonly tenant: string | null;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** In the order in which they were paid. Σ + prepaymentFen = amountFen, unless the payer is unknown. */
  readonly allocations: readonly ReceiptAllocation[];
  readonly prepaymentFen: Fen;
  /** Late fee that others had paid and that this back-dated money made too much; it became prepayment. 0 in a preview. */
  readonly freedFen: Fen;
  /** true: this money had been recorded before; nothing was written now. */
  readonly repeated: boolean;
}
