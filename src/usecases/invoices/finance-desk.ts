import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { buildingsOfTenant, tenantInPortfolio } from "../staff/portfolio.ts";
import type { InvoiceContext } from "./apply-for-invoice.ts";
import { type InvoiceMessaging, tellIssued, tellTenant, updateFinanceCards } from "./invoice-messages.ts";
import { closeApplication, type InvoiceFile, type IssuedInvoice, issueInvoice } from "./issue-invoice.ts";
import { findRedLetters, moveRedLetter, type RedLetter, type RedStep } from "./red-letters.ts";
import { loadApplications, lockApplication, placeOfApplication, type StoredApplication } from "./stored-application.ts";

/** Finance at work: who they are, from where, and how others are told. */
export interface DeskContext extends InvoiceContext {
  readonly nowMs: number;
  readonly messaging: InvoiceMessaging;
}

const NOT_YOURS = refuse(
  "NOT_ALLOWED",
  "开票由该项目的财务或收银办理，您没有这个权限。",
  "Only finance of the project may.",
);

/** Applications that wait for their invoices, of the projects that this person handles, the oldest first. */
export async function waitingApplications(
  tx: Transaction,
  member: StaffMember,
  context: DeskContext,
): Promise<readonly StoredApplication[]> {
  const all = await loadApplications(
    tx,
    Prisma.sql`a.state = 'submitted' AND ${tenantInPortfolio(Prisma.sql`a.tenant_id`, member)}`,
    context.encryption,
  );
  return all.filter((one) => may(member, "invoice.handle", placeOfApplication(one))).reverse();
}

/** Enters a number and file, brings the cards of finance up to date and tells the tenant. */
export async function enterInvoice(
  tx: Transaction,
  member: StaffMember,
  entry: {
    readonly applicationNo: string;
    readonly place?: number | undefined;
    readonly number: string;
    /** Default: today. */
    readonly issuedOn?: CivilDate | undefined;
    readonly files?: readonly InvoiceFile[] | undefined;
  },
  context: DeskContext,
): Promise<IssuedInvoice | Refusal> {
  const application = await lockApplication(tx, { applicationNo: entry.applicationNo }, context.encryption);
  if (application && !may(member, "invoice.handle", placeOfApplication(application))) return NOT_YOURS;
  const issued = await issueInvoice(tx, { ...entry, issuedOn: entry.issuedOn ?? context.today }, context);
  if (!issued.ok) return issued;
  await updateFinanceCards(tx, issued.application, context.messaging);
  await tellIssued(tx, issued.application, issued.invoiceId, context.messaging);
  return issued;
}

/** Sends an application back; the tenant reads the reason. */
export async function rejectApplication(
  tx: Transaction,
  member: StaffMember,
  command: { readonly applicationNo: string; readonly reason: string },
  context: DeskContext,
): Promise<{ readonly ok: true; readonly application: StoredApplication } | Refusal> {
  const application = await lockApplication(tx, { applicationNo: command.applicationNo }, context.encryption);
  if (application && !may(member, "invoice.handle", placeOfApplication(application))) return NOT_YOURS;
  const closed = await closeApplication(tx, { ...command, as: "rejected" }, context);
  if (!closed.ok) return closed;
  await updateFinanceCards(tx, closed.application, context.messaging);
  await tellTenant(
    tx,
    closed.application.tenantId,
    context.messaging.cards.rejected(closed.application),
    `invoice-rejected|${closed.application.applicationId}`,
    context.messaging,
  );
  return closed;
}

/** One step of a red letter. Approving is for another person than the one who asked for it. */
export async function stepRedLetter(
  tx: Transaction,
  member: StaffMember,
  step: RedStep,
  context: DeskContext,
): Promise<{ readonly ok: true; readonly redLetter: RedLetter } | Refusal> {
  const [letter] = await findRedLetters(tx, Prisma.sql`r.red_no = ${step.redNo}`);
  if (letter) {
    const place = await row<{ project_id: string | null; requested_by: string; buildings: string[] }>(
      tx,
      Prisma.sql`SELECT r.requested_by, ${buildingsOfTenant(Prisma.sql`${letter.tenantId}::uuid`)} AS buildings, (SELECT l.project_id FROM lease l WHERE l.tenant_id = ${letter.tenantId}::uuid
          ORDER BY l.start_date DESC, l.code COLLATE "C" LIMIT 1) AS project_id
        FROM red_letter r WHERE r.id = ${letter.redLetterId}::uuid`,
    );
    const where = { projectId: place?.project_id ?? undefined, buildingIds: place?.buildings ?? [] };
    if (!may(member, "invoice.handle", where)) return NOT_YOURS;
    if (step.event.type === "approve" && place?.requested_by === context.actor) {
      return refuse("SELF_APPROVAL", "红冲要由申请人以外的同事同意。", "Somebody else has to agree.");
    }
  }
  const moved = await moveRedLetter(tx, step, context);
  if (!moved.ok) return moved;
  await tellRedLetter(tx, moved.redLetter, context.messaging);
  return moved;
}

/** Tells the tenant where something is wanted of them or has happened. */
export async function tellRedLetter(tx: Transaction, letter: RedLetter, messaging: InvoiceMessaging): Promise<void> {
  const card = messaging.cards.redLetter(letter);
  if (!card) return;
  await tellTenant(tx, letter.tenantId, card, `red-letter|${letter.redLetterId}|${letter.state}`, messaging);
}
