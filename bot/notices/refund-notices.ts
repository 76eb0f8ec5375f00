import type { Card, CardRow } from "../../cards/card.ts";
import { refundAlertCard, refundCard } from "../../cards/refund-card.ts";
import { REFUND_TEXT } from "../../cards/refund-text.zh-CN.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { RefundAlert, RefundNotice, RefundNotices } from "../../src/usecases/refunds/notices.ts";
import type { StoredRefund } from "../../src/usecases/refunds/stored-refund.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";

/** The words about refunds, for compose.ts to hand to the use cases. */
export const refundNotices = (officialAccountAppId: string | undefined): RefundNotices => ({
  officialAccountAppId,
  tenantCard,
  alertCard,
});

/** One step of a refund, as the tenant's people read it. */
export function tenantCard(notice: RefundNotice): Card {
  const { refund, step } = notice;
  return refundCard({
    step,
    refundNo: refund.refundNo,
    tenantName: refund.tenantName ?? "",
    amountFen: refund.amountFen,
    rows: paymentRows(refund),
    words: wordsOf(notice),
  });
}

function wordsOf({ step, refund, reason }: RefundNotice): string {
  const { words } = SAY_REFUND;
  switch (step) {
    case "asked":
      return words.asked(refund.requestedByName);
    case "rejected":
      return words.rejected(reason ?? words.noReason);
    case "returned":
      return words.returned(reason ?? words.noReason);
    case "bank-due":
      return refund.payoutAccountId === null ? words.bankNoAccount : words["bank-due"](payoutAccountOf(refund));
    case "paid":
      return paidWords(refund);
    case "approved":
    case "expired":
    case "cancelled":
    case "on-its-way":
    case "delayed":
      return words[step];
    default:
      return step satisfies never;
  }
}

function paidWords(refund: StoredRefund): string {
  const { words } = SAY_REFUND;
  const date = refund.paidOn === null ? "" : formatDate(refund.paidOn);
  if (refund.bankReference !== null) return words.bankPaid(payoutAccountOf(refund), date);
  return refund.receivedBy === null ? words.paid(date) : words.paidTo(refund.receivedBy, date);
}

export const payoutAccountOf = (refund: StoredRefund): string =>
  SAY_REFUND.onRecord(refund.payoutHolder ?? "", refund.payoutBank ?? "", refund.payoutTail ?? "");

function paymentRows(refund: StoredRefund): CardRow[] {
  const what = { label: REFUND_TEXT.what, value: SAY_REFUND.sources[refund.source] };
  const { receiptNo, receiptDate, receiptChannel } = refund;
  if (receiptNo === null || receiptDate === null || receiptChannel === null) return [what];
  const channel = SAY_REFUND.channels[receiptChannel];
  return [what, { label: REFUND_TEXT.payment, value: `${formatDate(receiptDate)} ${channel}` }];
}

/** What finance must look at. */
export function alertCard(alert: RefundAlert): Card {
  const { refund, kind } = alert;
  const rows: CardRow[] = [
    ...(refund.tenantName === null ? [] : [{ label: REFUND_TEXT.tenant, value: refund.tenantName }]),
    ...paymentRows(refund),
    { label: REFUND_TEXT.applied, value: refund.requestedByName },
  ];
  const common = { refundNo: refund.refundNo, amountFen: refund.amountFen };
  if (kind === "held") {
    const reasons = alert.risks.map((risk) => {
      const tenants = risk.facts.tenants;
      const more = Array.isArray(tenants) ? `（${SAY_REFUND.tenantsOnAccount(tenants.join("、"))}）` : "";
      return `${REFUND_TEXT.risks}：${SAY_REFUND.risks[risk.kind]}${more}`;
    });
    return refundAlertCard({
      ...common,
      title: REFUND_TEXT.held,
      rows,
      paragraphs: [...reasons, SAY_REFUND.held],
      liftable: true,
    });
  }
  if (kind === "red-letter") {
    const { letter } = alert;
    return refundAlertCard({
      ...common,
      title: SAY_REFUND.redLetter.title,
      rows: [
        ...rows,
        { label: SAY_REFUND.redLetter.blue, value: letter.invoiceNumber },
        { label: SAY_REFUND.redLetter.red, value: `${letter.redNo} ${formatYuan(letter.amountFen)}` },
      ],
      paragraphs: [SAY_REFUND.redLetter.words(letter.redNo)],
      liftable: false,
    });
  }
  return refundAlertCard({
    ...common,
    title: REFUND_TEXT.alerts[kind],
    rows: [...rows, { label: REFUND_TEXT.code, value: alert.code }],
    paragraphs: [SAY_REFUND.alerts[kind]],
    liftable: false,
  });
}
