import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { formatInstant } from "../src/domain/time/civil-date.ts";
import type { Card } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

/** A payment that is ready to be made. */
export interface PaymentLinkView {
  /** The legal entity that receives the money. */
  readonly payeeName: string;
  /** At least one. */
  readonly billNos: readonly string[];
  readonly amountFen: Fen;
  /** H5 cashier. */
  readonly payUrl: string;
  /** When the link ends, milliseconds since 1970 of the business clock. */
  readonly expiresAtMs: number;
}

/** The amount and one button to the cashier. */
export function paymentLinkCard(payment: PaymentLinkView): Card {
  const [first = ""] = payment.billNos;
  const bills = payment.billNos.length > 1 ? TEXT.paymentLink.manyBills(first, payment.billNos.length) : first;
  const amount = formatYuan(payment.amountFen);
  const validUntil = formatInstant(payment.expiresAtMs);
  return {
    name: "payment-link",
    title: TEXT.paymentLink.title,
    emphasis: { value: amount, label: TEXT.paymentLink.amount },
    rows: [
      { label: TEXT.paymentLink.bills, value: bills },
      { label: TEXT.paymentLink.payee, value: payment.payeeName },
      { label: TEXT.paymentLink.validUntil, value: validUntil },
    ],
    paragraphs: [TEXT.paymentLink.hint],
    buttons: [{ kind: "link", label: TEXT.paymentLink.pay, url: payment.payUrl, style: "primary" }],
    link: payment.payUrl,
    notice: [
      { label: TEXT.paymentLink.payee, value: payment.payeeName },
      { label: TEXT.paymentLink.bills, value: bills },
      { label: TEXT.paymentLink.amount, value: amount },
      { label: TEXT.paymentLink.validUntil, value: validUntil },
    ],
  };
}
