import type { Fen } from "../src/domain/money/fen.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { RequestedApproval } from "../src/usecases/approvals/request-approval.ts";
import type { ContinuedMoveOut } from "../src/usecases/moving-out/continue-move-out.ts";
import type { GivenNotice } from "../src/usecases/moving-out/give-notice.ts";
import type { MoveOutProgress } from "../src/usecases/moving-out/progress.ts";
import type { AskedRefunds } from "../src/usecases/moving-out/settlement-refunds.ts";
import type { StoredMoveOut } from "../src/usecases/moving-out/stored-move-out.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { PayoutAccount } from "../src/usecases/refunds/payout-accounts.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";
import type { PaperUrl } from "./notices/moving-out-notices.ts";

/** Moving out as tenants and stewards order it. Each checks the person's right anew. */
export interface MoveOutServices {
  readonly settlementPaperUrl: PaperUrl;
  /** The latest first. */
  moveOuts(tenantId: string): Promise<readonly StoredMoveOut[]>;
  /** Undefined: not this tenant's. */
  moveOutProgress(tenantId: string, number: string): Promise<MoveOutProgress | undefined>;
  giveNotice(
    tenantId: string,
    notice: { readonly leaseCode: string; readonly lastDay: CivilDate },
  ): Promise<GivenNotice | Refusal>;
  confirmSettlement(
    tenantId: string,
    number: string,
    version: number,
  ): Promise<({ readonly ok: true } & AskedRefunds) | Refusal>;
  objectToSettlement(
    tenantId: string,
    number: string,
    version: number,
    reason: string,
  ): Promise<{ readonly ok: true; readonly disputedLines: number } | Refusal>;
  /** The account for what cannot go back the way it came; refunds that waited for it are asked for. */
  payoutForSettlement(
    tenantId: string,
    account: PayoutAccount,
  ): Promise<({ readonly ok: true } & AskedRefunds) | Refusal>;

  /** Open ones of a colleague's projects. */
  openMoveOuts(member: StaffMember): Promise<readonly StoredMoveOut[]>;
  /** By number or lease code, in the colleague's projects. */
  moveOutForStaff(member: StaffMember, reference: string): Promise<MoveOutProgress | undefined>;
  noticeByStaff(
    member: StaffMember,
    notice: { readonly leaseCode: string; readonly lastDay: CivilDate; readonly reason: string },
  ): Promise<GivenNotice | Refusal>;
  continueMoveOut(member: StaffMember, reference: string): Promise<ContinuedMoveOut | Refusal>;
  forfeitDeposit(
    member: StaffMember,
    reference: string,
    amountFen: Fen,
    reason: string,
  ): Promise<RequestedApproval | Refusal>;
  /** Consent on paper, kept by the colleague. */
  confirmOnPaper(member: StaffMember, reference: string): Promise<({ readonly ok: true } & AskedRefunds) | Refusal>;
  cancelMoveOut(member: StaffMember, reference: string): Promise<{ readonly ok: true } | Refusal>;
}
