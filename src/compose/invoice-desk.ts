import type { InboundEvent } from "../../bot/events.ts";
import { invoiceCards } from "../../bot/notices/invoice-notices.ts";
import { invoiceOrderCard } from "../../bot/notices/invoice-order-notices.ts";
import type { StaffInvoiceServices } from "../../bot/staff-invoice-services.ts";
import type { Transaction } from "../db/transaction.ts";
import { decideOrder } from "../usecases/invoice-orders/decide-order.ts";
import {
  type DeskContext,
  enterInvoice,
  rejectApplication,
  stepRedLetter,
  waitingApplications,
} from "../usecases/invoices/finance-desk.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import type { InvoiceDependencies } from "./invoice-services.ts";

/** Finance's side of invoices as the chat of the staff knows it. */
export function staffInvoiceServicesOf(
  tx: Transaction,
  event: InboundEvent,
  deps: InvoiceDependencies,
): StaffInvoiceServices {
  const contextOf = (member: StaffMember): DeskContext => ({
    actor: `staff:${member.code}`,
    channel: event.platform,
    today: deps.clock.today(),
    nowMs: deps.clock.nowMs(),
    encryption: deps.encryption,
    messaging: {
      cards: invoiceCards,
      officialAccountAppId: deps.officialAccountAppId,
      fileLink: deps.invoiceLinks?.fileLink,
      pageLink: deps.invoiceLinks?.pageLink,
    },
  });
  return {
    waitingApplications: (member) => waitingApplications(tx, member, contextOf(member)),
    applicationCard: (application) =>
      invoiceCards.application(application, deps.invoiceLinks?.pageLink?.(application.applicationId)),
    enterInvoice: (member, entry) => enterInvoice(tx, member, entry, contextOf(member)),
    rejectApplication: (member, applicationNo, reason) =>
      rejectApplication(tx, member, { applicationNo, reason }, contextOf(member)),
    decideInvoiceOrder: (member, decision) =>
      decideOrder(tx, member, decision, { ...contextOf(member), orderCard: invoiceOrderCard }),
    moveRedLetter: (member, step) => stepRedLetter(tx, member, step, contextOf(member)),
  };
}
