import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

/** A payment that has arrived, and what it paid. */
export interface ReceiptView {
  readonly receiptNo: string;
  readonly tenantName: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** "微信支付", "银行转账", "现金" */
  readonly methodName: string;
  readonly allocations: readonly { readonly label: string; readonly amountFen: Fen }[];
  readonly prepaymentFen: Fen;
  /** What the tenant still owes after this payment. */
  readonly stillOwedFen: Fen;
  /** H5 page or PDF of the receipt. */
  readonly receiptUrl?: string;
}

/** Thanks, the amount, and where every fen of it went. */
export function receiptCard(receipt: ReceiptView): Card {
  const amount = formatYuan(receipt.amountFen);
  const date = formatDate(receipt.valueDate);
  const items = receipt.allocations.map((part) => ({ label: part.label, value: formatYuan(part.amountFen) }));
  if (receipt.prepaymentFen > 0n) {
    items.push({ label: TEXT.receipt.prepayment, value: formatYuan(receipt.prepaymentFen) });
  }
  return {
    name: "receipt",
    title: TEXT.receipt.title,
    subtitle: receipt.tenantName,
    emphasis: { value: amount, label: TEXT.receipt.amount },
    rows: [
      { label: TEXT.receipt.receiptNo, value: receipt.receiptNo },
      { label: TEXT.receipt.date, value: date },
      { label: TEXT.receipt.method, value: receipt.methodName },
    ],
    items,
    paragraphs: [
      receipt.stillOwedFen > 0n ? TEXT.receipt.stillOwed(formatYuan(receipt.stillOwedFen)) : TEXT.receipt.allPaid,
    ],
    buttons: [
      receipt.receiptUrl === undefined
        ? { kind: "action", label: TEXT.receipt.pdf, action: { type: "receipt.pdf", receiptNo: receipt.receiptNo } }
        : { kind: "link", label: TEXT.receipt.show, url: receipt.receiptUrl },
    ],
    ...(receipt.receiptUrl === undefined ? {} : { link: receipt.receiptUrl }),
    notice: [
      { label: TEXT.receipt.tenant, value: receipt.tenantName },
      { label: TEXT.receipt.receiptNo, value: receipt.receiptNo },
      { label: TEXT.receipt.amount, value: amount },
      { label: TEXT.receipt.date, value: date },
    ],
  };
}
