import { factRow, maskName, type Visibility } from "./bills-view.ts";
import { html } from "./html.ts";
import type { Page } from "./page.ts";
import { H5_TEXT } from "./text.zh-CN.ts";

const TEXT = {
  title: "预存费用",
  amount: "预存金额（元）",
  hint: "先抵扣待付账单，余下的存为预存款，下次出账自动抵扣。",
  badAmount: "请填写1到1,000,000之间的金额，最多两位小数。",
  pay: "微信支付",
  payByCode: "生成付款二维码",
} as const;

/** Any amount ahead: whom it goes to, how much, one button. */
export const prepayPage = (view: {
  readonly payeeName: string;
  readonly tenantName: string;
  readonly visibility: Visibility;
  /** Yuan, as it stands in the field. */
  readonly amount: string;
  readonly isBadAmount: boolean;
  readonly again: boolean;
  readonly method: "native" | "jsapi";
  readonly linkToken: string;
  readonly formToken: string;
}): Page => ({
  title: TEXT.title,
  body: html`<h1>${TEXT.title}</h1>
${view.again && html`<section class="card note" role="status"><p class="soft">${H5_TEXT.cashier.again}</p></section>`}
<section class="card"><dl>
${factRow(H5_TEXT.cashier.payee, view.payeeName)}
${factRow(H5_TEXT.cashier.payer, view.visibility === "full" ? view.tenantName : maskName(view.tenantName))}
</dl></section>
<form class="pay" method="post" action="/h5/prepay?t=${view.linkToken}">
<input type="hidden" name="form" value="${view.formToken}">
<section class="card"><label>${TEXT.amount} <input name="amount" inputmode="decimal" required value="${view.amount}"></label>
${view.isBadAmount && html`<p class="soft warn" role="alert">${TEXT.badAmount}</p>`}</section>
<button class="button" type="submit">${view.method === "jsapi" ? TEXT.pay : TEXT.payByCode}</button>
</form>
<p class="hint">${TEXT.hint}</p>
<p class="hint">${H5_TEXT.cashier.secure}</p>`,
});
