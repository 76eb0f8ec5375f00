/** What stands in a refund's approval document: the facts are stored with it, as they were when it was asked for. */
export const REFUND_WORDS = {
  title: "退款申请",
  unknownPayer: "付款人未知",
  facts: {
    tenant: "租户",
    what: "退什么",
    entity: "付款主体",
    payment: "原收款",
    route: "退到",
    owed: "当前欠费",
    refundNo: "退款单号",
  },
  channels: { wechat: "微信支付", bank: "银行转账", cash: "现金", pos: "刷卡（POS）" },
  sources: { prepayment: "未使用的预存款", deposit: "押金", unclaimed: "待认领款项" },
  lineEffects: {
    credit: (billNo: string, charge: string) => `账单 ${billNo} ${charge} 已付的款，同时红冲这笔费用`,
    reopen: (billNo: string, charge: string) => `账单 ${billNo} ${charge} 已付的款，批准后这笔费用重新变为未付`,
  },
  routes: {
    wechat: "原路退回微信支付",
    bank: (holder: string, bank: string, tail: string) => `银行转账：${holder} ${bank} 尾号${tail}`,
  },
} as const;
