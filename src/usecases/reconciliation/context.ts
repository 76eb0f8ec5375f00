import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ExceptionCards, ExceptionContext } from "../exceptions/exception.ts";
import type { ReceiptContext, RecordedReceipt } from "../receipts/receipt.ts";
import type { ClaimRefusedMessages } from "./transfer-claims.ts";

/** What matching needs besides the database. */
export interface ReconciliationContext extends ExceptionContext {
  /** What a tenant hears of money that was matched; not asked for money of an unknown payer. */
  readonly receiptMessages?:
    | ((receipt: RecordedReceipt, tx: Transaction) => readonly OutboxMessage[] | Promise<readonly OutboxMessage[]>)
    | undefined;
  /** What a tenant hears whose claim turned out to be about somebody else's money. */
  readonly claimRefusedMessages?: ClaimRefusedMessages | undefined;
  /** Absent: nobody is told (the command line without channels). */
  readonly cards?: ExceptionCards | undefined;
}

export interface Account {
  readonly code: string;
  readonly type: "bank" | "merchant";
  readonly entityId: string;
  readonly entity: string;
  /** The channel's number of a merchant account; empty for a bank. */
  readonly merchantId: string;
}

/** The context in which receipts are booked: a tenant hears of money that is known to be theirs. */
export const receiptContextOf = (context: ReconciliationContext): ReceiptContext => ({
  actor: context.actor,
  channel: context.channel,
  ip: context.ip,
  today: context.today,
  messagesOf: (receipt, tx) => (receipt.tenant === null ? [] : (context.receiptMessages?.(receipt, tx) ?? [])),
});
