import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalType } from "../../domain/approval/policy.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { ApprovalContext, ApprovalRequest } from "./approval.ts";

/** What a type of approval is about. One of each in subjects.ts. */
export interface ApprovalSubject {
  readonly type: ApprovalType;
  /**
   * Makes it true, in the transaction of the last approval, with the document locked (and before it the account of its
   * tenant and entity, where it names a tenant). A refusal says that it has become impossible (the fee was paid meanwhile):
   * it must have written nothing, the document is closed as expired with that sentence, and the requester hears of it.
   */
  apply(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<Applied | Refusal>;
  /** Puts back what the request had taken (a hold on money), in the transaction of the rejection or the cancellation. */
  release?(
    tx: Transaction,
    request: ApprovalRequest,
    how: "rejected" | "cancelled" | "expired",
    context: ApprovalContext,
  ): Promise<void>;
}

export interface Applied {
  readonly ok: true;
  /** For the audit trail: what it was before and what it is now. */
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

export const APPLIED: Applied = { ok: true };
