import type { InboundEvent } from "../../bot/events.ts";
import type { InvoiceOrder, InvoiceServices } from "../../bot/invoice-services.ts";
import { invoiceCards } from "../../bot/notices/invoice-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { row } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import type { MemberRole } from "../domain/people/tenant-permissions.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { applyForInvoice, previewApplication } from "../usecases/invoices/apply-for-invoice.ts";
import { latestInvoiceFiles } from "../usecases/invoices/invoice-files.ts";
import {
  askFinance,
  type InvoiceMessaging,
  isAutomatic,
  updateFinanceCards,
} from "../usecases/invoices/invoice-messages.ts";
import { findParty, findTitles, saveTitle } from "../usecases/invoices/invoice-titles.ts";
import { closeApplication } from "../usecases/invoices/issue-invoice.ts";
import { requestRedLetter } from "../usecases/invoices/red-letters.ts";
import { loadApplications, lockApplication } from "../usecases/invoices/stored-application.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { type Refusal, refuse } from "../usecases/receipts/refusal.ts";
import { buildingsOfTenant } from "../usecases/staff/portfolio.ts";
import { tellStaff } from "../usecases/staff/tell-staff.ts";

export interface InvoiceLinks {
  /** Files and pages of applications, as InvoiceMessaging has them. */
  readonly fileLink: NonNullable<InvoiceMessaging["fileLink"]>;
  readonly pageLink: NonNullable<InvoiceMessaging["pageLink"]>;
  /** The page of a tenant's titles. */
  readonly titleLink: (tenantId: string) => string;
}

export interface InvoiceDependencies {
  readonly clock: BusinessClock;
  readonly encryption: FieldEncryption;
  readonly officialAccountAppId?: string | undefined;
  /** Pages and files of invoices by signed links; absent: none are given out. */
  readonly invoiceLinks?: InvoiceLinks | undefined;
}

/** Titles and invoices as the tenant's chat knows them, tied to one event and its transaction. */
export function invoiceServicesOf(
  tx: Transaction,
  event: InboundEvent,
  deps: InvoiceDependencies,
  sender: () => Promise<Sender | undefined>,
): InvoiceServices {
  const today = deps.clock.today();
  const messaging: InvoiceMessaging = {
    cards: invoiceCards,
    officialAccountAppId: deps.officialAccountAppId,
    fileLink: deps.invoiceLinks?.fileLink,
    pageLink: deps.invoiceLinks?.pageLink,
  };
  const contextOf = (personId: string) => ({
    actor: `person:${personId}`,
    channel: event.platform,
    today,
    nowMs: deps.clock.nowMs(),
    encryption: deps.encryption,
  });
  const memberOf = async (tenantId: string) => {
    const person = await sender();
    const membership = person?.memberships.find((one) => one.tenantId === tenantId);
    return person && membership ? { personId: person.personId, role: membership.role } : undefined;
  };
  const commandOf = (tenantId: string, order: InvoiceOrder, member: { personId: string; role: MemberRole }) => ({
    tenantId,
    kind: order.kind,
    billNos: order.billNos,
    months: order.months,
    kinds: order.kinds,
    amountFen: order.amountFen,
    titleConfirmed: order.titleConfirmed,
    memberRole: member.role,
    personId: member.personId,
  });

  return {
    titles: (tenantId) => findTitles(tx, tenantId, deps.encryption),
    titlePage: (tenantId) => deps.invoiceLinks?.titleLink(tenantId),
    party: (tenantId) => findParty(tx, tenantId),
    async saveTitle(tenantId, title) {
      const personId = await findActingMember(tx, await sender(), tenantId, "title.edit");
      if (personId === undefined) throw new Error("a title is saved by somebody who may not");
      return saveTitle(tx, { tenantId, title }, contextOf(personId));
    },
    async previewInvoice(tenantId, order) {
      const member = await memberOf(tenantId);
      if (!member) return NOT_MEMBER;
      return previewApplication(tx, commandOf(tenantId, order, member), contextOf(member.personId));
    },
    async applyForInvoice(tenantId, order) {
      const member = await memberOf(tenantId);
      if (!member) return NOT_MEMBER;
      const application = await applyForInvoice(tx, commandOf(tenantId, order, member), contextOf(member.personId));
      if (!application.ok) return application;
      const stored = await lockApplication(tx, { applicationId: application.applicationId }, deps.encryption);
      const heard = stored !== undefined && (await askFinance(tx, stored, messaging));
      return { application, heard, automatic: stored !== undefined && isAutomatic(stored) };
    },
    applications: (tenantId) => loadApplications(tx, Prisma.sql`a.tenant_id = ${tenantId}::uuid`, deps.encryption),
    async invoiceFiles(tenantId) {
      const { invoiceLinks } = deps;
      return invoiceLinks
        ? (await latestInvoiceFiles(tx, tenantId)).map(({ number, fileId }) => ({
            number,
            url: invoiceLinks.fileLink(fileId),
          }))
        : [];
    },
    async cancelApplication(tenantId, applicationNo) {
      const personId = await findActingMember(tx, await sender(), tenantId, "invoice.ask");
      if (personId === undefined) return NOT_MEMBER;
      const closed = await closeApplication(
        tx,
        { applicationNo, as: "cancelled", reason: "租户撤销", tenantId },
        contextOf(personId),
      );
      if (!closed.ok) return closed;
      await updateFinanceCards(tx, closed.application, messaging);
      return { ok: true };
    },
    async askForRedLetter(tenantId, number, explanation) {
      const personId = await findActingMember(tx, await sender(), tenantId, "invoice.ask");
      if (personId === undefined) return NOT_MEMBER;
      const own = await row<{ project_id: string | null; buildings: string[] }>(
        tx,
        Prisma.sql`SELECT ${buildingsOfTenant(Prisma.sql`i.tenant_id`)} AS buildings, (SELECT l.project_id FROM lease l WHERE l.tenant_id = i.tenant_id ORDER BY l.start_date DESC LIMIT 1) AS project_id
          FROM invoice i WHERE i.number = ${number} AND i.tenant_id = ${tenantId}::uuid`,
      );
      if (!own) return refuse("INVOICE_UNKNOWN", `没有找到号码为 ${number} 的发票，请核对。`, "Unknown invoice.");
      const asked = await requestRedLetter(
        tx,
        { invoiceNumber: number, reason: "mistake", explanation },
        contextOf(personId),
      );
      if (!asked.ok) return asked;
      await tellStaff(tx, {
        to: {
          roles: ["finance-manager", "cashier"],
          projectId: own.project_id ?? undefined,
          buildingIds: own.buildings,
        },
        card: invoiceCards.redLetterAsked(asked.redLetter),
        dedupeKey: `red-letter|${asked.redLetter.redLetterId}`,
      });
      return { ok: true };
    },
  };
}

const NOT_MEMBER: Refusal = refuse("NOT_MEMBER", "您不再是这家企业的成员。", "Not a member of the tenant any more.");
