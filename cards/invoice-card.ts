import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card } from "./card.ts";
import { INVOICE_TEXT as TEXT } from "./invoice-text.zh-CN.ts";

/** An invoice that was issued, as its tenant gets it. */
export interface InvoiceView {
  readonly tenantName: string;
  readonly sellerName: string;
  readonly number: string;
  readonly issuedOn: CivilDate;
  readonly amountFen: Fen;
  /** A signed link to the file; undefined: only the number is there yet. */
  readonly downloadUrl?: string | undefined;
}

/** The amount, the number, and where the file is. */
export function invoiceCard(view: InvoiceView): Card {
  const { downloadUrl } = view;
  const amount = formatYuan(view.amountFen);
  return {
    name: "invoice",
    title: TEXT.title,
    subtitle: view.tenantName,
    emphasis: { value: amount, label: TEXT.amount },
    rows: [
      { label: TEXT.number, value: view.number },
      { label: TEXT.date, value: formatDate(view.issuedOn) },
      { label: TEXT.seller, value: view.sellerName },
    ],
    paragraphs: downloadUrl === undefined ? [TEXT.noFile] : [],
    buttons:
      downloadUrl === undefined ? [] : [{ kind: "link", label: TEXT.download, url: downloadUrl, style: "primary" }],
    ...(downloadUrl === undefined ? {} : { link: downloadUrl }),
    notice: [
      { label: TEXT.tenant, value: view.tenantName },
      { label: TEXT.number, value: view.number },
      { label: TEXT.amount, value: amount },
      { label: TEXT.date, value: formatDate(view.issuedOn) },
    ],
  };
}
