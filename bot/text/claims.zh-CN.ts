/** What the bot says about disputes, promises, statements and paying ahead. */
export const SAY_CLAIMS = {
  viewerOnly: "您的权限是“只读”，不能办理这件事。请联系贵司的负责人或财务。",
  dispute: {
    ask: "您对哪一笔有异议？请回复序号：",
    title: "账单异议",
    again: (count: number) => `请回复1到${count}之间的序号，或说出费用名称，例如“电费”；也可以回复“取消”。`,
    askReason: (label: string, amount: string) =>
      `${label} ${amount}。请简单说说哪里不对，例如“比上个月多了一倍”。选错了可直接说费用名称。`,
    reasonTooShort: "请用几个字说明原因，管家会据此核查；也可以回复“取消”。",
    done: (label: string) =>
      `已登记${label}的异议并通知管家。核查期间这一笔不催缴、不计违约金。想撤销可回复“撤销异议”。`,
    unheard: (label: string) =>
      `已登记${label}的异议。核查期间这一笔不催缴、不计违约金。现在联系不上管家，急事请直接致电园区服务中心。`,
    nothing: "没有可以提出异议的待付费用。对已付清的账单有疑问，请回复“转人工”。",
    notOfBill: "这张账单上没有可以提出异议的待付费用。",
    notice: (tenant: string, name: string, label: string, billNo: string, reason: string) =>
      `${tenant}的${name}对账单 ${billNo} 的${label}提出异议：${reason}`,
    item: (billNo: string, label: string) => `${label} ${billNo}`,
  },
  withdraw: {
    ask: "要撤销哪一笔异议？请回复序号：",
    nothing: "目前没有进行中的异议。",
    done: (label: string) => `${label}的异议已撤销，这一笔恢复正常计费。`,
    notice: (tenant: string, name: string, label: string, billNo: string) =>
      `${tenant}的${name}撤销了对账单 ${billNo} ${label}的异议。`,
    outcome: "租户撤销",
  },
  promise: {
    title: "承诺付款",
    askDate: (amount: string) => `目前逾期${amount}。您打算哪天付？例如“下周五”“9月15日”。`,
    badDate: "我没看懂日期。请回复一个日期，例如“9月15日”“下周五”；也可以回复“取消”。",
    confirm: (date: string, amount: string) =>
      `登记：${date}前付${amount}。在那之前我们不再提醒，违约金照常计算。确认吗？`,
    all: (amount: string) => `全部逾期款${amount}`,
    yes: "确认",
    otherDay: "换个日期",
    done: (date: string) => `已登记，谢谢！请在${date}前付款；到期未付会恢复提醒。`,
    nothingOverdue: "目前没有逾期的账单，不需要登记付款日。",
    dueLater: (date: string) => `您的账单还没到期，最晚付款日是${date}，在那之前付款即可。`,
    notice: (tenant: string, name: string, date: string, amount: string) =>
      `${tenant}的${name}承诺在${date}前付${amount}。`,
  },
  statement: {
    title: (period: string) => `${period}对账单`,
    opening: "期初待付",
    openingCredit: "期初结余",
    billed: "本期出账",
    lateFee: "本期违约金",
    waived: "本期减免",
    paid: "本期已付",
    closing: "期末待付",
    closingCredit: "期末结余",
    bill: (date: string, billNo: string) => `${date} 账单 ${billNo}`,
    receipt: (date: string, receiptNo: string) => (receiptNo === "" ? `${date} 期初预存` : `${date} 收款 ${receiptNo}`),
    waiver: (date: string) => `${date} 减免`,
    relief: (date: string, billNo: string) => `${date} 费用减免 ${billNo}`,
    offset: "本期押金抵扣",
    offsetEntry: (date: string) => `${date} 押金抵扣`,
    more: (count: number) => `只列出最近10笔，共${count}笔。`,
    through: (date: string) => `数字算到${date}。`,
    none: (period: string) => `${period}没有账单和收款往来。`,
    future: "还没到那个月份，请换一个月份。",
  },
  claim: {
    title: "认领转账",
    askAmount: "转了多少钱？请回复金额，例如“5000”，我请财务核对；也可以先把转账凭证的截图发来。",
    amountAgain: "请回复转账的金额，例如“5000”；也可以回复“取消”。",
    slipFirst: "凭证收到了。转了多少钱？请回复金额，例如“5000”。",
    arrived: (amount: string, date: string) =>
      `${amount}已在${date}到账，不用再认领。如果您说的是另一笔，请说明日期，例如“昨天转的${amount}”。`,
    found: (amount: string) =>
      `收到。有一笔金额相符的待认领款项（${amount}），已请财务确认，确认后会发收据给您。有转账凭证可以直接发截图给我。`,
    notYet: (amount: string) =>
      `收到，${amount}已记下。银行流水到后财务会核对，核对到了会通知您。有转账凭证可以直接发截图给我。`,
    askDetails: (amount: string) =>
      `收到，${amount}已记下。哪天转的、付款户名是什么？告诉我一下，财务查得更快；有转账凭证可以直接发截图给我。`,
    today: "今天",
    yesterday: "昨天",
    unclear: "不清楚",
    added: "好的，已补充给财务。核对到了会通知您。",
    keptAsIs: "好的，财务会按已记下的核对，核对到了会通知您。",
    left: "好的。您说的转账已记下，财务会核对，核对到了会通知您。",
  },
  prepay: {
    title: "预存费用",
    ask: "想预存多少钱？请回复金额，例如“5000”。",
    again: "请回复一个金额（¥1.00到¥1,000,000.00），例如“5000”；也可以回复“取消”。",
    linkHint: (amount: string) => `预存${amount}。先抵扣待付账单，余下的存为预存款，下次出账自动抵扣。`,
    pay: "去预存",
    transferHint: (amount: string) =>
      `预存${amount}请用银行转账，附言写“预存”。到账后先抵扣待付账单，余下的存为预存款。账户如下：`,
    nobody: "没有找到可以收款的合同主体，请回复“转人工”。",
  },
} as const;
