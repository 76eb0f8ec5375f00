import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { DunningWay } from "../src/usecases/dunning/context.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** Who is left alone, and by which way a tenant wants to hear. Rights are checked anew each time. */
export interface ReachServices {
  /** 先别催: the whole tenant, through a day. */
  holdDunning(
    member: StaffMember,
    hold: { readonly tenantId: string; readonly until: CivilDate; readonly reason: string },
  ): Promise<{ readonly ok: true } | Refusal>;
  /** Whether there was a hold. */
  liftHold(member: StaffMember, tenantId: string): Promise<{ readonly ok: true; readonly lifted: boolean } | Refusal>;
  /** In the order in which they are tried, those that reach nobody left out. */
  ways(tenantId: string): Promise<readonly DunningWay[]>;
  chooseWays(wish: {
    readonly tenantId: string;
    readonly wanted: readonly DunningWay[];
    readonly unwanted: readonly DunningWay[];
  }): Promise<{ readonly ok: true; readonly ways: readonly DunningWay[] } | Refusal>;
}
