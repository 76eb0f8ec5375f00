import { type Fen, formatYuan, toYuanText } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { StoredApplication, StoredInvoice } from "../../usecases/invoices/stored-application.ts";
import { factRow } from "./bills-view.ts";
import { type Html, html } from "./html.ts";
import { INVOICE_TEXT as TEXT } from "./invoice-text.zh-CN.ts";
import type { Page } from "./page.ts";
import { COPY_SCRIPT } from "./scripts.ts";

export interface InvoicePageView {
  readonly application: StoredApplication;
  /** Invoices that have a file already, by id. */
  readonly withFile: ReadonlySet<string>;
  readonly today: CivilDate;
  readonly linkToken: string;
  readonly formToken: string;
  readonly problem?: string | undefined;
  readonly news?: string | undefined;
}

/** One application: every field of the tax platform to copy by a tap, and per invoice where its number and file go. */
export const invoicePage = (view: InvoicePageView): Page => {
  const { application } = view;
  const { title } = application;
  return {
    title: TEXT.title(application.applicationNo),
    script: COPY_SCRIPT,
    body: html`<h1>${TEXT.title(application.applicationNo)}</h1>
${view.problem !== undefined && html`<section class="card note" role="alert"><p>${view.problem}</p></section>`}
${view.news !== undefined && html`<section class="card" role="status"><p>${view.news}</p></section>`}
<p id="news" class="hidden" role="status" aria-live="polite"></p>
<section class="card total"><p class="label">${TEXT.total} · ${TEXT.state[application.state]}</p><p class="figure">${formatYuan(application.amountFen)}</p></section>
<section class="card"><h2>${TEXT.buyer}</h2><dl>
${factRow(TEXT.tenant, application.tenantName)}
${factRow(TEXT.kind, TEXT.kinds[application.kind])}
${copyRow(TEXT.name, title.name)}
${copyRow(TEXT.taxNo, title.taxNo)}
${copyRow(TEXT.address, title.address)}
${copyRow(TEXT.phone, title.phone)}
${copyRow(TEXT.bank, title.bank)}
${copyRow(TEXT.bankAccount, title.bankAccount)}
${copyRow(TEXT.email, title.email)}
</dl></section>
${application.invoices.map((invoice) => invoiceSection(view, invoice))}
<p class="hint">${TEXT.hint}</p>`,
  };
};

function invoiceSection(view: InvoicePageView, invoice: StoredInvoice): Html {
  const { invoices } = view.application;
  const { lease } = invoice;
  const rate = `${Number(invoice.taxRate) * 100}%`;
  return html`<section class="card"><h2>${TEXT.invoice(invoice.ordinal + 1, invoices.length)}</h2><dl>
${copyRow(TEXT.seller, invoice.entityName)}
${copyRow(TEXT.sellerTaxNo, invoice.entityTaxNo)}
${invoice.lines.map(
  (line) => html`${copyRow(TEXT.goods, line.goodsName)}
${line.taxCode === null ? factRow(TEXT.taxCode, TEXT.noTaxCode) : copyRow(TEXT.taxCode, line.taxCode)}
${copyRow(TEXT.rate, rate)}
${copyAmount(TEXT.net, BigInt(line.netFen))}
${copyAmount(TEXT.tax, BigInt(line.taxFen))}
${copyAmount(TEXT.gross, BigInt(line.amountFen))}
${lease === undefined && copyRow(TEXT.remark, TEXT.remarkOf(formatDate(line.period.from), formatDate(line.period.to)))}`,
)}
${lease && leaseRows(lease)}
</dl>${invoice.number !== undefined && html`<p class="soft">✓ ${TEXT.issuedAs(invoice.number)}</p>`}
${mayEnter(view, invoice) && entryForm(view, invoice)}</section>`;
}

function leaseRows(lease: NonNullable<StoredInvoice["lease"]>): Html {
  const words = TEXT.lease;
  const known = (label: string, value: string): Html | false =>
    value === "" ? factRow(label, words.missing) : copyRow(label, value);
  return html`${factRow(words.element, words.elementName)}
${copyRow(words.from, lease.period.from)}
${copyRow(words.to, lease.period.to)}
${known(words.region, lease.region)}
${known(words.address, lease.address)}
${known(words.certificate, lease.certificateNo)}
${factRow(words.crossCity, lease.crossCity ? words.yes : words.no)}
${factRow(words.areaUnit, words.squareMetres)}`;
}

/** A number that is missing, or a file for a number that was typed in the chat. */
const mayEnter = ({ application, withFile }: InvoicePageView, invoice: StoredInvoice): boolean =>
  (application.state === "submitted" && invoice.state === "requested") ||
  (invoice.state === "issued" && !withFile.has(invoice.invoiceId));

const entryForm = (view: InvoicePageView, invoice: StoredInvoice): Html => html`
<form method="post" enctype="multipart/form-data" action="/h5/invoice?t=${view.linkToken}">
<input type="hidden" name="form" value="${view.formToken}">
<input type="hidden" name="place" value="${invoice.ordinal + 1}">
${
  invoice.number === undefined
    ? html`<label>${TEXT.number} <input name="number" inputmode="numeric" autocomplete="off" maxlength="30" required></label>
<label>${TEXT.date} <input type="date" name="date" value="${view.today}" max="${view.today}" required></label>`
    : html`<input type="hidden" name="number" value="${invoice.number}"><input type="hidden" name="date" value="${invoice.issuedOn ?? view.today}">`
}
<label>${TEXT.file} <input type="file" name="file" accept=".pdf,.ofd,.xml"${invoice.number !== undefined && html` required`}></label>
<p></p><button class="button" type="submit">${invoice.number === undefined ? TEXT.submit : TEXT.fileOnly}</button>
</form>`;

/** The value can be selected by hand where no script runs. */
const copyRow = (label: string, value: string, copied = value): Html | false =>
  value !== "" &&
  html`<div class="stack"><dt>${label}</dt><dd><span>${value}</span> <button class="copy" type="button" data-copy="${copied}" data-done="${TEXT.copied}" aria-label="${TEXT.copyLabel(label)}">${TEXT.copy}</button></dd></div>`;

/** Shown for people, copied as the tax platform wants it: digits and a point. */
const copyAmount = (label: string, amountFen: Fen): Html | false =>
  copyRow(label, formatYuan(amountFen), toYuanText(amountFen));
