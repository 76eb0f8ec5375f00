import type { StatementPaper } from "../domain/documents/paper.ts";
import { type Fen, formatYuan } from "../domain/money/fen.ts";
import { formatDate } from "../domain/time/civil-date.ts";
import { type Html, html } from "./html.ts";
import { consent, facts, letterhead, rangeText } from "./parts.ts";
import { PAPER_TEXT } from "./text.zh-CN.ts";

const TEXT = PAPER_TEXT.statement;

/** 对账单: opening, every movement with the balance after it, closing. */
export function statementBody(statement: StatementPaper): Html {
  let balanceFen = statement.openingFen;
  const rows = statement.entries.map((entry) => {
    balanceFen += entry.amountFen;
    const charge = entry.amountFen >= 0n ? formatYuan(entry.amountFen) : "";
    const payment = entry.amountFen < 0n ? formatYuan(-entry.amountFen) : "";
    return html`<tbody><tr><td>${formatDate(entry.date)}</td><td>${TEXT.entries[entry.kind]} ${entry.no}</td><td class="n">${charge}</td><td class="n">${payment}</td><td class="n">${formatYuan(balanceFen)}</td></tr></tbody>`;
  });
  return html`${letterhead(statement.letterhead, TEXT.title, rangeText(statement.range))}
${facts(statement.addressee, [{ label: PAPER_TEXT.asOf, value: formatDate(statement.through) }])}
<table><thead><tr><th>${TEXT.date}</th><th>${TEXT.what}</th><th class="n">${TEXT.charge}</th><th class="n">${TEXT.payment}</th><th class="n">${TEXT.balance}</th></tr></thead>
<tbody><tr><td>${formatDate(statement.range.from)}</td><td>${TEXT.opening}</td><td></td><td></td><td class="n">${formatYuan(statement.openingFen)}</td></tr></tbody>
${rows.length === 0 ? html`<tbody><tr><td colspan="5">${TEXT.none}</td></tr></tbody>` : rows}
${statement.lateFeeFen !== 0n && html`<tbody><tr><td>${formatDate(statement.through)}</td><td>${TEXT.lateFee}</td><td class="n">${formatYuan(statement.lateFeeFen)}</td><td></td><td class="n">${formatYuan(statement.closingFen)}</td></tr></tbody>`}
</table>
<dl class="totals">
${row(TEXT.opening, statement.openingFen)}${row(TEXT.billed, statement.billedFen)}${row(TEXT.lateFee, statement.lateFeeFen)}${row(TEXT.waived, -statement.waivedFen)}${row(TEXT.paid, -statement.paidFen)}${statement.offsetFen !== undefined && row(TEXT.offset, -statement.offsetFen)}${statement.refundedFen !== undefined && row(TEXT.refunded, statement.refundedFen)}
<div class="due"><dt>${TEXT.closing}${statement.closingFen < 0n && TEXT.credit}</dt><dd>${formatYuan(statement.closingFen)}</dd></div></dl>
<p class="soft note">${TEXT.note}</p><p class="soft">${TEXT.confirm}</p>
${consent(statement.through)}`;
}

const row = (label: string, amountFen: Fen): Html =>
  html`<div><dt>${label}</dt><dd>${formatYuan(amountFen)}</dd></div>`;
