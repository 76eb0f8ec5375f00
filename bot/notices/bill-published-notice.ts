import { billCard } from "../../cards/bill-card.ts";
import type { Card } from "../../cards/card.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { billView } from "../bill-view.ts";

const WORDS = {
  remark: "转账附言",
  pdf: "PDF账单",
  transfer: "银行转账请填写上面的附言；回复“转账账户”查看户名、开户行和账号。",
} as const;

/** Pages of the bill: `payUrl` only for members who may pay, `billUrl` to read it. */
export interface BillPages {
  readonly payUrl?: string | undefined;
  readonly billUrl?: string | undefined;
  /** The bill as PDF. */
  readonly pdfUrl?: string | undefined;
}

/**
 * The e-bill that is pushed when a bill is published. It can be paid by transfer with what it says: amount and remark are
 * on the card; the account number, which is stored encrypted, is in none of our messages before somebody asks for it.
 */
export function billPublishedNotice(bill: TenantBill, { payUrl, billUrl, pdfUrl }: BillPages = {}): Card {
  const card = billCard(billView(bill, payUrl));
  const opened = payUrl === undefined && billUrl !== undefined ? { ...card, link: billUrl } : card;
  const linked: Card =
    pdfUrl === undefined
      ? opened
      : { ...opened, buttons: [...opened.buttons, { kind: "link", label: WORDS.pdf, url: pdfUrl }] };
  if (bill.owedFen <= 0n) return linked;
  return {
    ...linked,
    rows: [...linked.rows, { label: WORDS.remark, value: bill.paymentCode }],
    paragraphs: [...linked.paragraphs, WORDS.transfer],
  };
}
