import type { OrderState } from "../../src/domain/invoice/order-step.ts";

/** What finance hears of invoices that a provider makes by itself. */
export const SAY_ORDER = {
  titles: {
    waiting: "自动开票在等待",
    sent: "自动开票一直没有结果",
    making: "自动开票一直没有结果",
    made: "自动开票已完成",
    failed: "自动开票没有成功",
    "by-hand": "自动开票已转手工",
    withdrawn: "自动开票已取消",
  } satisfies Record<OrderState, string>,
  outcomes: {
    waiting: "已排队，马上再试。",
    sent: "已提交给服务商，正在核对结果；有结果会自动登记并通知租户。",
    making: "服务商还在开具；有结果会自动登记并通知租户。",
    made: "发票已登记，租户已收到通知。",
    failed: "",
    "by-hand": "已转手工，要填的内容见开票申请。",
    withdrawn: "申请已退回或撤销，不再开具。",
  } satisfies Record<OrderState, string>,
  number: "编号",
  seller: "销售方",
  amount: "金额",
  reason: "原因",
  retry: "重试",
  byHand: "转手工",
  words: (no: string) => `也可以回复“重试 ${no}”或“转手工 ${no}”；抬头有误请退回申请，让租户改好再开。`,
  hints: {
    identity: "请开票员登录电子税务局并完成身份认证（扫码），然后点“重试”。",
    certificate: "请先用 invoice certificate 登记楼栋的产权证，然后点“重试”。",
    onlyByHand: "这张只能手工开，请点“转手工”。",
    keys: "请管理员配置服务商的密钥，然后点“重试”；着急可以先转手工。",
    lookThere: "请先到服务商后台核对这一张，再决定重试还是转手工登记。",
    limit: "请到电子税务局调整开票额度，然后点“重试”。",
    other: "可以按原内容重试；同样的原因再次失败时请转手工。",
  },
  retried: (no: string) => `${no} 已重新提交，有结果会通知您。`,
  handed: (no: string) => `${no} 已转手工。要填的内容已发给财务；开好后登记号码即可。`,
} as const;
