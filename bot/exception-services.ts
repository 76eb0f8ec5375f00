import type { Fen } from "../src/domain/money/fen.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { ExceptionItem } from "../src/usecases/exceptions/exception.ts";
import type { Resolved } from "../src/usecases/exceptions/resolution.ts";
import type { TransferClaim } from "../src/usecases/queries/transfer-claims.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { ClaimedTransfer } from "../src/usecases/reconciliation/claim-transfer.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** What the bot may ask and order about statements and differences. Rights are checked anew each time. */
export interface ExceptionServices {
  /** Open differences of the colleague's entities, the oldest first. */
  openExceptions(member: StaffMember): Promise<readonly ExceptionItem[]>;
  /** The latest day of each account. */
  statementDays(
    member: StaffMember,
  ): Promise<readonly { readonly account: string; readonly date: CivilDate; readonly closed: boolean }[]>;
  /** The page of a difference; undefined: there is none. */
  exceptionLink(exception: Pick<ExceptionItem, "id">): string | undefined;
  exception(member: StaffMember, id: string): Promise<ExceptionItem | undefined>;
  /** One tap: the choice at this place of the card, as of the version that it showed. */
  resolveException(
    member: StaffMember,
    click: { readonly id: string; readonly version: number; readonly choice: number },
  ): Promise<Resolved | Refusal>;
  /** Transfers that the tenant told us of, the latest first. */
  transferClaims(tenantId: string): Promise<readonly TransferClaim[]>;
  /** 一键认领: a member of a tenant says that a transfer is theirs; a person of finance confirms. */
  claimTransfer(
    tenantId: string,
    claim: { readonly amountFen: Fen | undefined; readonly said: string },
  ): Promise<ClaimedTransfer | Refusal>;
  /** The tenant says more of what it claimed, or puts the amount right. */
  amendClaim(
    tenantId: string,
    claimId: string,
    more: { readonly amountFen: Fen | undefined; readonly said: string },
  ): Promise<ClaimedTransfer | Refusal>;
  /** The photo of a slip, by the platform's id: kept with what the sender claimed last. False: nothing was claimed lately. */
  attachSlip(mediaId: string): Promise<boolean>;
}
