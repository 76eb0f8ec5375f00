/**
 * What each wish is called on its button, which is also what a person types to get it. By the intents of
 * bot/understanding/frame.ts; `satisfies` there keeps the two alike.
 */
export const WISH_NAMES = {
  "bill.query": "查账单",
  "bill.explain": "解释账单",
  "bill.pdf": "下载账单",
  "statement.query": "对账单",
  pay: "缴费",
  prepay: "预存费用",
  "balance.query": "查余额",
  "payment.history": "缴费记录",
  "deposit.query": "查押金",
  "lease.query": "查合同",
  "invoice.request": "开发票",
  "invoice.query": "查发票",
  "invoice.reverse": "发票红冲",
  "title.query": "查开票信息",
  "title.set": "修改开票信息",
  "refund.request": "申请退款",
  "refund.status": "退款进度",
  "meter.query": "查抄表读数",
  "meter.report": "上报读数",
  "autodebit.sign": "开通代扣",
  "autodebit.cancel": "取消代扣",
  "transfer.account": "对公转账账户",
  "transfer.claim": "认领转账",
  dispute: "账单异议",
  promise: "承诺付款",
  bind: "绑定",
  unbind: "解除绑定",
  handoff: "转人工",
  greet: "问候",
  help: "帮助",
  cancel: "取消",
  unknown: "这个",
  "task.list": "待办任务",
  "task.note": "任务备注",
  "arrears.list": "欠费名单",
  "arrears.query": "查欠费",
  "collect.qr": "收款码",
  "approval.list": "待审批",
  "recon.summary": "对账汇总",
  "collection.report": "收缴率",
  "aging.report": "账龄分析",
  "forecast.report": "回款预测",
  "voucher.export": "导出凭证",
  "audit.query": "操作记录",
} as const satisfies Readonly<Record<string, string>>;

export type WishName = keyof typeof WISH_NAMES;

export const isWishName = (text: string): text is WishName => Object.hasOwn(WISH_NAMES, text);
