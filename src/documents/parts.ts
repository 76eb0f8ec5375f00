import type { Addressee, Authenticity, Letterhead, Payee } from "../domain/documents/paper.ts";
import { type CivilDate, type DateRange, formatDate } from "../domain/time/civil-date.ts";
import { Html, html } from "./html.ts";
import { qrCodeSvg } from "./qr-code.ts";
import { FONT_FAMILY } from "./style.ts";
import { PAPER_TEXT as TEXT } from "./text.zh-CN.ts";

/* What the papers share. */

/** Who sends it, and what it is. */
export const letterhead = (from: Letterhead, title: string, subtitle: string): Html => html`<header class="letterhead">
<div class="from"><p class="entity">${from.entityName}</p>
<p class="soft">${[from.entityTaxNo === undefined ? "" : TEXT.taxNo(from.entityTaxNo), TEXT.project(from.projectName)].filter((one) => one !== "").join("　")}</p>
${from.operatorName !== from.entityName && html`<p class="soft">${from.operatorName}</p>`}</div>
<div class="what"><h1>${title}</h1><p>${subtitle}</p></div>
</header>`;

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** The tenant, then whatever identifies the paper; in two columns. */
/** More than this in the narrow column would be a tower of words: two dozen units, one above the other. */
const LONG = 100;

export const facts = (to: Addressee, further: readonly Fact[]): Html => {
  const all: readonly Fact[] = [
    { label: TEXT.tenant, value: to.tenantName },
    { label: TEXT.tenantCode, value: to.tenantCode },
    ...(to.tenantTaxNo === undefined ? [] : [{ label: TEXT.tenantTaxNo, value: to.tenantTaxNo }]),
    ...further,
  ];
  return html`<dl class="facts">${all.map(({ label, value }) => html`<div${value.length > LONG && html` class="wide"`}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
};

export const rangeText = ({ from, to }: DateRange): string => TEXT.range(formatDate(from), formatDate(to));

export interface PayWays {
  readonly payee: Payee | undefined;
  readonly paymentCode: string;
  readonly payUrl: string | undefined;
  readonly followUrl?: string | undefined;
}

/** The account with the remark by which the money is found, and the codes to scan. */
export function payBox({ payee, paymentCode, payUrl, followUrl }: PayWays): Html {
  const codes = [
    ...(payUrl === undefined ? [] : [{ url: payUrl, label: TEXT.pay.payLabel, caption: TEXT.pay.scanPay }]),
    ...(followUrl === undefined ? [] : [{ url: followUrl, label: TEXT.pay.followLabel, caption: TEXT.pay.scanFollow }]),
  ];
  return html`<section class="pay">
<div class="account">${
    payee === undefined
      ? html`<p>${TEXT.pay.noAccount}</p>`
      : html`<dl><div><dt>${TEXT.pay.payee}</dt><dd>${payee.entityName}</dd></div>
<div><dt>${TEXT.pay.bank}</dt><dd>${payee.bank}</dd></div>
<div><dt>${TEXT.pay.accountNo}</dt><dd>${payee.accountNo}</dd></div>
${!payee.ownNumber && html`<div><dt>${TEXT.pay.remark}</dt><dd>${paymentCode}</dd></div>`}</dl>
<p class="soft">${payee.ownNumber ? TEXT.pay.own : TEXT.pay.hint}</p>`
  }</div>
<div class="codes">${codes.map(({ url, label, caption }) => html`<div>${qrCodeSvg(url, label)}<p class="soft">${caption}</p></div>`)}</div>
</section>`;
}

/** How a reader finds out whether we printed it. */
export const proof = ({ contentHash, shortCode, checkUrl }: Authenticity): Html => html`<footer class="proof">
<p>${TEXT.proof.code(shortCode)}　${TEXT.proof.how(checkUrl)}</p><p>${TEXT.proof.hash(contentHash)}</p>
</footer>`;

/** Number and code of the paper at the foot of each page. */
export const pageFoot = (no: string, { shortCode }: Authenticity): Html =>
  new Html(
    `<style>@page{@bottom-left{content:${cssString(`${no}　${TEXT.proof.code(shortCode)}`)};font:8pt "${FONT_FAMILY}";color:#444;vertical-align:top;padding-top:3mm}}</style>`,
  );

/** A CSS string that holds any text: everything but letters and digits is written as its code point. */
const cssString = (text: string): string =>
  `"${[...text].map((one) => (/[A-Za-z0-9]/.test(one) ? one : `\\${(one.codePointAt(0) ?? 0).toString(16)} `)).join("")}"`;

export const consent = (asOf: CivilDate): Html => html`<section class="consent">
<div>${TEXT.signatures.ours}<p class="soft">${TEXT.signatures.date}${formatDate(asOf)}</p></div>
<div>${TEXT.signatures.theirs}<p class="soft">${TEXT.signatures.date}</p></div></section>`;
