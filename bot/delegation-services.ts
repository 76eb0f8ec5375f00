import type { DateRange } from "../src/domain/time/civil-date.ts";
import type { Delegation } from "../src/usecases/approvals/delegations.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** Who decides in whose name: what managers may give away, see and take back in the chat. */
export interface DelegationServices {
  /** Colleagues who may stand in for this person. */
  standIns(member: StaffMember): Promise<readonly StaffMember[]>;
  /** Why it can't be, before it is confirmed. */
  checkDelegation(
    member: StaffMember,
    wish: { readonly toCode: string; readonly days: DateRange },
  ): Promise<{ readonly ok: true } | Refusal>;
  /** All approving roles of this person; both people are told. */
  delegateApprovals(
    member: StaffMember,
    wish: { readonly toCode: string; readonly days: DateRange },
  ): Promise<{ readonly ok: true; readonly delegation: Delegation } | Refusal>;
  delegations(
    member: StaffMember,
  ): Promise<{ readonly given: readonly Delegation[]; readonly received: readonly Delegation[] }>;
  revokeDelegations(
    member: StaffMember,
    which: { readonly id: string } | "all",
  ): Promise<{ readonly ok: true; readonly revoked: readonly Delegation[] } | Refusal>;
}
