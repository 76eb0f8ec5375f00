import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Posting } from "../../domain/ledger/posting.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import type { UndoneReceipt } from "../receipts/undo-receipt.ts";
import type { ReconciliationContext } from "../reconciliation/context.ts";
import type { RefundNotices } from "../refunds/notices.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import type { ExceptionItem } from "./exception.ts";

/** What settling a difference needs beside the database. */
export interface ResolutionContext extends ReconciliationContext {
  /** Who chooses: checked again here, whatever the card showed. */
  readonly staff: StaffMember;
  /** What a tenant hears when the bank took money back. */
  readonly undoMessages?:
    | ((undone: UndoneReceipt, tx: Transaction) => readonly OutboxMessage[] | Promise<readonly OutboxMessage[]>)
    | undefined;
  /** Waivers go through the approval document. */
  readonly approvals?: Pick<ApprovalContext, "cards" | "refunds"> | undefined;
  /** Money that goes back does so as a refund; absent: nobody is asked, finance does it by itself. */
  readonly refunding?: { readonly notices: RefundNotices; readonly encryption: FieldEncryption } | undefined;
}

/** What a person adds to a choice on the page or the command line. */
export interface ResolutionDetails {
  /** The bills that the money is for; they come first. */
  readonly billNos?: readonly string[] | undefined;
  /** How much of the difference: of a waiver, a write-off, a refund. Undefined: all of it. */
  readonly amountFen?: Fen | undefined;
}

/** A pair that a resolution or its undo has booked, as people know accounts. */
export type PostedPair = Pick<Posting, "debit" | "credit" | "amountFen">;

export interface Resolved {
  readonly ok: true;
  readonly exception: ExceptionItem;
  readonly postings: readonly PostedPair[];
  /** Documents that somebody else has to approve before it takes effect. */
  readonly approvals: readonly string[];
}
