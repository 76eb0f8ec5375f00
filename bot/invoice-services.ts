import type { InvoiceKind, InvoiceTitle } from "../src/domain/invoice/title.ts";
import type { Fen } from "../src/domain/money/fen.ts";
import type { Application, ApplicationPreview } from "../src/usecases/invoices/apply-for-invoice.ts";
import type { SavedTitle, StoredTitle } from "../src/usecases/invoices/invoice-titles.ts";
import type { StoredApplication } from "../src/usecases/invoices/stored-application.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { MonthRange } from "./period.ts";

/** What is to be invoiced, in the words of the chat. */
export interface InvoiceOrder {
  readonly kind: InvoiceKind;
  readonly billNos?: readonly string[];
  readonly months?: MonthRange;
  readonly kinds?: readonly string[];
  readonly amountFen?: Fen;
  readonly titleConfirmed?: boolean;
}

/** Titles and invoices of a tenant. Each checks the person's right anew. */
export interface InvoiceServices {
  titles(tenantId: string): Promise<readonly StoredTitle[]>;
  saveTitle(tenantId: string, title: InvoiceTitle): Promise<SavedTitle>;
  /** Where titles can be filled in on a page; undefined where there is none. */
  titlePage(tenantId: string): string | undefined;
  /** The lease's party: what a title is compared with. */
  party(tenantId: string): Promise<{ readonly name: string; readonly taxNo: string } | undefined>;
  previewInvoice(tenantId: string, order: InvoiceOrder): Promise<ApplicationPreview | Refusal>;
  /** `heard`: somebody of finance was told; `automatic`: a provider makes all of it, and nobody has to be. */
  applyForInvoice(
    tenantId: string,
    order: InvoiceOrder,
  ): Promise<{ readonly application: Application; readonly heard: boolean; readonly automatic: boolean } | Refusal>;
  applications(tenantId: string): Promise<readonly StoredApplication[]>;
  /** Links to the files of the invoices that came last, the newest first. */
  invoiceFiles(tenantId: string): Promise<readonly { readonly number: string; readonly url: string }[]>;
  cancelApplication(tenantId: string, applicationNo: string): Promise<{ readonly ok: true } | Refusal>;
  /** A wish to reverse an issued invoice; finance is told. */
  askForRedLetter(tenantId: string, number: string, explanation: string): Promise<{ readonly ok: true } | Refusal>;
}
