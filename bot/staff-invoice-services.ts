import type { Card } from "../cards/card.ts";
import type { OrderDecision } from "../src/usecases/invoice-orders/decide-order.ts";
import type { RedLetter, RedStep } from "../src/usecases/invoices/red-letters.ts";
import type { StoredApplication } from "../src/usecases/invoices/stored-application.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** What finance does about invoices in the chat; each checks role and project, and tells the tenant. */
export interface StaffInvoiceServices {
  /** Applications that wait, of this person's projects, the oldest first. */
  waitingApplications(member: StaffMember): Promise<readonly StoredApplication[]>;
  /** Everything to copy, with the way to its page. */
  applicationCard(application: StoredApplication): Card;
  enterInvoice(
    member: StaffMember,
    entry: { readonly applicationNo: string; readonly place?: number; readonly number: string },
  ): Promise<{ readonly ok: true; readonly application: StoredApplication; readonly isComplete: boolean } | Refusal>;
  rejectApplication(
    member: StaffMember,
    applicationNo: string,
    reason: string,
  ): Promise<{ readonly ok: true } | Refusal>;
  /** Another try of what a provider did not get done, or by hand. */
  decideInvoiceOrder(member: StaffMember, decision: OrderDecision): Promise<{ readonly ok: true } | Refusal>;
  moveRedLetter(
    member: StaffMember,
    step: Pick<RedStep, "redNo" | "event" | "formNo" | "number">,
  ): Promise<{ readonly ok: true; readonly redLetter: RedLetter } | Refusal>;
}
