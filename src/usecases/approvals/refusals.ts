import type { DecisionRefusal } from "../../domain/approval/decide.ts";
import type { ApproverRole } from "../../domain/approval/policy.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { ApprovalRequest } from "./approval.ts";

export const APPROVER_ROLE_NAMES: Readonly<Record<ApproverRole, string>> = {
  steward: "管家",
  cashier: "出纳",
  "area-manager": "区域经理",
  "finance-manager": "财务经理",
  cfo: "财务总监",
  auditor: "审计",
  admin: "系统管理员",
  any: "另一位同事",
};

export type ApprovalRefusal = DecisionRefusal | "APPROVAL_UNKNOWN" | "ALREADY_ASKED" | "NOT_THE_REQUESTER";

const SENTENCES: Readonly<
  Record<ApprovalRefusal, (number: string, role: string) => { readonly zh: string; readonly en: string }>
> = {
  APPROVAL_UNKNOWN: () => ({
    zh: "没有找到这份审批单，请检查编号，或回复“待审批”查看您要处理的审批。",
    en: "There is no such approval request.",
  }),
  ALREADY_ASKED: (number) => ({
    zh: `同一事项已有审批单 ${number}，由另一位同事发起，请等它办完或请他先撤回。`,
    en: `${number} asks for the same thing already.`,
  }),
  NOT_THE_REQUESTER: (number) => ({
    zh: `审批单 ${number} 不是您发起的，只有发起人能撤回；您可以驳回它。`,
    en: `Only the requester cancels ${number}.`,
  }),
  NOT_STAFF: (number) => ({
    zh: `您不是在职员工，不能处理审批单 ${number}，什么都没有改变。`,
    en: `Only active staff decide ${number}.`,
  }),
  ALREADY_APPROVED: (number) => ({
    zh: `审批单 ${number} 已经通过了，不用再处理，这次点击没有生效。`,
    en: `${number} is approved already.`,
  }),
  ALREADY_REJECTED: (number) => ({
    zh: `审批单 ${number} 已经被驳回，这次点击没有生效。`,
    en: `${number} is rejected already.`,
  }),
  ALREADY_CANCELLED: (number) => ({
    zh: `审批单 ${number} 已由发起人撤回，这次点击没有生效。`,
    en: `${number} was cancelled by its requester.`,
  }),
  ALREADY_EXPIRED: (number) => ({
    zh: `审批单 ${number} 已经失效，这次点击没有生效。`,
    en: `${number} has lapsed.`,
  }),
  STALE_VERSION: (number) => ({
    zh: `这张卡片是旧的：审批单 ${number} 的内容后来改过，请看最新的卡片再决定。这次点击没有生效。`,
    en: `The card is stale: ${number} was changed since.`,
  }),
  APPROVER_IS_REQUESTER: (number) => ({
    zh: `审批单 ${number} 是您自己发起的，申请人不能审批自己的申请，请由另一位同事审批。`,
    en: "The requester never approves. Another person must.",
  }),
  TENANT_CONTACT_CANNOT_APPROVE: (number) => ({
    zh: `您是这家租户的联系人，不能审批与它有关的 ${number}，请由另一位同事审批。`,
    en: "A contact of the tenant never approves what is about it.",
  }),
  ALREADY_DECIDED: (number) => ({
    zh: `审批单 ${number} 您已经处理过了，每人只能审批一次，重复点击没有生效。`,
    en: `You have decided ${number} already; nobody decides twice.`,
  }),
  DELEGATOR_IS_REQUESTER: (number) => ({
    zh: `委托您审批的同事正是 ${number} 的申请人，您不能代他审批自己的申请。`,
    en: "The delegate of the requester cannot approve in the requester's name.",
  }),
  DELEGATOR_ALREADY_DECIDED: (number) => ({
    zh: `委托您审批的同事已经亲自处理过 ${number}，不能再代他审批一次。`,
    en: "The delegator has decided already.",
  }),
  APPROVER_WITHOUT_ROLE: (number, role) => ({
    zh: `审批单 ${number} 现在要由负责该项目的${role}审批。这一步不由您处理，这次点击没有生效。`,
    en: `${number} now waits for the role ${role} of its project.`,
  }),
  REASON_MISSING: () => ({
    zh: "驳回要写明理由，请补上一句理由。",
    en: "A rejection needs a reason.",
  }),
};

/** Why a click on a document changes nothing, as a sentence that says what holds now. */
export function approvalRefusal(
  code: ApprovalRefusal,
  request: Pick<ApprovalRequest, "number"> | undefined,
  role?: ApproverRole,
): Refusal {
  const { zh, en } = SENTENCES[code](request?.number ?? "", APPROVER_ROLE_NAMES[role ?? "any"]);
  return refuse(code, zh, en);
}
