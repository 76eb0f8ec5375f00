import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { PaymentNotice } from "../../src/usecases/payments/receipt-messages.ts";
import { receiptNotice } from "./receipt-notice.ts";

const WORDS = {
  double: (amount: string) =>
    `这些账单之前已经付清。这次多付的${amount}已转入预存款，下次出账自动抵扣；如需退款请回复“转人工”。`,
  moved: "您要付的账单之前已经付清，这笔款已用于其他待付账单，明细如上。如有疑问请回复“转人工”。",
  payer: (amount: string, payee: string, date: string) =>
    `已收到您代付的${amount}。收款方：${payee}；到账日期：${date}。`,
  payerReceipt: (receiptNo: string) => `收据编号：${receiptNo}。收据明细已发给该企业的联系人，谢谢您！`,
} as const;

/** A WeChat payment as the tenant's people read it; a stranger who paid a forwarded link gets amount, payee, number. */
export function paymentNotice(notice: PaymentNotice): Card {
  if (notice.audience === "payer") {
    const amount = formatYuan(notice.amountFen);
    return textCard(
      WORDS.payer(amount, notice.payeeName, formatDate(notice.valueDate)),
      WORDS.payerReceipt(notice.receiptNo),
    );
  }
  const card = receiptNotice({ ...notice, channel: "wechat" });
  if (!notice.isDoublePayment) return card;
  const said = notice.prepaymentFen > 0n ? WORDS.double(formatYuan(notice.prepaymentFen)) : WORDS.moved;
  return { ...card, paragraphs: [said, ...card.paragraphs] };
}
