import type { SettlementPaper } from "../domain/documents/paper.ts";
import { toChineseCapitals } from "../domain/money/chinese-capitals.ts";
import { type Fen, formatYuan } from "../domain/money/fen.ts";
import { formatDate } from "../domain/time/civil-date.ts";
import { type Html, html } from "./html.ts";
import { consent, facts, letterhead, payBox, rangeText } from "./parts.ts";
import { PAPER_TEXT } from "./text.zh-CN.ts";

const TEXT = PAPER_TEXT.settlement;

/** 退租结算单: what is open, what is held, what remains between the two. */
export function settlementBody(sheet: SettlementPaper): Html {
  const { balanceFen } = sheet;
  const remainsFen = balanceFen < 0n ? -balanceFen : balanceFen;
  const what = balanceFen === 0n ? TEXT.even : balanceFen > 0n ? TEXT.toPay : TEXT.toRefund;
  return html`${letterhead(sheet.letterhead, TEXT.title, formatDate(sheet.asOf))}
${facts(sheet.addressee, [
  { label: PAPER_TEXT.lease, value: sheet.leaseCode },
  { label: PAPER_TEXT.units, value: sheet.units.join("、") },
  { label: TEXT.period, value: rangeText(sheet.leaseRange) },
  { label: PAPER_TEXT.asOf, value: formatDate(sheet.asOf) },
])}
<h2>${TEXT.open}</h2>
<table><thead><tr><th>${TEXT.bill}</th><th>${TEXT.item}</th><th class="n">${TEXT.principal}</th><th class="n">${TEXT.lateFee}</th></tr></thead>
${
  sheet.lines.length === 0
    ? html`<tbody><tr><td colspan="4">${TEXT.none}</td></tr></tbody>`
    : sheet.lines.map(
        (line) =>
          html`<tbody><tr><td>${line.billNo}</td><td>${line.name}<small>${rangeText(line.period)}</small></td><td class="n">${formatYuan(line.openFen)}</td><td class="n">${formatYuan(line.lateFeeFen)}</td></tr></tbody>`,
      )
}
</table>
<dl class="totals">
${row(TEXT.owed, sheet.owedFen)}${sheet.forfeitedFen !== undefined && row(TEXT.forfeited, sheet.forfeitedFen)}${row(TEXT.deposit, -sheet.depositFen)}${sheet.prepaymentFen > 0n && row(TEXT.prepayment, -sheet.prepaymentFen)}
<div class="due"><dt>${what}</dt><dd>${formatYuan(remainsFen)}</dd></div>
<div class="words"><dt>${TEXT.inWords}</dt><dd>${toChineseCapitals(remainsFen)}</dd></div></dl>
${balanceFen > 0n && payBox({ payee: sheet.payee, paymentCode: remarkOf(sheet), payUrl: undefined })}
<p class="soft note">${TEXT.note}</p>
${consent(sheet.asOf)}`;
}

const row = (label: string, amountFen: Fen): Html =>
  html`<div><dt>${label}</dt><dd>${formatYuan(amountFen)}</dd></div>`;

/** What a transfer is found by: a bill's number. Of the last line, since the deposit pays the oldest first. */
const remarkOf = (sheet: SettlementPaper): string => sheet.lines.at(-1)?.billNo ?? sheet.leaseCode;
