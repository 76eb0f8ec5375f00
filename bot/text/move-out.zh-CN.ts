/** What the bot says about moving out (退租). */
export const SAY_MOVE_OUT = {
  title: "退租登记",
  reason: "租户提出退租",
  unknown: "没有找到这份退租结算，请检查编号。",
  viewerOnly: "退租和结算单要由贵司的负责人或财务办理。",
  notYourRole: "退租结算由管家或区域经理办理，您的角色不能办理。",
  noLease: "没有可以退租的合同。",
  none: "目前没有办理中的退租。要退租请发送“我要退租”。",
  noneForStaff: "您的园区目前没有办理中的退租。登记请发送“退租 合同编号 退租日 原因”。",
  askLease: "要退哪一份合同？",
  lease: (code: string, units: readonly string[], end: string) => `${code}（${units.join("、")}，${end}到期）`,
  askDay: (code: string, end: string) => `合同 ${code} 到 ${end} 为止。您打算住到哪一天？例如“10月31日”。`,
  badDay: "没看懂日期，请这样发送：10月31日。",
  confirm: (code: string, day: string) => `请确认：合同 ${code} 退租，最后一天是 ${day}。`,
  confirmEarly: (code: string, day: string, end: string) =>
    `请确认：合同 ${code} 提前退租，最后一天是 ${day}（原到期日 ${end}）。提前退租要园区审批，押金按合同约定处理。`,
  yes: "确认退租",
  otherDay: "改日期",
  done: (number: string, day: string) => `已登记 ${day} 退租（${number}），管家会联系您交接和抄表。`,
  early: "提前退租要园区审批，结果会通知您。",
  askObjection: "哪里不对？请说明，例如“电费度数不对”“押金应全额退”。管家会核实后重新出单。",
  objectionTitle: "结算单异议",
  objected: (lines: number) =>
    lines > 0
      ? `已记录您的异议，${lines} 笔未付费用暂停计违约金和催缴。管家会联系您，核实后重新出结算单。`
      : "已记录您的异议，管家会联系您，核实后重新出结算单。",
  objectionTooShort: "请再说具体一点，方便管家核实。",
  confirmed: "已确认结算单，押金已抵扣未付费用。",
  refundsAsked: (numbers: readonly string[]) => `余款退款已发起：${numbers.join("、")}，审批后付款，到账会通知您。`,
  accountMissing: "余款要转到银行账户。请发送“退款账户 户名，开户行，账号”。",
  nothingBack: "没有要退的余款。",
  accountSaved: (numbers: readonly string[]) =>
    numbers.length > 0 ? `账户已登记，退款已发起：${numbers.join("、")}。` : "账户已登记。",
  did: (steps: readonly string[]) =>
    steps.length === 0 ? "现在没有可以直接办理的步骤。" : `已完成：${steps.join("、")}。`,
  forfeitAsked: (amount: string, number: string) => `没收押金 ${amount} 已送审（${number}）。`,
  cancelled: (number: string) => `已取消退租 ${number}。`,
  listItem: (number: string, lease: string) => `${number} ${lease}`,
  list: "办理中的退租",
  help: "登记：退租 合同编号 退租日 原因；查看：退租进度 TZ-编号；办理：继续退租 TZ-编号；扣押金：没收押金 TZ-编号 金额 原因；纸质签字：纸质确认 TZ-编号；取消：取消退租 TZ-编号。",
} as const;
