import { SAY } from "../../../bot/text/zh-CN.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import {
  addDays,
  type DateRange,
  formatDate,
  formatMonth,
  monthOf,
  rangeOfMonth,
} from "../../domain/time/civil-date.ts";
import type { PayableBill, PayableBills, PayableLine } from "../../usecases/payments/payable-bills.ts";
import { type Html, html } from "./html.ts";
import { H5_TEXT } from "./text.zh-CN.ts";

/**
 * `full`: a member of the tenant, known by OAuth, sees everything. `limited`: whoever else holds the link sees whom he
 * pays, how much, and the ends of the bill numbers, but nothing about the tenant.
 */
export type Visibility = "full" | "limited";

const TEXT = H5_TEXT.cashier;

/** "东莞恒芯电子有限公司" → "东***司": enough to recognise, too little to learn. */
export function maskName(name: string): string {
  const characters = [...name];
  if (characters.length <= 1) return "*";
  return characters.length === 2 ? `${characters[0]}*` : `${characters[0]}***${characters.at(-1)}`;
}

/** The last four characters of a bill number. */
export const billNoEnd = (billNo: string): string => billNo.slice(-4);

/** Who pays whom, and for members the two parts of the total: that somebody is late is nobody else's business. */
export function summaryView(payable: PayableBills, visibility: Visibility): Html {
  const tenant = visibility === "full" ? payable.tenantName : maskName(payable.tenantName);
  const throughDate = formatDate(addDays(payable.asOf, -1));
  return html`<section class="card"><dl>
${factRow(TEXT.payee, payable.payeeName)}
${factRow(TEXT.payer, tenant)}
${
  visibility === "full" &&
  payable.lateFeeFen > 0n &&
  html`${factRow(TEXT.principal, formatYuan(payable.openFen))}
${factRow(TEXT.lateFee, formatYuan(payable.lateFeeFen), TEXT.lateFeeThrough(throughDate))}`
}
</dl></section>`;
}

/** One line of a list of facts; the remark stands small under the name. */
export const factRow = (name: string, value: string, remark?: string): Html =>
  html`<div><dt>${name}${remark !== undefined && html`<small>${remark}</small>`}</dt><dd>${value}</dd></div>`;

export const totalView = (label: string, amount: string): Html =>
  html`<section class="card total"><p class="label">${label}</p><p class="figure">${amount}</p></section>`;

/** Every bill with what is still open on it. */
export const billsView = (payable: PayableBills, visibility: Visibility): Html[] =>
  payable.bills.map((bill) => (visibility === "full" ? fullBill(bill, payable) : limitedBill(bill)));

const limitedBill = (bill: PayableBill): Html => html`<section class="card"><dl>
${factRow(TEXT.billNoEnd(billNoEnd(bill.billNo)), formatYuan(bill.openFen + bill.lateFeeFen))}
</dl></section>`;

function fullBill(bill: PayableBill, { asOf }: PayableBills): Html {
  const month = formatMonth(bill.period);
  const isOverdue = bill.dueDate < asOf && bill.openFen + bill.lateFeeFen > 0n;
  const due = formatDate(bill.dueDate);
  return html`<section class="card">
<h2>${TEXT.bill(month)}</h2>
<p class="soft">${TEXT.billNo(bill.billNo)}</p>
<p class="${isOverdue ? "soft warn" : "soft"}">${isOverdue ? TEXT.overdue(due) : TEXT.dueDate(due)}</p>
<table>
<caption>${TEXT.linesOf(month)}</caption>
<thead class="hidden"><tr><th scope="col">${TEXT.charge}</th><th scope="col">${TEXT.amount}</th></tr></thead>
<tbody>${bill.lines.filter((line) => line.openFen > 0n).map(lineRow)}${
    bill.lateFeeFen > 0n && html`<tr><th scope="row">${TEXT.lateFee}</th><td>${formatYuan(bill.lateFeeFen)}</td></tr>`
  }</tbody>
<tfoot><tr><th scope="row">${TEXT.billSum}</th><td>${formatYuan(bill.openFen + bill.lateFeeFen)}</td></tr></tfoot>
</table>
</section>`;
}

function lineRow(line: PayableLine): Html {
  const name = SAY.charges[line.kind];
  const label = line.correction > 0 ? TEXT.corrected(name) : name;
  const days = line.kind === "deposit" ? undefined : daysOf(line.period);
  return html`<tr><th scope="row">${label}${days !== undefined && html`<small>${days}</small>`}</th><td>${formatYuan(line.openFen)}</td></tr>`;
}

/** "2026年8月" for a whole month, else its first and last day. */
function daysOf(period: DateRange): string {
  const month = rangeOfMonth(monthOf(period.from));
  if (month.from === period.from && month.to === period.to) return formatMonth(monthOf(period.from));
  return TEXT.period(formatDate(period.from), formatDate(period.to));
}
