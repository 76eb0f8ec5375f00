import type { Fen } from "../src/domain/money/fen.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { PayoutAccount, PayoutAccountOnRecord } from "../src/usecases/refunds/payout-accounts.ts";
import type { RefundableSource } from "../src/usecases/refunds/refundable-sources.ts";
import type { RequestedRefund } from "../src/usecases/refunds/request-refund.ts";
import type { StoredRefund } from "../src/usecases/refunds/stored-refund.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** Money that can be asked back, and which way it would go. */
export interface RefundOffer extends RefundableSource {
  readonly route: "wechat" | "bank";
}

/** What a tenant may ask about refunds. Each checks the person's right anew. */
export interface RefundServices {
  /** Sources with something to give back, the latest payment first. */
  refundOffers(tenantId: string): Promise<readonly RefundOffer[]>;
  payoutAccount(tenantId: string): Promise<PayoutAccountOnRecord | undefined>;
  /** Takes the place of the account on record. */
  savePayoutAccount(tenantId: string, account: PayoutAccount): Promise<PayoutAccountOnRecord | Refusal>;
  requestRefund(tenantId: string, key: string, amountFen: Fen, reason: string): Promise<RequestedRefund | Refusal>;
  /** A colleague asks in the numbers of a receipt; undefined amount: all that may be refunded of it. */
  askRefundAsStaff(
    member: StaffMember,
    of: { readonly receiptNo: string; readonly amountFen: Fen | undefined; readonly reason: string },
  ): Promise<RequestedRefund | Refusal>;
  /** The latest first. */
  refunds(tenantId: string): Promise<readonly StoredRefund[]>;
  /** Another amount for a request that waits for approval, by who asked for it: the approval begins again. */
  changeRefund(
    tenantId: string,
    refundNo: string,
    amountFen: Fen,
  ): Promise<{ readonly ok: true; readonly refund: StoredRefund } | Refusal>;
  /** Takes a request back that waits for approval: by who asked for it. */
  cancelRefund(
    tenantId: string,
    refundNo: string,
  ): Promise<{ readonly ok: true; readonly refund: StoredRefund } | Refusal>;
}
