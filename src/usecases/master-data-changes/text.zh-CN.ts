import type { ApprovalType } from "../../domain/approval/policy.ts";

/** The words of requests to change master data. */
export const CHANGE_TEXT = {
  titles: {
    tariff: "价格变更申请",
    lease: "合同变更申请",
    policy: "审批制度变更申请",
    "tax-rate": "税率变更申请",
    "bank-account": "收款账户变更申请",
  } satisfies Partial<Record<ApprovalType, string>>,
  entity: "公司",
  kind: "费用类别",
  rate: "新税率",
  from: "生效日",
  before: "现在",
  account: "账户",
  bank: "开户行",
  accountNo: "账号",
  hidden: (tail: string) => `尾号${tail}`,
  none: "无",
  what: "变更内容",
} as const;
