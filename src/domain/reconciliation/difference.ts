import type { StaffRole } from "../world/property.ts";

/** Every way in which statement and books can differ (money-rules 10). */
const DIFFERENCE_KINDS = [
  "LOCAL_MISSING",
  "CHANNEL_MISSING",
  "AMOUNT_MISMATCH",
  "STATUS_MISMATCH",
  "REFUND_MISMATCH",
  "DUPLICATE_PAYMENT",
  "FEE_MISMATCH",
  "SETTLEMENT_MISMATCH",
  "UNKNOWN_PAYER",
  "UNDERPAYMENT",
  "OVERPAYMENT",
  "MULTI_TENANT_PAYER",
  "CROSS_ENTITY_PAYMENT",
  "STATEMENT_GAP",
  "REVERSED_LINE",
  "CUTOFF",
  "CLOSED_PERIOD",
  /** Not of a statement: an invoice stands above what was received. */
  "FAPIAO_MISMATCH",
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** Who must look at it and until when; nobody did: the next role hears of it. */
export interface Duty {
  readonly owner: StaffRole;
  readonly deadlineHours: number;
  readonly escalateTo: StaffRole;
}

const DAY = 24;
const FINANCE = (deadlineHours: number): Duty => ({ owner: "finance-manager", deadlineHours, escalateTo: "cfo" });

/** Money that may be somebody else's is looked at within a day, boundaries of days and months within three. */
export const DUTIES: Readonly<Record<DifferenceKind, Duty>> = {
  LOCAL_MISSING: FINANCE(DAY),
  CHANNEL_MISSING: FINANCE(DAY),
  AMOUNT_MISMATCH: FINANCE(DAY),
  STATUS_MISMATCH: FINANCE(DAY),
  REFUND_MISMATCH: FINANCE(DAY),
  DUPLICATE_PAYMENT: FINANCE(DAY),
  FEE_MISMATCH: FINANCE(3 * DAY),
  SETTLEMENT_MISMATCH: FINANCE(DAY),
  UNKNOWN_PAYER: FINANCE(DAY),
  UNDERPAYMENT: FINANCE(3 * DAY),
  OVERPAYMENT: FINANCE(3 * DAY),
  MULTI_TENANT_PAYER: FINANCE(DAY),
  CROSS_ENTITY_PAYMENT: FINANCE(DAY),
  STATEMENT_GAP: FINANCE(DAY),
  REVERSED_LINE: FINANCE(DAY),
  CUTOFF: FINANCE(3 * DAY),
  CLOSED_PERIOD: FINANCE(3 * DAY),
  FAPIAO_MISMATCH: FINANCE(3 * DAY),
};

/** 长款 and the like: what people call each kind. */
export const KIND_NAMES: Readonly<Record<DifferenceKind, string>> = {
  LOCAL_MISSING: "长款：渠道有、账上无",
  CHANNEL_MISSING: "短款：账上有、渠道无",
  AMOUNT_MISMATCH: "金额不符",
  STATUS_MISMATCH: "状态不符",
  REFUND_MISMATCH: "退款不符",
  DUPLICATE_PAYMENT: "重复付款",
  FEE_MISMATCH: "手续费不符",
  SETTLEMENT_MISMATCH: "结算不符",
  UNKNOWN_PAYER: "付款人不明",
  UNDERPAYMENT: "少付",
  OVERPAYMENT: "多付",
  MULTI_TENANT_PAYER: "同一付款人涉及多个租户",
  CROSS_ENTITY_PAYMENT: "付到了别的公司",
  STATEMENT_GAP: "流水不连续",
  REVERSED_LINE: "银行冲账",
  CUTOFF: "跨日入账",
  CLOSED_PERIOD: "所属月份已结账",
  FAPIAO_MISMATCH: "发票与收款不符",
};
