import { EMPTY_TITLE, type InvoiceTitle, type TitleCheck } from "../../domain/invoice/title.ts";
import type { JsConfig } from "../../ports/js-config.ts";
import type { StoredTitle } from "../../usecases/invoices/invoice-titles.ts";
import { type Html, html, jsonData } from "./html.ts";
import type { Page } from "./page.ts";
import { TITLE_SCRIPT } from "./scripts.ts";
import { TITLE_TEXT as TEXT } from "./title-text.zh-CN.ts";

/** WeChat's own script: the only one of somebody else, on this page only. */
export const WECHAT_SCRIPT_HOST = "https://res.wx.qq.com";
const WECHAT_SCRIPT = `${WECHAT_SCRIPT_HOST}/open/js/jweixin-1.6.0.js`;

export interface TitlePageView {
  readonly titles: readonly StoredTitle[];
  readonly party: string | undefined;
  readonly linkToken: string;
  readonly formToken: string;
  /** What was typed and not saved, with what is wrong with it. */
  readonly typed?: { readonly title: InvoiceTitle; readonly check: TitleCheck } | undefined;
  /** Typed words are fine but differ from the party: the next press saves them. */
  readonly confirming?: boolean | undefined;
  readonly news?: string | undefined;
  /** Present inside WeChat where the account can sign pages. */
  readonly jsConfig?: JsConfig | undefined;
}

/** A tenant's titles: which is the default, and the form for another one. Works without any script. */
export const titlePage = (view: TitlePageView): Page => ({
  title: TEXT.title,
  script: TITLE_SCRIPT,
  ...(view.jsConfig === undefined ? {} : { foreignScript: { url: WECHAT_SCRIPT, host: WECHAT_SCRIPT_HOST } }),
  body: html`<h1>${TEXT.title}</h1>
${view.news !== undefined && html`<section class="card" role="status"><p class="soft">${view.news}</p></section>`}
<section class="card"><h2>${TEXT.current}</h2>
${view.titles.length === 0 && html`<p class="soft">${TEXT.none}</p>`}
${view.titles.map((title) => storedTitle(view, title))}
</section>
${titleForm(view)}
<p class="hint">${TEXT.hint}</p>
<script type="application/json" id="setup">${jsonData({
    check: `/h5/title/check?t=${view.linkToken}`,
    jsConfig: view.jsConfig ?? null,
    fine: TEXT.taxNoFine,
    suggest: TEXT.suggest,
    choosing: TEXT.choosing,
    chooseFailed: TEXT.chooseFailed,
    chosen: TEXT.chosen,
  })}</script>`,
});

const storedTitle = (view: TitlePageView, title: StoredTitle): Html => html`
<form method="post" action="/h5/title?t=${view.linkToken}" class="row">
<p>${title.isDefault && html`<strong>✓ ${TEXT.isDefault}</strong> `}${title.name}${title.type === "person" && `（${TEXT.person}）`}
<small>${[title.taxNo, title.bank, title.bankAccount === "" ? "" : TEXT.masked(title.bankAccount.slice(-4)), title.email].filter((word) => word !== "").join(" · ")}</small></p>
<input type="hidden" name="form" value="${view.formToken}"><input type="hidden" name="title" value="${title.titleId}">
${!title.isDefault && html`<button class="copy" type="submit" name="do" value="default">${TEXT.makeDefault}</button> `}
<button class="copy" type="submit" name="do" value="retire">${TEXT.retire}</button>
</form>`;

function titleForm(view: TitlePageView): Html {
  const title = view.typed?.title ?? EMPTY_TITLE;
  const field = (name: keyof InvoiceTitle, attributes: Html): Html => {
    const problem = view.typed?.check.problems.find((one) => one.field === name);
    return html`<label>${TEXT[name]}
<input name="${name}" value="${title[name]}" ${attributes}${problem && html` aria-invalid="true" aria-describedby="${name}-problem"`}></label>
${problem && html`<p class="warn" id="${name}-problem" role="alert">${TEXT.problems[problem.code]}${problem.suggestions.length > 0 && `${TEXT.suggest}${problem.suggestions.join("、")}`}</p>`}
${name === "taxNo" && html`<p class="soft" id="tax-news" role="status" aria-live="polite"></p>`}`;
  };
  const warnings = view.typed?.check.warnings ?? [];
  return html`<form method="post" action="/h5/title?t=${view.linkToken}" class="card" id="title-form">
<h2>${TEXT.add}</h2>
<button class="button plain" type="button" id="choose" hidden>${TEXT.choose}</button>
<p class="soft" id="choose-news" role="status" aria-live="polite"></p>
${view.confirming === true && html`<div class="note" role="alert"><p class="warn">${TEXT.differs(view.party ?? "")}</p></div>`}
${warnings.map((warning) => html`<p class="soft">${TEXT.warnings[warning]}</p>`)}
<input type="hidden" name="form" value="${view.formToken}">
${view.confirming === true && html`<input type="hidden" name="confirmed" value="1">`}
<label>${TEXT.type}
<select name="type"><option value="company"${title.type === "company" && html` selected`}>${TEXT.company}</option>
<option value="person"${title.type === "person" && html` selected`}>${TEXT.person}</option></select></label>
${field("name", html`maxlength="120" autocomplete="organization" required`)}
${field("taxNo", html`maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false"`)}
<p class="soft">${TEXT.forSpecial}</p>
${field("address", html`maxlength="100" autocomplete="street-address"`)}
${field("phone", html`maxlength="40" inputmode="tel" autocomplete="off"`)}
${field("bank", html`maxlength="100" autocomplete="off"`)}
${field("bankAccount", html`maxlength="40" inputmode="numeric" autocomplete="off"`)}
${field("email", html`maxlength="100" inputmode="email" autocomplete="email"`)}
<p></p><button class="button" type="submit" name="do" value="save">${view.confirming === true ? TEXT.confirm : TEXT.save}</button>
</form>`;
}
