import type { ReceiptPaper } from "../domain/documents/paper.ts";
import { toChineseCapitals } from "../domain/money/chinese-capitals.ts";
import { formatYuan } from "../domain/money/fen.ts";
import { formatDate } from "../domain/time/civil-date.ts";
import { type Html, html } from "./html.ts";
import { facts, letterhead, rangeText } from "./parts.ts";
import { PAPER_TEXT } from "./text.zh-CN.ts";

const TEXT = PAPER_TEXT.receipt;

/** 收据: what was received and what it paid. */
export const receiptBody = (
  receipt: ReceiptPaper,
): Html => html`${letterhead(receipt.letterhead, TEXT.title, receipt.receiptNo)}
${receipt.undone && html`<div class="void">${TEXT.void}</div>`}
${facts(receipt.addressee, [
  { label: PAPER_TEXT.receiptNo, value: receipt.receiptNo },
  { label: TEXT.date, value: formatDate(receipt.date) },
  { label: TEXT.method, value: PAPER_TEXT.methods[receipt.method] },
])}
<dl class="totals"><div class="due"><dt>${TEXT.amount}</dt><dd>${formatYuan(receipt.amountFen)}</dd></div>
<div class="words"><dt>${TEXT.inWords}</dt><dd>${toChineseCapitals(receipt.amountFen)}</dd></div></dl>
<h2>${TEXT.uses}</h2><table>
<thead><tr><th>${TEXT.bill}</th><th>${TEXT.item}</th><th class="n">${TEXT.used}</th></tr></thead>
${receipt.allocations.map(
  (one) =>
    html`<tbody><tr><td>${one.billNo}</td><td>${one.name}<small>${rangeText(one.period)}</small></td><td class="n">${formatYuan(one.amountFen)}</td></tr></tbody>`,
)}
${receipt.prepaymentFen > 0n && html`<tbody><tr><td colspan="2">${TEXT.prepayment}</td><td class="n">${formatYuan(receipt.prepaymentFen)}</td></tr></tbody>`}
</table>
<p class="soft note">${TEXT.note}</p>`;
