import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";

/** What is said to the staff about tasks and arrears. */
export const SAY_TASK = {
  noteTitle: "登记任务结果",
  noTasks: "没有待办任务。",
  unknown: (number: string) => `没有找到任务 ${number}，或者它不在您负责的范围里。`,
  askDate: (number: string) => `${number}：租户承诺哪天付款？例如“9月20日”或“下周五”。`,
  badDate: "请说付款日，例如“9月20日”；不登记请回复“取消”。",
  askVisit: (number: string) => `${number}：请说一句现场情况，或直接发一张照片。`,
  askLine: (number: string) => `${number}：租户对哪一项有争议？请回复序号。`,
  askReason: (number: string) => `${number}：租户说哪里不对？请写一句原因。`,
  nothingToDispute: (tenant: string) => `${tenant}没有可以登记争议的未付费用。`,
  done: {
    unreachable: "已登记：联系不上。系统会换渠道提醒，三天没有进展会上报区域经理。",
    promised: (date: string) => `已登记：承诺${date}付款。到那天之前不再催，违期次日继续。`,
    disputed: (who: string | undefined) =>
      who === undefined
        ? "已登记争议，这一项停止催缴和违约金；还没有人负责核实，请告知区域经理。"
        : `已登记争议，这一项停止催缴和违约金，已交给${who}核实。`,
    visited: "已登记：已上门。",
    visitedWithPhoto: "照片已收到，已登记：已上门。",
    paidWaiting: (amount: string) =>
      `已登记。账上还有${amount}没有到账，款到后任务自动关闭；银行转账请让租户写明附言。`,
    paid: "账上已经付清，任务已关闭。",
    note: "已记下。",
  },
  reassigned: (number: string, who: string) => `${number} 已转给${who}。`,
  finished: (number: string) => `${number} 已完成。`,
  whichTenant: "请说明是哪一户，例如“华星电子联系不上”。",
  tenantUnknown: (words: string) => `您负责的范围里没有“${words}”。`,
  tenantsMany: (names: readonly string[]) => `有几户都像：${names.join("、")}。请说全名或编号。`,
  noTaskOf: (tenant: string) => `${tenant}没有进行中的任务。`,
  arrearsTitle: (count: number) => `欠费 ${count} 户`,
  arrearsNone: "没有逾期的租户。",
  arrearsOf: (tenant: string, fen: Fen, days: number, disputedFen: Fen) =>
    fen === 0n
      ? `${tenant}没有要催的逾期款${disputedFen > 0n ? `，另有${formatYuan(disputedFen)}有争议` : ""}。`
      : `${tenant}逾期${formatYuan(fen)}，最早的已逾期${days}天${disputedFen > 0n ? `；另有${formatYuan(disputedFen)}有争议` : ""}。`,
  notOverdue: (tenant: string) => `${tenant}没有逾期的账单。`,
  sum: "合计",
  more: (count: number) => `另有 ${count} 户，请说明楼栋或天数，例如“B栋逾期30天以上”。`,
  collectTitle: (tenant: string) => `${tenant} 收款码`,
  collect: "打开后把屏幕给对方，用微信扫一扫付款；到账后收据会立即发给租户，您也会收到通知。",
  collectTo: (entity: string, fen: Fen) => `${entity} ${formatYuan(fen)}`,
  collectNone: (tenant: string) => `${tenant}现在没有要付的账单。`,
  historyTitle: (tenant: string) => `${tenant} 催缴记录`,
  historyNone: (tenant: string) => `${tenant}没有催缴记录。`,
  history: {
    said: {
      remind: "到期提醒",
      notice: "逾期提醒",
      "steward-task": "逾期缴费通知",
      "formal-notice": "催款函",
      escalate: "最后通知",
    },
    ways: { "official-account": "公众号", sms: "短信", email: "邮件" } as Readonly<Record<string, string>>,
    fates: {
      pending: "待发送",
      claimed: "发送中",
      accepted: "已发出",
      delivered: "已送达",
      undelivered: "未送达",
      refused: "被拒收",
      unknown: "不确定是否送达",
      later: "未发出",
      withheld: "已扣下",
      withdrawn: "已撤回",
    } as Readonly<Record<string, string>>,
    noWay: "没有联系方式",
    task: (title: string, number: string, who: string | null) => `${title} ${number}${who === null ? "" : ` → ${who}`}`,
    promise: (date: string) => `租户承诺${date}付款`,
    closed: (number: string, reason: string) =>
      `${number} ${({ paid: "已付清", done: "已完成", settled: "已了结" } as Readonly<Record<string, string>>)[reason] ?? reason}`,
    held: (date: string, reason: string, who: string) => `到${date}不催：${reason}（${who}）`,
    lifted: (who: string) => `恢复催缴（${who}）`,
    photo: "（有照片）",
  },
  unreachedTitle: (count: number) => `未送达 ${count} 户（近30天）`,
  unreachedNone: "近30天的催缴都送到了。",
  noWays: "没有任何联系方式",
} as const;
