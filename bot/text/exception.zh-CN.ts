/** What the bot says about statements and differences. */
export const SAY_EXCEPTION = {
  unknown: "没有这条对账差异，或您无权查看。发送“对账”查看待处理的。",
  done: "已处理。",
  waiting: "已提交审批，另一人批准后生效。",
  asking: "已去问微信支付，答复后按答复处理，卡片会自动更新。",
  posting: (debit: string, credit: string, amount: string) => `借 ${debit} 贷 ${credit} ${amount}`,
  claim: {
    found: "收到。有一笔金额相符的待认领款项，已请财务确认，确认后会发收据给您。有转账凭证可以直接发截图给我。",
    notYet: "收到，已记下。目前还没有金额相符的待认领款项，银行流水到后财务会核对。有转账凭证可以直接发截图给我。",
  },
} as const;
