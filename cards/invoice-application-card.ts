import { formatYuan } from "../src/domain/money/fen.ts";
import type { Card, CardRow } from "./card.ts";

/** An application as finance types it into the tax platform: every field to copy. */
export interface InvoiceApplicationView {
  readonly applicationNo: string;
  readonly tenantName: string;
  readonly state: string;
  readonly amountFen: bigint;
  /** 购买方 and what is common to its invoices. */
  readonly buyer: readonly CardRow[];
  /** One block of lines per invoice, each field on a line of its own. */
  readonly invoices: readonly (readonly string[])[];
  readonly hint: string;
  /** The page on which everything can be copied and the file handed in. */
  readonly pageUrl?: string | undefined;
}

export const invoiceApplicationCard = (view: InvoiceApplicationView): Card => ({
  name: "invoice-application",
  title: `开票申请 ${view.applicationNo}`,
  subtitle: view.tenantName,
  emphasis: { value: formatYuan(view.amountFen), label: view.state },
  rows: view.buyer,
  paragraphs: [...view.invoices.map((lines) => lines.join("\n")), view.hint],
  buttons:
    view.pageUrl === undefined
      ? []
      : [{ kind: "link", label: "复制字段、上传发票", url: view.pageUrl, style: "primary" }],
  ...(view.pageUrl === undefined ? {} : { link: view.pageUrl }),
});
