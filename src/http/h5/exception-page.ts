import { choiceLabel } from "../../../cards/exception-card.ts";
import { type Fen, formatYuan, smallerFen } from "../../domain/money/fen.ts";
import { DUTIES, KIND_NAMES } from "../../domain/reconciliation/difference.ts";
import type { Proposal } from "../../domain/reconciliation/proposals.ts";
import { type CivilDate, civilDateAt, formatDate } from "../../domain/time/civil-date.ts";
import { APPROVER_ROLE_NAMES } from "../../usecases/approvals/refusals.ts";
import type { ExceptionItem } from "../../usecases/exceptions/exception.ts";
import { factRow } from "./bills-view.ts";
import { EXCEPTION_PAGE_TEXT as TEXT } from "./exception-text.zh-CN.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./page.ts";

/** A bill that a tenant owes the company, for the choice of what the money pays first. */
export interface PayableChoice {
  readonly tenant: string;
  readonly billNo: string;
  readonly dueDate: CivilDate;
  readonly owedFen: Fen;
}

export interface SlipLink {
  readonly tenantName: string;
  readonly url: string;
}

export interface ExceptionPageView {
  readonly exception: ExceptionItem;
  readonly mayChoose: boolean;
  readonly bills: readonly PayableChoice[];
  /** Photos that tenants sent for this money, each behind a link that asks who opens it. */
  readonly slips: readonly SlipLink[];
  readonly nowMs: number;
  readonly linkToken: string;
  readonly formToken: string;
  /** What was just tried did not work, in words. */
  readonly problem?: string | undefined;
}

/** The code under which the form says that it is some other tenant's. */
export const OTHER_TENANT = "claim";

/**
 * One difference: its facts, whose money it may be, what can be done and what that does to ledger and balance. Works without
 * any script: every choice carries its own bills and amount.
 */
export const exceptionPage = (view: ExceptionPageView): Page => {
  const { exception, problem } = view;
  return {
    title: KIND_NAMES[exception.kind],
    body: html`<h1>${KIND_NAMES[exception.kind]}</h1>
${problem !== undefined && html`<section class="card note" role="alert"><p class="soft">${problem}</p></section>`}
<section class="card total"><p class="label">${TEXT.amount}</p><p class="figure">${formatYuan(exception.amountFen)}</p></section>
${factsOf(view)}
${slipsOf(view)}
${candidatesOf(exception)}
${actsOf(view)}`,
  };
};

function factsOf({ exception, nowMs }: ExceptionPageView): Html {
  const { facts } = exception;
  const yuan = (fen: number | undefined): string | undefined =>
    fen === undefined ? undefined : formatYuan(BigInt(fen));
  const row = (name: string, value: string | undefined): Html | false =>
    value !== undefined && value !== "" && factRow(name, value);
  const payer =
    facts.payerName === undefined
      ? undefined
      : `${facts.payerName}${facts.payerAccountTail === undefined ? "" : `（尾号 ${facts.payerAccountTail}）`}`;
  return html`<section class="card"><dl>
${factRow(TEXT.account, exception.accountCode)}
${factRow(TEXT.date, formatDate(facts.valueDate ?? exception.date))}
${row(TEXT.number, facts.receiptNo ?? facts.refundNo ?? exception.orderNo)}
${row(TEXT.payer, payer)}
${row(TEXT.remark, facts.remark)}
${row(TEXT.tenant, facts.tenantName ?? facts.tenant)}
${row(TEXT.invoice, facts.invoice)}
${row(TEXT.statement, yuan(facts.statementFen))}
${row(TEXT.books, yuan(facts.booksFen))}
${row(TEXT.reasons, facts.reasons.join("；"))}
${row(TEXT.channelSays, facts.channelSays)}
${factRow(TEXT.who, APPROVER_ROLE_NAMES[exception.ownerRole], TEXT.whoMay)}
${deadlineRow(exception, nowMs)}
</dl></section>`;
}

function slipsOf({ slips }: ExceptionPageView): Html | false {
  if (slips.length === 0) return false;
  return html`<section class="card"><h2>${TEXT.slips}</h2>
${slips.map(({ tenantName, url }) => html`<a class="button plain" href="${url}">${TEXT.slipOf(tenantName)}</a>`)}
</section>`;
}

function deadlineRow({ kind, dueAtMs, state }: ExceptionItem, nowMs: number): Html | false {
  if (dueAtMs === undefined || state !== "open") return false;
  const shanghai = new Date(dueAtMs + 8 * 3_600_000).toISOString().slice(11, 16);
  const late = dueAtMs <= nowMs ? `${TEXT.overdue}，` : "";
  const remark = `${late}${TEXT.escalates(APPROVER_ROLE_NAMES[DUTIES[kind].escalateTo])}`;
  return factRow(TEXT.deadline, `${formatDate(civilDateAt(dueAtMs))} ${shanghai}`, remark);
}

function candidatesOf({ facts, state }: ExceptionItem): Html | false {
  const { candidates = [] } = facts;
  if (candidates.length === 0 || state !== "open") return false;
  return html`<section class="card"><h2>${TEXT.candidates}</h2><dl>
${candidates.map((one) =>
  factRow(
    `${one.tenantName}`,
    TEXT.confidence(Math.round(one.confidence * 100)),
    `${one.tenant} · ${one.reasons.join("；")}`,
  ),
)}
</dl></section>`;
}

function actsOf(view: ExceptionPageView): Html | false {
  const { exception, mayChoose } = view;
  if (exception.state === "resolved") {
    const { resolvedWith = "", resolvedBy = "" } = exception;
    const what = choiceLabel({ code: resolvedWith });
    return html`<section class="card"><p class="soft">${TEXT.resolved(what, resolvedBy.replace(/^staff:/, ""))}</p></section>
${
  mayChoose &&
  formOf(
    view,
    html`<button class="button plain" type="submit" name="act" value="undo">${TEXT.undo}</button>
<p class="hint">${TEXT.undoHint}</p>`,
  )
}`;
  }
  const waiting =
    exception.waitsFor !== undefined
      ? TEXT.waitsFor(exception.waitsFor)
      : exception.asksChannel
        ? TEXT.asksChannel
        : undefined;
  if (waiting !== undefined) {
    return html`<section class="card"><p class="soft">${waiting}</p></section>
${mayChoose && formOf(view, html`<button class="button plain" type="submit" name="act" value="undo">${TEXT.withdraw}</button>`)}`;
  }
  if (!mayChoose) {
    return html`<section class="card"><h2>${TEXT.choose}</h2><dl>${exception.proposals.map((one) =>
      factRow(choiceLabel(nameOf(exception, one)), "", one.effect),
    )}</dl><p class="soft">${TEXT.readOnly}</p></section>`;
  }
  return formOf(
    view,
    html`<section class="card"><h2>${TEXT.choose}</h2>
${exception.proposals.map((proposal) => choiceOf(view, proposal))}
${exception.facts.unclaimed === true && otherTenantOf()}
</section>
<section class="card"><label>${TEXT.note} <input name="note" maxlength="200"></label></section>
<button class="button" type="submit" name="act" value="resolve">${TEXT.submit}</button>`,
  );
}

const nameOf = ({ facts }: ExceptionItem, proposal: Proposal) => ({
  code: proposal.code,
  tenantName: facts.candidates?.find((one) => proposal.code === `claim:${one.tenant}`)?.tenantName,
});

/** One choice; what it takes stands below it, and only of the choice that is made (style.ts) where the browser knows :has. */
function choiceOf(view: ExceptionPageView, proposal: Proposal): Html {
  const { exception } = view;
  const { code, takes = [] } = proposal;
  const tenant = code.startsWith("claim:") ? code.slice("claim:".length) : exception.facts.tenant;
  return html`<div class="choice">
<label class="pick"><input type="radio" name="proposal" value="${code}" required><span><strong>${choiceLabel(nameOf(exception, proposal))}</strong>${
    proposal.needsApproval && html` <em>${TEXT.needsApproval}</em>`
  }<small>${proposal.effect}</small></span></label>
${takes.includes("bills") && tenant !== undefined && billsOf(view, code, tenant)}
${
  takes.includes("amount") &&
  html`<div class="more"><label>${TEXT.amountLabel} <input name="amount:${code}" inputmode="decimal" maxlength="14"></label></div>`
}
</div>`;
}

/** What the tenant owes the company before and after, and what is left over. */
function balanceOf({ exception }: ExceptionPageView, own: readonly PayableChoice[]): Html | false {
  if (exception.facts.unclaimed !== true) return false;
  const moneyFen = BigInt(exception.facts.statementFen ?? 0);
  const owedFen = own.reduce((sum, one) => sum + one.owedFen, 0n);
  if (moneyFen <= 0n) return false;
  const paidFen = smallerFen(moneyFen, owedFen);
  return html`<p class="soft">${TEXT.owed(formatYuan(owedFen), formatYuan(owedFen - paidFen))}${
    moneyFen > paidFen && TEXT.rest(formatYuan(moneyFen - paidFen))
  }</p>`;
}

function billsOf(view: ExceptionPageView, code: string, tenant: string): Html {
  const own = view.bills.filter((one) => one.tenant === tenant);
  if (own.length === 0) return html`<div class="more"><p class="soft">${TEXT.noBills}</p></div>`;
  return html`<fieldset class="more">${balanceOf(view, own)}<legend>${TEXT.bills}</legend>
${own.map(
  (one) =>
    html`<label class="pick"><input type="checkbox" name="bill:${code}" value="${one.billNo}"><span>${TEXT.bill(one.billNo)}<small>${TEXT.due(formatDate(one.dueDate))}</small></span><b>${formatYuan(one.owedFen)}</b></label>`,
)}
</fieldset>`;
}

const otherTenantOf = (): Html => html`<div class="choice">
<label class="pick"><input type="radio" name="proposal" value="${OTHER_TENANT}" required><span><strong>${TEXT.otherTenant}</strong><small>${TEXT.otherTenantEffect}</small></span></label>
<div class="more"><label>${TEXT.otherTenantLabel} <input name="tenant" maxlength="40" autocapitalize="characters"></label></div>
</div>`;

/** The version goes along, so that a page that was left open settles nothing that it has not shown. */
const formOf = ({ exception, linkToken, formToken }: ExceptionPageView, fields: Html): Html => html`
<form method="post" action="/h5/exception?t=${linkToken}">
<input type="hidden" name="form" value="${formToken}">
<input type="hidden" name="version" value="${exception.version}">
<button type="submit" disabled hidden></button>
${fields}
</form>`;
