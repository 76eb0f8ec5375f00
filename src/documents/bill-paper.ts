import type { BillPaper, PaperLine, PaperTerm } from "../domain/documents/paper.ts";
import { toChineseCapitals } from "../domain/money/chinese-capitals.ts";
import { type Fen, formatYuan } from "../domain/money/fen.ts";
import { formatRatio, integer, multiply, parseRatio } from "../domain/money/ratio.ts";
import { addDays, formatDate, formatMonth } from "../domain/time/civil-date.ts";
import { type Html, html } from "./html.ts";
import { facts, letterhead, payBox, rangeText } from "./parts.ts";
import { PAPER_TEXT } from "./text.zh-CN.ts";
import { usageChart } from "./usage-chart.ts";

const TEXT = PAPER_TEXT.bill;

/** The bill with everything that explains and settles it. */
export const billBody = (
  bill: BillPaper,
): Html => html`${letterhead(bill.letterhead, TEXT.title, formatMonth(bill.month))}
${facts(bill.addressee, [
  { label: PAPER_TEXT.billNo, value: bill.billNo },
  { label: PAPER_TEXT.issueDate, value: formatDate(bill.issueDate) },
  { label: PAPER_TEXT.lease, value: bill.leaseCode },
  { label: PAPER_TEXT.dueDate, value: formatDate(bill.dueDate) },
  { label: PAPER_TEXT.units, value: bill.units.join("、") },
  { label: PAPER_TEXT.asOf, value: formatDate(bill.asOf) },
])}
${linesTable(bill)}
${totals(bill)}
${bill.owedFen > 0n && payBox(bill)}
${payments(bill)}
${bill.usage.length > 0 && html`<section class="keep"><h2>${TEXT.usage}</h2><div class="charts">${bill.usage.map(usageChart)}</div></section>`}
${derivations(bill)}`;

const linesTable = (bill: BillPaper): Html => html`<table>
<thead><tr><th>${TEXT.charge}</th><th class="n">${TEXT.quantity}</th><th class="n">${TEXT.price}</th><th class="n">${TEXT.taxRate}</th><th class="n">${TEXT.tax}</th><th class="n">${TEXT.amount}</th></tr></thead>
${bill.lines.length === 0 ? html`<tbody><tr><td colspan="6">${TEXT.noLines}</td></tr></tbody>` : bill.lines.map(lineRows)}
<tbody class="sum"><tr><td colspan="4">${TEXT.sum}</td><td class="n">${formatYuan(bill.taxFen)}</td><td class="n">${formatYuan(bill.totalFen)}</td></tr></tbody>
</table>`;

/** One term stands on the line itself, several below it. */
function lineRows(line: PaperLine): Html {
  const [only, second] = line.terms;
  const single = second === undefined ? only : undefined;
  return html`<tbody><tr><td>${line.name}${line.estimated && `（${TEXT.estimated}）`}<small>${rangeText(line.period)}</small></td>
<td class="q">${single?.quantity}</td><td class="n">${single?.price}</td><td class="n">${percentOf(line.taxRate)}</td><td class="n">${formatYuan(line.taxFen)}</td><td class="n">${formatYuan(line.amountFen)}</td></tr>
${second === undefined ? undefined : line.terms.map(termRow)}</tbody>`;
}

const termRow = (term: PaperTerm): Html =>
  html`<tr class="term"><td>${term.label}</td><td class="q">${term.quantity}</td><td class="n">${term.price}</td><td></td><td></td><td class="n">${term.amount}</td></tr>`;

const percentOf = (rate: string): string => `${formatRatio(multiply(parseRatio(rate), integer(100)))}%`;

function totals(bill: BillPaper): Html {
  const owes = bill.owedFen > 0n;
  const differs = bill.owedFen !== bill.totalFen;
  return html`<dl class="totals">
${row(TEXT.net, bill.netFen)}
${row(TEXT.taxTotal, bill.taxFen)}
${row(TEXT.total, bill.totalFen)}
${differs && html`<div class="words"><dt>${TEXT.totalInWords}</dt><dd>${toChineseCapitals(bill.totalFen)}</dd></div>`}
${bill.lateFeeFen > 0n && row(TEXT.lateFee(formatDate(addDays(bill.asOf, -1))), bill.lateFeeFen)}
${bill.paidFen > 0n && row(TEXT.paid, -bill.paidFen)}
${bill.paidFen < 0n && row(TEXT.credited, -bill.paidFen)}
<div class="due"><dt>${owes ? TEXT.due : TEXT.settled}</dt><dd>${formatYuan(bill.owedFen)}</dd></div>
<div class="words"><dt>${TEXT.inWords}</dt><dd>${toChineseCapitals(bill.owedFen)}</dd></div>
${bill.previousFen > 0n && row(TEXT.previous, bill.previousFen)}
${bill.previousFen > 0n && row(TEXT.all, bill.previousFen + bill.owedFen)}
${bill.prepaymentFen > 0n && row(TEXT.prepayment, bill.prepaymentFen)}
</dl>`;
}

const row = (label: string, amountFen: Fen): Html =>
  html`<div><dt>${label}</dt><dd>${formatYuan(amountFen)}</dd></div>`;

const payments = (bill: BillPaper): Html | undefined =>
  bill.payments.length === 0
    ? undefined
    : html`<section><h2>${TEXT.payments}</h2><table>
<thead><tr><th>${TEXT.date}</th><th>${TEXT.method}</th><th>${TEXT.receipt}</th><th class="n">${TEXT.received}</th></tr></thead>
${bill.payments.map(
  (payment) =>
    html`<tbody><tr><td>${formatDate(payment.date)}</td><td>${PAPER_TEXT.methods[payment.method]}</td><td>${payment.receiptNo}</td><td class="n">${formatYuan(payment.amountFen)}</td></tr></tbody>`,
)}</table></section>`;

const derivations = (bill: BillPaper): Html | undefined =>
  bill.derivations.length === 0
    ? undefined
    : html`<section><h2>${TEXT.derivations}</h2>${bill.derivations.map(
        ({ name, amountFen, lines }) =>
          html`<div class="derivation"><h3>${name}<span>${formatYuan(amountFen)}</span></h3>${lines.map((line) => html`<p>${line}</p>`)}</div>`,
      )}</section>`;
