import type { RedState } from "../../src/domain/invoice/red-letter.ts";

/** What finance hears about invoices. */
export const STAFF_INVOICE_SAY = {
  none: "没有待开的发票。",
  more: (count: number) => `还有 ${count} 份申请，处理完这些后再发“待开票”。`,
  entered: (number: string, left: number) => `已登记 ${number}，还有 ${left} 张待开。`,
  complete: (no: string) => `${no} 的发票都已登记，租户已收到通知。`,
  reasonMissing: (no: string) => `请写明原因，租户会看到，例如“退回 ${no} 抬头与合同不符”。`,
  rejected: (no: string) => `${no} 已退回，租户已收到原因。`,
  redHelp: (no: string) =>
    `请写“${no} 同意”“${no} 确认单 编号”（对方要确认）“${no} 免确认 编号”“${no} 对方已确认”“${no} 红票 20位号码”或“${no} 撤回”。`,
  moved: (no: string, state: string) => `${no}：${state}。`,
  goesByItself: "已同意，红字确认单由系统自动提交，结果会通知租户；没办成会通知财务",
  states: {
    draft: "草稿",
    "pending-approval": "待审批",
    approved: "已同意，请在电子税务局提交红字确认单",
    "awaiting-peer": "等对方确认，72小时内有效",
    confirmed: "已确认，请开红字发票",
    "red-issued": "红字发票已开，已通知租户",
    refused: "已拒绝",
    expired: "超过72小时未确认已失效",
    withdrawn: "已撤回",
  } satisfies Record<RedState, string>,
} as const;
