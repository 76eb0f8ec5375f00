import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { storeFile } from "../documents/file-store.ts";
import { takeFromProvider } from "../invoice-orders/take-over.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { InvoiceContext } from "./apply-for-invoice.ts";
import { lockApplication, type StoredApplication } from "./stored-application.ts";

export interface InvoiceFile {
  readonly format: "pdf" | "ofd" | "xml";
  readonly name: string;
  readonly content: Uint8Array;
}

export interface IssueCommand {
  readonly applicationNo: string;
  /** Which invoice of the application, from 1; may be left out where there is one that waits. */
  readonly place?: number | undefined;
  readonly number: string;
  readonly issuedOn: CivilDate;
  readonly files?: readonly InvoiceFile[] | undefined;
  /** Who made it by itself; undefined: somebody enters what they made by hand. */
  readonly provider?: string | undefined;
}

export interface IssuedInvoice {
  readonly ok: true;
  readonly application: StoredApplication;
  readonly invoiceId: string;
  /** Every invoice of the application has its number now. */
  readonly isComplete: boolean;
  /** The same number was entered before. */
  readonly known: boolean;
}

/** 数电票: 20 digits. Paper invoices of before: code and number, 8 to 20 digits. */
const NUMBER = /^\d{8}$|^\d{18}$|^\d{20}$/;
/** An electronic invoice is a page or two; more is some other file. */
const MOST_BYTES = 5_000_000;
const MEDIA_TYPES = { pdf: "application/pdf", ofd: "application/ofd", xml: "application/xml" } as const;
const SIGNATURES = { pdf: "%PDF", ofd: "PK", xml: "<" } as const;

/**
 * Enters the number (and the file) that the tax platform gave for an invoice that was asked for. Entering the same again
 * adds the file that was missing and changes nothing else. Telling the tenant is the caller's.
 */
export async function issueInvoice(
  tx: Transaction,
  command: IssueCommand,
  context: InvoiceContext,
): Promise<IssuedInvoice | Refusal> {
  const application = await lockApplication(tx, { applicationNo: command.applicationNo }, context.encryption);
  if (!application)
    return refuse("APPLICATION_UNKNOWN", `没有开票申请 ${command.applicationNo}，请核对编号。`, "Unknown application.");
  const number = command.number.normalize("NFKC").replace(/\s/g, "");
  const invoice = chooseInvoice(application, command.place, number);
  if ("ok" in invoice) return invoice;
  if (!NUMBER.test(number)) {
    return refuse(
      "NUMBER_INVALID",
      `发票号码 ${command.number} 不对：数电票是20位数字，请核对。`,
      "The invoice number is not one.",
    );
  }
  // A provider's date is a fact of the bureau's clock; a person's may be a slip.
  const isTyped = command.provider === undefined;
  if (isTyped && (command.issuedOn > context.today || command.issuedOn < application.businessDate)) {
    return refuse(
      "DATE_INVALID",
      `开票日期要在申请日 ${formatDate(application.businessDate)} 和今天之间。`,
      "The date lies outside of application and today.",
    );
  }
  const badFile = (command.files ?? []).find((file) => !isInvoiceFile(file));
  if (badFile)
    return refuse(
      "FILE_INVALID",
      `文件 ${badFile.name} 不是有效的 ${badFile.format.toUpperCase()}，或超过 5 MB。`,
      "The file is not what its name says.",
    );
  const taken = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM invoice WHERE number = ${number}`);
  if (taken && taken.id !== invoice.invoiceId) {
    return refuse(
      "NUMBER_TAKEN",
      `发票号码 ${number} 已经登记在另一张发票上。`,
      "The number belongs to another invoice.",
    );
  }
  if (isTyped && invoice.state !== "issued") {
    const taken = await takeFromProvider(tx, { invoiceId: invoice.invoiceId }, "by-hand");
    if (taken) return taken;
  }
  await keepInvoiceFiles(tx, { invoiceId: invoice.invoiceId, number }, command.files ?? [], context);
  if (invoice.state === "issued")
    return { ok: true, application, invoiceId: invoice.invoiceId, isComplete: isComplete(application), known: true };
  await execute(
    tx,
    Prisma.sql`UPDATE invoice SET state = 'issued', number = ${number}, issued_on = ${command.issuedOn}::date, issued_by = ${context.actor},
      provider = ${command.provider ?? "manual"} WHERE id = ${invoice.invoiceId}::uuid`,
  );
  const after = await closeWhenComplete(tx, application, context);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "invoice.issued",
      subjectKind: "invoice",
      subjectId: invoice.invoiceId,
      after: {
        applicationNo: application.applicationNo,
        number,
        issuedOn: command.issuedOn,
        files: (command.files ?? []).map((file) => file.name),
      },
    },
  ]);
  return {
    ok: true,
    application: after,
    invoiceId: invoice.invoiceId,
    isComplete: after.state === "issued",
    known: false,
  };
}

function chooseInvoice(application: StoredApplication, place: number | undefined, number: string) {
  const { applicationNo, state, invoices } = application;
  if (state === "rejected" || state === "cancelled") {
    return refuse(
      "APPLICATION_CLOSED",
      `开票申请 ${applicationNo} 已${state === "rejected" ? "退回" : "撤销"}。`,
      "The application is closed.",
    );
  }
  if (state === "pending-approval") {
    return refuse(
      "NOT_APPROVED",
      `开票申请 ${applicationNo} 的先票后款还在审批。`,
      "The early invoice is not approved.",
    );
  }
  const same = invoices.find((one) => one.number === number);
  if (same && (place === undefined || place === same.ordinal + 1)) return same;
  const waiting = invoices.filter((one) => one.state === "requested");
  if (place !== undefined) {
    const chosen = invoices[place - 1];
    if (!chosen)
      return refuse("PLACE_UNKNOWN", `${applicationNo} 只有 ${invoices.length} 张发票。`, "No such invoice.");
    return chosen.state === "requested"
      ? chosen
      : refuse("ALREADY_ISSUED", `第 ${place} 张已经登记为 ${chosen.number ?? ""}。`, "It has another number already.");
  }
  const [only, second] = waiting;
  if (!only)
    return refuse("ALREADY_ISSUED", `${applicationNo} 的发票都已经登记了号码。`, "All invoices have their numbers.");
  return second
    ? refuse(
        "PLACE_MISSING",
        `${applicationNo} 还有 ${waiting.length} 张待开，请说明是第几张。`,
        "Say which invoice it is.",
      )
    : only;
}

/** Whether the bytes are what the name says, and not too many. */
export const isInvoiceFile = ({ format, content }: InvoiceFile): boolean =>
  content.length <= MOST_BYTES &&
  Buffer.from(content.subarray(0, 64))
    .toString("latin1")
    .trimStart()
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .startsWith(SIGNATURES[format]);

const isComplete = (application: StoredApplication): boolean =>
  application.invoices.every((one) => one.state !== "requested");

/** The row of the application (of a red invoice: of the red letter) is locked, so nobody adds the same file meanwhile. */
export async function keepInvoiceFiles(
  tx: Transaction,
  invoice: { readonly invoiceId: string; readonly number: string; readonly redLetterId?: string | undefined },
  files: readonly InvoiceFile[],
  context: InvoiceContext,
): Promise<void> {
  for (const { format, content } of files) {
    const sha256 = createHash("sha256").update(content).digest("hex");
    const known = await row(
      tx,
      Prisma.sql`SELECT 1 AS known FROM invoice_file WHERE invoice_id = ${invoice.invoiceId}::uuid AND sha256 = ${sha256}`,
    );
    if (known) continue;
    const fileName = `发票${invoice.number}.${format}`;
    const fileId = await storeFile(tx, context.encryption, {
      fileName,
      mediaType: MEDIA_TYPES[format],
      bytes: content,
    });
    await execute(
      tx,
      Prisma.sql`INSERT INTO invoice_file (id, invoice_id, red_letter_id, format, file_id, sha256, added_by)
        VALUES (${newId()}::uuid, ${invoice.invoiceId}::uuid, ${invoice.redLetterId ?? null}::uuid, ${format}, ${fileId}::uuid, ${sha256}, ${context.actor})`,
    );
  }
}

/** The version grows with every number, so that finance's cards show what is left. */
async function closeWhenComplete(
  tx: Transaction,
  application: StoredApplication,
  context: InvoiceContext,
): Promise<StoredApplication> {
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_application a SET version = version + 1,
        state = CASE WHEN left_over THEN state ELSE 'issued' END, closed_at = CASE WHEN left_over THEN closed_at ELSE now() END
      FROM (SELECT EXISTS (SELECT 1 FROM invoice WHERE application_id = ${application.applicationId}::uuid AND state = 'requested') AS left_over) l
      WHERE a.id = ${application.applicationId}::uuid`,
  );
  const after = await lockApplication(tx, { applicationId: application.applicationId }, context.encryption);
  if (!after) throw new Error("an application that was locked is gone");
  return after;
}

/** Finance sends it back with a reason, or the tenant takes it back: what was not issued is free to be asked for again. */
export async function closeApplication(
  tx: Transaction,
  command: {
    readonly applicationNo: string;
    readonly as: "rejected" | "cancelled";
    readonly reason: string;
    readonly tenantId?: string | undefined;
  },
  context: InvoiceContext,
): Promise<{ readonly ok: true; readonly application: StoredApplication } | Refusal> {
  const application = await lockApplication(tx, { applicationNo: command.applicationNo }, context.encryption);
  if (!application || (command.tenantId !== undefined && application.tenantId !== command.tenantId)) {
    return refuse("APPLICATION_UNKNOWN", `没有开票申请 ${command.applicationNo}，请核对编号。`, "Unknown application.");
  }
  if (command.as === "rejected" && command.reason.trim() === "") {
    return refuse("REASON_MISSING", "请写明退回的原因，租户会看到。", "A reason is needed.");
  }
  if (application.state !== "submitted" && application.state !== "pending-approval") {
    return refuse(
      "APPLICATION_CLOSED",
      `开票申请 ${command.applicationNo} 已经办结，不能再${command.as === "rejected" ? "退回" : "撤销"}。`,
      "It is closed.",
    );
  }
  if (application.invoices.some((one) => one.state === "issued")) {
    return refuse(
      "PARTLY_ISSUED",
      `${command.applicationNo} 已经开出一部分，余下的请开完，开错的请红冲。`,
      "Some invoices are issued already.",
    );
  }
  const underWay = await takeFromProvider(tx, { applicationId: application.applicationId }, "withdrawn");
  if (underWay) return underWay;
  await execute(
    tx,
    Prisma.sql`UPDATE invoice SET state = 'withdrawn' WHERE application_id = ${application.applicationId}::uuid AND state = 'requested'`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_application SET state = ${command.as}, closing_reason = ${command.reason}, closed_at = now(), version = version + 1
      WHERE id = ${application.applicationId}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: `invoice.${command.as}`,
      subjectKind: "invoice-application",
      subjectId: application.applicationId,
      before: { state: application.state },
      after: { state: command.as, reason: command.reason },
    },
  ]);
  const after = await lockApplication(tx, { applicationId: application.applicationId }, context.encryption);
  if (!after) throw new Error("an application that was locked is gone");
  return { ok: true, application: after };
}
