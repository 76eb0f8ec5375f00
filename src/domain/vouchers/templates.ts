/**
 * The summaries (摘要) of vouchers, by event of the ledger. An event without one is not exported: whoever posts a new kind
 * of event names it here. The version grows when a text changes; vouchers that are written keep theirs.
 */
export const TEMPLATE_VERSION = 1;

export const SUMMARIES: ReadonlyMap<string, string> = new Map([
  ["opening.receivable", "期初应收"],
  ["opening.prepayment", "期初预收"],
  ["opening.deposit", "期初押金"],
  ["bill.issued", "确认应收"],
  ["correction.credited", "应收更正冲抵"],
  ["pool.operator-share", "公摊自担"],
  ["deferral.released", "递延收入结转"],
  ["late-fee.accrued", "计提违约金"],
  ["late-fee.waived", "减免违约金"],
  ["late-fee.restored", "恢复违约金"],
  ["claim.waived", "减免应收"],
  ["claim.written-off", "坏账核销"],
  ["claim.bank-fee", "银行手续费冲抵应收"],
  ["receipt.recorded", "收款"],
  ["receipt.unclaimed", "收到待认领款"],
  ["receipt.claimed", "认领款项"],
  ["receipt.undone", "撤销收款"],
  ["allocation.released", "核销转预收"],
  ["prepayment.applied", "预收抵应收"],
  ["deposit.offset", "押金抵应收"],
  ["deposit.forfeited", "没收押金"],
  ["refund.approved", "应退款"],
  ["refund.paid", "支付退款"],
  ["refund.returned", "退款撤回"],
  ["channel.channel-fee", "支付渠道手续费"],
  ["channel.channel-settled", "支付渠道结算到账"],
  ["channel.bank-fee", "银行手续费"],
  ["channel.pos-settled", "刷卡收款结算到账"],
  ["channel.pos-fee", "刷卡手续费"],
  ["channel.suspended", "渠道不明支出挂账"],
  ["channel.bank-suspended", "银行不明支出挂账"],
  ["cash.difference", "现金盘点差异"],
]);
