import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import type { Card, CardButton, CardRow } from "./card.ts";
import { REFUND_TEXT } from "./refund-text.zh-CN.ts";

/** A refund as its tenant sees it. */
export interface RefundView {
  readonly step: keyof typeof REFUND_TEXT.titles;
  readonly refundNo: string;
  readonly tenantName: string;
  readonly amountFen: Fen;
  readonly rows: readonly CardRow[];
  /** One sentence: what happens next, or why not. */
  readonly words: string;
}

/** The amount, the number, and what happens next. */
export function refundCard(view: RefundView): Card {
  const amount = formatYuan(view.amountFen);
  return {
    name: "refund",
    title: REFUND_TEXT.titles[view.step],
    subtitle: view.tenantName,
    emphasis: { value: amount, label: REFUND_TEXT.amount },
    rows: [{ label: REFUND_TEXT.refundNo, value: view.refundNo }, ...view.rows],
    paragraphs: [view.words],
    buttons: [],
    notice: [
      { label: REFUND_TEXT.tenant, value: view.tenantName },
      { label: REFUND_TEXT.refundNo, value: view.refundNo },
      { label: REFUND_TEXT.amount, value: amount },
      { label: REFUND_TEXT.status, value: REFUND_TEXT.titles[view.step] },
    ],
  };
}

/** What finance must look at: a held refund with a button to release it, or one that the channel did not pay. */
export function refundAlertCard(view: {
  readonly title: string;
  readonly refundNo: string;
  readonly amountFen: Fen;
  readonly rows: readonly CardRow[];
  readonly paragraphs: readonly string[];
  readonly liftable: boolean;
}): Card {
  const lift: CardButton = {
    kind: "action",
    label: REFUND_TEXT.lift,
    action: { type: "refund.lift", refundNo: view.refundNo },
    style: "primary",
  };
  return {
    name: "refund-alert",
    title: view.title,
    subtitle: view.refundNo,
    emphasis: { value: formatYuan(view.amountFen), label: REFUND_TEXT.amount },
    rows: view.rows,
    paragraphs: view.paragraphs,
    buttons: view.liftable ? [lift] : [],
  };
}
