import type { DunningLetterPaper } from "../domain/documents/paper.ts";
import { toChineseCapitals } from "../domain/money/chinese-capitals.ts";
import { formatYuan } from "../domain/money/fen.ts";
import { formatDate, formatMonth } from "../domain/time/civil-date.ts";
import { type Html, html } from "./html.ts";
import { letterhead, payBox } from "./parts.ts";
import { PAPER_TEXT } from "./text.zh-CN.ts";

const TEXT = PAPER_TEXT.letter;

/** 催款函: what is overdue, until when it must be paid, and how. */
export const dunningLetterBody = (
  letter: DunningLetterPaper,
): Html => html`${letterhead(letter.letterhead, TEXT.title, formatDate(letter.asOf))}
<section class="letter"><p>${TEXT.to(letter.addressee.tenantName)}</p>
<p class="body">${TEXT.body(formatDate(letter.asOf), letter.bills.length, formatYuan(letter.totalFen), toChineseCapitals(letter.totalFen))}</p></section>
<table><thead><tr><th>${TEXT.bill}</th><th>${TEXT.month}</th><th>${TEXT.dueDate}</th><th class="n">${TEXT.overdue}</th><th class="n">${TEXT.principal}</th><th class="n">${TEXT.lateFee}</th><th class="n">${TEXT.subtotal}</th></tr></thead>
${letter.bills.map(
  (bill) =>
    html`<tbody><tr><td>${bill.billNo}</td><td>${formatMonth(bill.month)}</td><td>${formatDate(bill.dueDate)}</td><td class="n">${TEXT.days(bill.overdueDays)}</td><td class="n">${formatYuan(bill.principalFen)}</td><td class="n">${formatYuan(bill.lateFeeFen)}</td><td class="n">${formatYuan(bill.principalFen + bill.lateFeeFen)}</td></tr></tbody>`,
)}
<tbody class="sum"><tr><td colspan="6">${TEXT.sum}</td><td class="n">${formatYuan(letter.totalFen)}</td></tr></tbody></table>
<section class="letter"><p></p><p class="body">${TEXT.demand(formatDate(letter.payBefore))}</p><p class="body">${TEXT.paidAlready}</p></section>
${payBox(letter)}
<div class="sign"><p>${letter.letterhead.entityName}</p><p>${formatDate(letter.asOf)}</p></div>`;
