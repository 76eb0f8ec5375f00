import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { mayTenant } from "../../domain/people/tenant-permissions.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { updateCards } from "../cards/update-cards.ts";
import { TITLE_MAILBOX } from "../outbox/mailbox.ts";
import { findReachableMembers } from "../people/reachable-members.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { RedLetter } from "./red-letters.ts";
import { placeOfApplication, type StoredApplication } from "./stored-application.ts";

/** The cards of invoices; bot/notices/invoice-notices.ts builds them, src/compose hands them in. */
export interface InvoiceCards {
  readonly application: (application: StoredApplication, pageUrl?: string) => Card;
  readonly issued: (
    application: StoredApplication,
    invoice: {
      readonly number: string;
      readonly issuedOn: CivilDate;
      readonly amountFen: bigint;
      readonly entityName: string;
    },
    downloadUrl: string | undefined,
  ) => Card;
  /** What goes with the file by e-mail. */
  readonly mail: (
    application: StoredApplication,
    invoice: {
      readonly number: string;
      readonly issuedOn: CivilDate;
      readonly amountFen: bigint;
      readonly entityName: string;
    },
  ) => { readonly subject: string; readonly text: string };
  readonly rejected: (application: StoredApplication) => Card;
  readonly redLetter: (letter: RedLetter) => Card | undefined;
  readonly redLetterAsked: (letter: RedLetter) => Card;
}

export interface InvoiceMessaging {
  readonly cards: InvoiceCards;
  /** Through which account tenants hear; undefined: it is off. */
  readonly officialAccountAppId?: string | undefined;
  /** A signed link to the file of an invoice. */
  readonly fileLink?: ((invoiceFileId: string) => string) | undefined;
  /** The page on which finance copies the fields of an application and hands the file in. */
  readonly pageLink?: ((applicationId: string) => string) | undefined;
}

/** Nobody has to do anything: a provider makes all of them by itself, and says so when it does not. */
export const isAutomatic = ({ invoices }: StoredApplication): boolean =>
  invoices.every(({ order }) => order !== undefined && order.state !== "by-hand" && order.state !== "failed");

/** Asks finance of the tenant's project to make the invoices that are theirs to make; true when somebody was told. */
export async function askFinance(
  tx: Transaction,
  application: StoredApplication,
  messaging: InvoiceMessaging,
): Promise<boolean> {
  if (isAutomatic(application)) return false;
  const told = await tellStaff(tx, {
    to: { roles: ["finance-manager", "cashier"], ...placeOfApplication(application) },
    card: messaging.cards.application(application, messaging.pageLink?.(application.applicationId)),
    subject: { kind: "invoice-application", id: application.applicationId, version: application.version },
    dedupeKey: `invoice-application|${application.applicationId}`,
  });
  return told.length > 0;
}

/** Brings finance's copies of the card up to date. */
export const updateFinanceCards = (
  tx: Transaction,
  application: StoredApplication,
  messaging: InvoiceMessaging,
): Promise<unknown> =>
  updateCards(tx, {
    subject: { kind: "invoice-application", id: application.applicationId },
    version: application.version,
    card: messaging.cards.application(application, messaging.pageLink?.(application.applicationId)),
    isFinal: application.state !== "submitted",
  });

/** Tells a tenant's people that an invoice is there, with its file where there is one. */
export async function tellIssued(
  tx: Transaction,
  application: StoredApplication,
  invoiceId: string,
  messaging: InvoiceMessaging,
): Promise<void> {
  const invoice = application.invoices.find((one) => one.invoiceId === invoiceId);
  if (!invoice || invoice.number === undefined || invoice.issuedOn === undefined) return;
  const files = await rows<{ id: string; file_id: string }>(
    tx,
    Prisma.sql`SELECT id, file_id FROM invoice_file WHERE invoice_id = ${invoiceId}::uuid AND red_letter_id IS NULL
      ORDER BY array_position(ARRAY['pdf', 'ofd', 'xml'], format), added_at`,
  );
  const [file] = files;
  const url = file && messaging.fileLink?.(file.id);
  const { number, issuedOn, amountFen, entityName } = invoice;
  const card = messaging.cards.issued(application, { number, issuedOn, amountFen, entityName }, url);
  // With the file it is said again: a number first, the file later.
  await tellTenant(tx, application.tenantId, card, `invoice|${invoiceId}|${file ? "file" : "number"}`, messaging);
  await mailInvoice(
    tx,
    { titleId: application.title.titleId, email: application.title.email, invoiceId },
    messaging.cards.mail(application, { number, issuedOn, amountFen, entityName }),
    files.map((one) => one.file_id),
  );
}

/** To the mailbox on the title, once the file is there; another file of the same invoice is another mail. */
async function mailInvoice(
  tx: Transaction,
  to: { readonly titleId: string; readonly email: string; readonly invoiceId: string },
  words: { readonly subject: string; readonly text: string },
  fileIds: readonly string[],
): Promise<void> {
  if (to.email === "" || fileIds.length === 0) return;
  await enqueueMessages(tx, [
    {
      channel: "email",
      appId: "email",
      recipient: `${TITLE_MAILBOX}${to.titleId}`,
      occasion: "notice",
      message: { ...words, fileIds },
      dedupeKey: `invoice-mail|${to.invoiceId}|${fileIds.length}`,
    },
  ]);
}

/** Tells those of a tenant who see to money. */
export async function tellTenant(
  tx: Transaction,
  tenantId: string,
  card: Card,
  dedupeKey: string,
  messaging: InvoiceMessaging,
): Promise<void> {
  const appId = messaging.officialAccountAppId;
  if (appId === undefined) return;
  const members =
    (await findReachableMembers(tx, { platform: "official-account", appId }, [tenantId])).get(tenantId) ?? [];
  await enqueueMessages(
    tx,
    members
      .filter((member) => mayTenant(member.role, "money.hear"))
      .map((member) => ({
        channel: "official-account",
        appId,
        recipient: member.externalId,
        personId: member.personId,
        occasion: "notice",
        message: card,
        dedupeKey: `${dedupeKey}|${member.personId}|${member.externalId}`,
      })),
  );
}
