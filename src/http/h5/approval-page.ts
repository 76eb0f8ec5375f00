import { formatYuan } from "../../domain/money/fen.ts";
import { formatDate } from "../../domain/time/civil-date.ts";
import type { ApprovalRequest } from "../../usecases/approvals/approval.ts";
import { APPROVER_ROLE_NAMES } from "../../usecases/approvals/refusals.ts";
import { factRow } from "./bills-view.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./page.ts";

/** The words of the approval page. */
export const APPROVAL_TEXT = {
  amount: "金额",
  number: "审批编号",
  requester: "申请人",
  reason: "事由",
  progress: "审批进度",
  approve: "同意",
  reject: "驳回",
  cancel: "撤回申请",
  reasonLabel: "意见（驳回必填）",
  reasonMissing: "驳回要写明理由，请在上面补上一句。",
  again: "这次操作已经提交过了，下面是最新的状态。",
  hint: "同意后如还需要下一位审批人，系统会自动通知；最后一位同意后立即执行。",
  back: "返回审批单",
  insideOnly: "请在企业微信或钉钉里打开这张审批单，系统要确认您是谁。",
  insideTitle: "请在工作手机里打开",
  strangerTitle: "不能查看",
  stranger: "您不在在职员工名单里，不能查看审批单。请联系系统管理员。",
  unknown: "没有找到这份审批单，或者它不在您负责的范围里。",
  refusedTitle: "没有生效",
  doneTitle: "已处理",
  impossible: (why: string) => `您的同意已记录，但这件事已经无法执行，审批单已失效：${why}`,
  states: { pending: "审批中", approved: "已通过", rejected: "已驳回", cancelled: "已撤回", expired: "已失效" },
  agreedBy: (name: string, date: string) => `${date} ${name} 同意`,
  rejectedBy: (name: string, date: string, reason: string) => `${date} ${name} 驳回：${reason}`,
  inNameOf: (name: string, other: string) => `${name}（代${other}）`,
} as const;

export interface ApprovalPageView {
  readonly request: ApprovalRequest;
  readonly may: "decide" | "cancel" | "read";
  readonly linkToken: string;
  readonly formToken: string;
  /** What was just tried did not work, in words. */
  readonly problem?: string | undefined;
  /** What stands in the field after a refused rejection. */
  readonly reason?: string | undefined;
}

/** One document: what is asked, how far it is, and what its reader may do. Works without any script, by keyboard alone. */
export const approvalPage = (view: ApprovalPageView): Page => {
  const { request } = view;
  return {
    title: request.title,
    body: html`<h1>${request.title}</h1>
${view.problem !== undefined && html`<section class="card note" role="alert"><p class="soft">${view.problem}</p></section>`}
${
  request.amountFen !== 0n &&
  html`<section class="card total"><p class="label">${APPROVAL_TEXT.amount}</p><p class="figure">${formatYuan(request.amountFen)}</p></section>`
}
<section class="card"><dl>
${factRow(APPROVAL_TEXT.number, request.number)}
${request.facts.map(({ label, value }) => factRow(label, value))}
${factRow(APPROVAL_TEXT.requester, request.requestedByName)}
${request.reason !== "" && factRow(APPROVAL_TEXT.reason, request.reason)}
</dl></section>
<section class="card"><h2>${APPROVAL_TEXT.progress}：${APPROVAL_TEXT.states[request.state]}</h2>
<dl>${request.steps.map(stepRow(request))}</dl>
${request.decisions.map((decision) => html`<p class="soft">${decisionText(decision)}</p>`)}
${request.closedReason !== undefined && request.state !== "rejected" && html`<p class="soft">${request.closedReason}</p>`}
</section>
${request.state === "pending" && view.may !== "read" && formOf(view)}`,
  };
};

const stepRow =
  (request: ApprovalRequest) =>
  ({ role, count }: ApprovalRequest["steps"][number], index: number): Html => {
    const agreed = request.decisions.filter(({ step, decision }) => step === index && decision === "approve").length;
    return factRow(APPROVER_ROLE_NAMES[role], `${agreed}/${count}`);
  };

function decisionText(decision: ApprovalRequest["decisions"][number]): string {
  const name =
    decision.onBehalfOfName === undefined
      ? decision.personName
      : APPROVAL_TEXT.inNameOf(decision.personName, decision.onBehalfOfName);
  const day = formatDate(decision.decidedOn);
  return decision.decision === "approve"
    ? APPROVAL_TEXT.agreedBy(name, day)
    : APPROVAL_TEXT.rejectedBy(name, day, decision.reason ?? "");
}

/**
 * The version goes along, so that a page that was left open decides nothing that it has not shown. The first button is what Enter
 * in the field presses: one that does nothing, or the reason of a rejection would approve.
 */
const formOf = ({ request, may, linkToken, formToken, reason }: ApprovalPageView): Html => html`
<form method="post" action="/h5/approval?t=${linkToken}">
<input type="hidden" name="form" value="${formToken}">
<input type="hidden" name="version" value="${request.version}">
<button type="submit" disabled hidden></button>
${
  may === "decide"
    ? html`<section class="card"><label>${APPROVAL_TEXT.reasonLabel} <input name="reason" maxlength="200" value="${reason ?? ""}"></label></section>
<button class="button" type="submit" name="decision" value="approve">${APPROVAL_TEXT.approve}</button>
<button class="button plain" type="submit" name="decision" value="reject">${APPROVAL_TEXT.reject}</button>
<p class="hint">${APPROVAL_TEXT.hint}</p>`
    : html`<button class="button plain" type="submit" name="decision" value="cancel">${APPROVAL_TEXT.cancel}</button>`
}
</form>`;
