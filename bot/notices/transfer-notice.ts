import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import type { ReversalNotice, TransferNotice } from "../../src/usecases/reconciliation/transfer-messages.ts";
import { receiptNotice } from "./receipt-notice.ts";

const WORDS = {
  keepOrBack: (amount: string) => `多出的${amount}已转入预存款，下次出账自动抵扣；如需退回请回复“退款”。`,
  reversed: (amount: string, receiptNo: string) =>
    `银行冲回了您的一笔转账${amount}（收据 ${receiptNo}），这笔款视同没有付过。`,
  reopened: (amount: string) => `重新待付：${amount}，违约金按未付款计算。如有疑问请回复“转人工”。`,
  claimRefused: (amount: string) =>
    `您认领的转账${amount}经财务核对不是贵司的款项。如有转账凭证，请把截图发给我们，或回复“转人工”。`,
  prepayment: (amount: string) => `从预存款扣回：${amount}。`,
} as const;

/** A transfer that was found on the bank's statement, as the tenant's people read it. */
export function transferNotice(notice: TransferNotice): Card {
  const card = receiptNotice({ ...notice, channel: notice.channel === "wechat" ? "wechat" : "bank" });
  if (notice.prepaymentFen === 0n) return card;
  return { ...card, paragraphs: [WORDS.keepOrBack(formatYuan(notice.prepaymentFen)), ...card.paragraphs] };
}

export const claimRefusedNotice = (amountFen: bigint): Card => textCard(WORDS.claimRefused(formatYuan(amountFen)));

export const reversalNotice = (notice: ReversalNotice): Card =>
  textCard(
    WORDS.reversed(formatYuan(notice.amountFen), notice.receiptNo),
    ...(notice.prepaymentFen === 0n ? [] : [WORDS.prepayment(formatYuan(notice.prepaymentFen))]),
    ...(notice.reopenedFen === 0n ? [] : [WORDS.reopened(formatYuan(notice.reopenedFen))]),
  );
