import { formatYuan } from "../../domain/money/fen.ts";
import type { PayableBills } from "../../usecases/payments/payable-bills.ts";
import type { TransferAccount } from "../../usecases/queries/transfer-accounts.ts";
import { billsView, summaryView, totalView, type Visibility } from "./bills-view.ts";
import { html } from "./html.ts";
import type { Page } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import { transferView } from "./transfer-view.ts";

const TEXT = H5_TEXT.cashier;

/** What is to be paid, to whom, and the one button. Works without scripts; a script only stops the second tap. */
export function cashierPage(view: {
  readonly payable: PayableBills;
  readonly visibility: Visibility;
  /** For members, where a bank transfer goes. */
  readonly transfer: TransferAccount | undefined;
  readonly method: "native" | "jsapi";
  readonly linkToken: string;
  readonly formToken: string;
  /** The form had been sent before. */
  readonly again: boolean;
}): Page {
  const { payable, visibility } = view;
  if (payable.totalFen === 0n) return settledPage(payable, visibility);
  const amount = formatYuan(payable.totalFen);
  return {
    title: TEXT.title,
    body: html`<h1>${TEXT.title}</h1>
${view.again && html`<section class="card note" role="status"><p class="soft">${TEXT.again}</p></section>`}
${totalView(TEXT.total, amount)}
${summaryView(payable, visibility)}
${billsView(payable, visibility)}
<form class="pay" method="post" action="/h5/pay?t=${view.linkToken}">
<input type="hidden" name="form" value="${view.formToken}">
<button class="button" type="submit">${view.method === "jsapi" ? TEXT.pay(amount) : TEXT.payByCode(amount)}</button>
</form>
${view.transfer && transferView(view.transfer, payable)}
${visibility === "limited" && html`<p class="hint">${TEXT.limited}</p>`}
<p class="hint">${TEXT.secure}</p>`,
    script: `document.querySelector("form").addEventListener("submit",function(){
var button=this.querySelector("button");setTimeout(function(){button.disabled=true},0);setTimeout(function(){button.disabled=false},8000)});`,
  };
}

const settledPage = (payable: PayableBills, visibility: Visibility): Page => ({
  title: TEXT.settledTitle,
  body: html`<h1>${TEXT.settledTitle}</h1>
<section class="card total"><p class="done" aria-hidden="true">✓</p><p>${TEXT.settled}</p></section>
${summaryView(payable, visibility)}`,
});

/** The same bills to read. A link that only shows can't be turned into one that pays. */
export function billPage(view: {
  readonly payable: PayableBills;
  readonly visibility: Visibility;
  /** For members, where a bank transfer goes. */
  readonly transfer: TransferAccount | undefined;
}): Page {
  const { payable, visibility } = view;
  if (payable.totalFen === 0n) return settledPage(payable, visibility);
  return {
    title: H5_TEXT.bill.title,
    body: html`<h1>${H5_TEXT.bill.title}</h1>
${totalView(H5_TEXT.bill.total, formatYuan(payable.totalFen))}
${summaryView(payable, visibility)}
${billsView(payable, visibility)}
${view.transfer && transferView(view.transfer, payable)}
${visibility === "limited" && html`<p class="hint">${TEXT.limited}</p>`}`,
  };
}
