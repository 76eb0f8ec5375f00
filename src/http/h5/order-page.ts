import { formatYuan, toYuanText } from "../../domain/money/fen.ts";
import { formatDate, formatInstant } from "../../domain/time/civil-date.ts";
import type { OrderReceipt } from "../../usecases/payments/find-receipt.ts";
import type { PaymentTicket, StoredOrder } from "../../usecases/payments/stored-order.ts";
import { factRow, totalView } from "./bills-view.ts";
import { type Html, html, jsonData } from "./html.ts";
import { noticePage } from "./notice-page.ts";
import type { Page } from "./page.ts";
import { qrCodeSvg } from "./qr-code.ts";
import { JSAPI_SCRIPT, STATUS_SCRIPT } from "./scripts.ts";
import { H5_TEXT } from "./text.zh-CN.ts";

const TEXT = H5_TEXT.order;

export interface OrderPageView {
  readonly order: StoredOrder;
  /** Undefined: this browser may not pay it, only watch it. */
  readonly ticket: PaymentTicket | undefined;
  readonly linkToken: string;
  /** The page that the order was made on. */
  readonly home: string;
  readonly formToken: string;
  readonly insideWechat: boolean;
  /** The payer has asked, and there is no payment yet. */
  readonly checked: boolean;
}

/** A live order: the QR code, or the page that opens WeChat Pay; both watch for the payment. */
export function orderPage(view: OrderPageView): Page {
  const { order, ticket } = view;
  const isJsapi = ticket !== undefined && "jsapi" in ticket;
  const title = isJsapi ? TEXT.payTitle : ticket === undefined ? TEXT.waiting : TEXT.scanTitle;
  return {
    title,
    body: html`<h1>${title}</h1>
${totalView(H5_TEXT.cashier.total, formatYuan(order.amountFen))}
${ticket !== undefined && (isJsapi ? jsapiView(order) : qrView(ticket, view))}
<p class="hint">${TEXT.validUntil(formatInstant(order.expiresAtMs))}</p>
<p class="hint" id="news" role="status">${view.checked && TEXT.notThere}</p>
<a class="button plain" href="${orderUrl(view.linkToken, order.outTradeNo)}&amp;check=1">${TEXT.refresh}</a>
<p class="hint"><a href="${view.home}">${TEXT.back}</a></p>
<script type="application/json" id="watch">${jsonData(watchData(view))}</script>`,
    script: isJsapi ? JSAPI_SCRIPT + STATUS_SCRIPT : STATUS_SCRIPT,
  };
}

export const orderUrl = (linkToken: string, outTradeNo: string): string =>
  `/h5/pay/order?t=${linkToken}&o=${outTradeNo}`;

function watchData({ order, ticket, linkToken, checked }: OrderPageView): object {
  return {
    status: `/h5/pay/status?t=${linkToken}&o=${order.outTradeNo}`,
    page: orderUrl(linkToken, order.outTradeNo),
    cancelled: TEXT.cancelled,
    failed: TEXT.failed,
    waiting: TEXT.waiting,
    ...(ticket !== undefined && "jsapi" in ticket ? { jsapi: ticket.jsapi, open: !checked } : {}),
  };
}

function qrView(ticket: PaymentTicket, { insideWechat, home, formToken, order }: OrderPageView): Html {
  if (!("codeUrl" in ticket)) return html``;
  return html`<section class="card"><div class="code">${qrCodeSvg(ticket.codeUrl, TEXT.scanLabel)}</div>
<p class="hint">${insideWechat ? TEXT.scanInWechat : TEXT.scanHint}</p>
${!insideWechat && html`<p class="hint">${TEXT.scanOnPhone}</p>`}
<form method="post" action="${home}"><input type="hidden" name="form" value="${formToken}">
<input type="hidden" name="amount" value="${toYuanText(order.amountFen)}">
<button class="quiet" type="submit" name="renew" value="1">${TEXT.renew}</button></form></section>`;
}

const jsapiView = (order: StoredOrder): Html => html`<p class="hint">${TEXT.payHint}</p>
<button class="button" type="button" id="pay">${TEXT.payNow(formatYuan(order.amountFen))}</button>
<noscript><p class="hint warn">${TEXT.needScript}</p></noscript>`;

/** The payment has arrived. */
export function paidPage(receipt: OrderReceipt | undefined, order: StoredOrder): Page {
  const prepaymentFen = receipt?.prepaymentFen ?? 0n;
  return {
    title: TEXT.paidTitle,
    body: html`<h1>${TEXT.paidTitle}</h1>
<section class="card total"><p class="done" aria-hidden="true">✓</p><p>${TEXT.paid}</p>
<p class="figure">${formatYuan(receipt?.amountFen ?? order.amountFen)}</p></section>
${
  receipt &&
  html`<section class="card"><dl>
${factRow(TEXT.receiptNo, receipt.receiptNo)}
${factRow(TEXT.receivedOn, formatDate(receipt.valueDate))}
${prepaymentFen > 0n && factRow(TEXT.prepayment, formatYuan(prepaymentFen))}
</dl></section>`
}
${prepaymentFen > 0n && html`<section class="card note"><p class="soft">${TEXT.prepaymentHint(formatYuan(prepaymentFen))}</p></section>`}
<p class="hint">${H5_TEXT.notice.close}</p>`,
  };
}

export const endedPage = (home: string): Page =>
  noticePage({
    title: TEXT.endedTitle,
    text: TEXT.ended,
    status: 200,
    links: [{ label: TEXT.back, href: home }],
  });
