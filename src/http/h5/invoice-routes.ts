import type { Context } from "koa";
import { invoiceCards } from "../../../bot/notices/invoice-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { isCivilDate } from "../../domain/time/civil-date.ts";
import { readFile } from "../../usecases/documents/file-store.ts";
import { type DeskContext, enterInvoice } from "../../usecases/invoices/finance-desk.ts";
import type { InvoiceFile } from "../../usecases/invoices/issue-invoice.ts";
import {
  loadApplications,
  placeOfApplication,
  type StoredApplication,
} from "../../usecases/invoices/stored-application.ts";
import type { StaffMember } from "../../usecases/staff/find-staff-member.ts";
import { may } from "../../usecases/staff/permissions.ts";
import { rawBodyOf } from "../raw-body.ts";
import { boundTo, type Colleague, receiveColleague } from "./colleague.ts";
import type { H5Context } from "./context.ts";
import { encodedFileName } from "./document-routes.ts";
import { newFormToken, spendFormToken } from "./form-token.ts";
import { invoicePage } from "./invoice-page.ts";
import { INVOICE_TEXT as TEXT } from "./invoice-text.zh-CN.ts";
import { noticePage } from "./notice-page.ts";
import { seeOther, sendPage } from "./page.ts";
import { openPageLink, pageUrl, receiveLink, tokenOf } from "./page-link.ts";

/** Somebody of finance in front of an application: the link named it, OAuth told who holds the phone. */
interface Reader extends Colleague {
  readonly token: string;
  readonly application: StoredApplication;
}

/** GET /h5/invoice */
export async function invoiceRoute(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (!reader) return;
  const { done, again } = ctx.query;
  await sendApplication(ctx, context, reader, {
    news: done === "1" ? TEXT.done : again === "1" ? TEXT.again : undefined,
  });
}

/** POST /h5/invoice: a number, its date, a file; then the browser looks again, so that reloading enters nothing. */
export async function invoiceForm(ctx: Context, context: H5Context): Promise<void> {
  const reader = await receiveReader(ctx, context);
  if (!reader) return;
  const form = await formOf(ctx);
  if (!form) return sendApplication(ctx, context, reader, { problem: TEXT.badForm });
  const { number, date, place, file } = form;
  // Nothing is entered yet, so the form stays good.
  if (!isCivilDate(date)) return sendApplication(ctx, context, reader, { problem: TEXT.badDate });
  if (file === "unknown") return sendApplication(ctx, context, reader, { problem: TEXT.badFile });
  const home = `/h5/invoice?t=${encodeURIComponent(reader.token)}`;
  const spent = await spendFormToken(context, reader.token, boundTo(reader.signedIn), form.token);
  if (spent !== "fresh") return seeOther(ctx, `${home}&again=1`);
  const { applicationNo } = reader.application;
  const entered = await inTransaction(context.db, (tx) =>
    enterInvoice(
      tx,
      reader.staff,
      { applicationNo, place, number, issuedOn: date, files: file ? [file] : undefined },
      deskContextOf(context, reader.staff),
    ),
  );
  if (entered.ok) return seeOther(ctx, `${home}&done=1`);
  await sendApplication(ctx, context, reader, { problem: entered.message.zh });
}

/** GET /h5/invoice/file: the electronic invoice as the tax platform made it. */
export async function invoiceFileRoute(ctx: Context, context: H5Context): Promise<void> {
  const link = openPageLink(context.linkKeys, "invoice-file", tokenOf(ctx), context.payments.businessClock.nowMs());
  if (!link.ok) {
    const words = link.refusal === "expired" ? TEXT.fileExpired : TEXT.fileTampered;
    return sendPage(ctx, noticePage({ ...words, status: link.refusal === "expired" ? 410 : 400 }));
  }
  const stored = await row<{ fileId: string }>(
    context.db,
    Prisma.sql`SELECT file_id AS "fileId" FROM invoice_file WHERE id = ${link.id}::uuid`,
  );
  const file = stored && (await readFile(context.db, context.encryption, stored.fileId));
  if (!file) return sendPage(ctx, noticePage({ ...TEXT.fileMissing, status: 404 }));
  const isPdf = file.mediaType === "application/pdf";
  ctx.set("Cache-Control", "private, no-store");
  ctx.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  // Only a PDF is shown: an XML of somebody else's making is nothing that a browser may run as a page of ours.
  ctx.set(
    "Content-Disposition",
    `${isPdf ? "inline" : "attachment"}; filename="invoice"; filename*=UTF-8''${encodedFileName(file.fileName)}`,
  );
  ctx.type = file.mediaType;
  ctx.body = Buffer.from(file.bytes);
}

/** Undefined when the request is answered already: a calm page, or the way to the platform's sign-in. */
async function receiveReader(ctx: Context, context: H5Context): Promise<Reader | undefined> {
  const link = receiveLink(ctx, context, "invoice");
  const colleague = link && (await receiveColleague(ctx, context, link.token, TEXT));
  if (!colleague) return undefined;
  const [application] = await loadApplications(context.db, Prisma.sql`a.id = ${link.id}::uuid`, context.encryption);
  // An application of somebody else's project does not exist for this person.
  if (!application || !may(colleague.staff, "invoice.handle", placeOfApplication(application))) {
    sendPage(ctx, noticePage({ title: TEXT.strangerTitle, text: TEXT.unknown, status: 404 }));
    return undefined;
  }
  return { ...colleague, token: link.token, application };
}

async function sendApplication(
  ctx: Context,
  context: H5Context,
  reader: Reader,
  words: { readonly problem?: string | undefined; readonly news?: string | undefined },
): Promise<void> {
  const { application, token, signedIn } = reader;
  const files = await rows<{ id: string }>(
    context.db,
    Prisma.sql`SELECT DISTINCT f.invoice_id AS id FROM invoice_file f JOIN invoice i ON i.id = f.invoice_id
      WHERE i.application_id = ${application.applicationId}::uuid AND f.red_letter_id IS NULL`,
  );
  const page = invoicePage({
    application,
    withFile: new Set(files.map(({ id }) => id)),
    today: context.payments.businessClock.today(),
    linkToken: token,
    formToken: newFormToken(context, token, boundTo(signedIn)),
    ...words,
  });
  sendPage(ctx, words.problem === undefined ? page : { ...page, status: 409 });
}

interface EntryForm {
  readonly token: string;
  readonly number: string;
  readonly date: string;
  readonly place: number | undefined;
  readonly file: InvoiceFile | undefined | "unknown";
}

/** The fields of a multipart form; undefined when it is none. */
async function formOf(ctx: Context): Promise<EntryForm | undefined> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(rawBodyOf(ctx)), {
      headers: { "content-type": ctx.get("content-type") },
    }).formData();
  } catch {
    return undefined;
  }
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim().slice(0, 100) : "";
  };
  const place = Number(text("place"));
  const given = form.get("file");
  return {
    token: text("form") === "" ? "" : String(form.get("form")),
    number: text("number"),
    date: text("date"),
    place: Number.isInteger(place) && place > 0 ? place : undefined,
    file: given === null || typeof given === "string" || given.size === 0 ? undefined : await fileOf(given),
  };
}

async function fileOf(file: File): Promise<InvoiceFile | "unknown"> {
  const format = /\.(pdf|ofd|xml)$/i.exec(file.name)?.[1]?.toLowerCase();
  if (format !== "pdf" && format !== "ofd" && format !== "xml") return "unknown";
  return { format, name: file.name.slice(-100), content: new Uint8Array(await file.arrayBuffer()) };
}

function deskContextOf(context: H5Context, staff: StaffMember): DeskContext {
  const { businessClock, officialAccountAppId } = context.payments;
  const nowMs = businessClock.nowMs();
  const link = { publicUrl: context.publicUrl, linkKey: context.linkKeys[0], nowMs };
  return {
    actor: `staff:${staff.code}`,
    channel: "h5",
    today: businessClock.today(),
    nowMs,
    encryption: context.encryption,
    messaging: {
      cards: invoiceCards,
      officialAccountAppId,
      fileLink: (id) => pageUrl(link, "invoice-file", id),
      pageLink: (id) => pageUrl(link, "invoice", id),
    },
  };
}
