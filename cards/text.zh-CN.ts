import type { CardAction } from "./action.ts";
import { TASK_CARD_TEXT } from "./dunning-text.zh-CN.ts";
import { WISH_NAMES } from "./wish-names.zh-CN.ts";

/** Every word on our cards. What the bot says around them is in bot/text/zh-CN.ts. */
export const TEXT = {
  resent: "（重发：如果刚才已经收到，请忽略这一条。）",
  /** The grey button of a card that needs nobody any more. */
  closed: "已处理",
  outcomeLabel: "处理结果",
  outcome: (outcome: string) => `处理结果：${outcome}`,
  generalNotice: { title: "园区消息", see: "您有一条新消息，请回到公众号查看" },
  bill: {
    title: (month: string) => `${month}账单`,
    owed: "应付合计",
    overdue: (days: number) => `已逾期${days}天`,
    billNo: "账单编号",
    tenant: "租户",
    period: "账期",
    issueDate: "出账日期",
    dueDate: "最晚付款",
    lateFee: "逾期违约金",
    paid: "已付",
    settled: "这张账单已结清，感谢您！",
    estimatedLateFee: (date: string) => `违约金算到${date}，付清当天即停止计算。`,
    show: "查看明细",
    pay: "立即缴费",
    dispute: "有疑问",
    amount: "应付金额",
  },
  billList: {
    title: "待付账单",
    total: "待付合计",
    none: "您目前没有待付账单，一切都好。",
    item: (name: string, dueDate: string) => `${name}（${dueDate}前）`,
    overdueItem: (name: string) => `${name}（已逾期）`,
    settledItem: (name: string) => `${name}（已结清）`,
    name: (month: string) => `${month}账单`,
    /** Where one month has several bills: "9月账单 00001". */
    numberedName: (monthOfYear: number, billNoEnd: string) => `${monthOfYear}月账单 ${billNoEnd}`,
    payAll: "全部缴费",
    count: "账单数",
    countValue: (count: number) => `${count}张`,
  },
  paymentLink: {
    title: "请确认缴费",
    amount: "本次应付",
    bills: "账单编号",
    manyBills: (first: string, count: number) => `${first} 等${count}张`,
    validUntil: "链接有效至",
    pay: "微信支付",
    hint: "金额以打开页面时为准；付款成功后收据会发到这里。",
    payee: "收款方",
  },
  receipt: {
    title: "已收到您的付款",
    amount: "实收金额",
    receiptNo: "收据编号",
    date: "到账日期",
    method: "付款方式",
    prepayment: "转入预存款",
    stillOwed: (amount: string) => `还有${amount}待付，方便时再付即可。`,
    allPaid: "账单已全部结清，谢谢您！",
    pdf: "收据PDF",
    show: "查看收据",
    tenant: "租户",
  },
  bind: {
    title: "绑定您的企业",
    needed: "绑定后即可在这里查账单、缴费、拿收据，大约需要一分钟。",
    start: "开始绑定",
    doneTitle: "绑定成功",
    done: (name: string) => `您好，${name}，以后账单会发到这里。`,
    doneNoName: "以后账单会发到这里。",
    tenant: "租户",
    project: "园区",
  },
  menu: {
    title: "我能帮您做这些",
    greeting: (name: string) => `${name}，您好！点一下，或直接打字告诉我：`,
    stranger: "您好！绑定企业后即可查账单和缴费。",
    bills: "查账单",
    pay: "缴费",
    bind: "绑定企业",
    handoff: "转人工",
    tail: "也可以直接打字告诉我。",
  },
  roles: { owner: "负责人", finance: "财务", viewer: "只读" },
  list: {
    open: "查看详情",
    more: (count: number) => `…共${count}项`,
    left: (count: number) => `…还有${count}项，点开查看`,
    sayInstead: (phrases: readonly string[]) => `回复${phrases.map((phrase) => `“${phrase}”`).join("、")}，我来办`,
  },
} as const;

/** What a person types to get the same as by the button, so that every card also works where buttons do not exist. */
export function actionPhrase(action: CardAction): string {
  switch (action.type) {
    case "bill.show":
      return `查账单 ${action.billNo}`;
    case "wish":
      return WISH_NAMES[action.intent];
    case "bill.list":
      return "查账单";
    case "bill.explain":
      return `账单 ${action.billNo} 第${action.position + 1}笔怎么算的`;
    case "pay":
      return `缴费 ${action.billNo}`;
    case "pay.all":
      return "缴费";
    case "bind.start":
      return "绑定";
    case "help":
      return "帮助";
    case "handoff":
      return "转人工";
    case "answer":
      return action.value;
    case "join.decide":
      return action.decision === "refuse"
        ? `拒绝加入 ${action.code}`
        : `同意加入 ${action.code} ${TEXT.roles[action.decision]}`;
    case "approval.decide":
      return `${action.decision === "approve" ? "同意" : "驳回"} ${action.number}`;
    case "approval.show":
      return `查 ${action.number}`;
    case "approval.cancel":
      return `撤回 ${action.number}`;
    case "approval.list":
      return "待审批";
    case "delegation.revoke":
      return `收回委托 ${action.id}`;
    case "invoice.start":
      return "开发票";
    case "invoice.retry":
      return `重试 ${action.orderNo}`;
    case "invoice.by-hand":
      return `转手工 ${action.orderNo}`;
    case "receipt.pdf":
      return `收据PDF ${action.receiptNo}`;
    case "refund.lift":
      return `解除暂扣 ${action.refundNo}`;
    case "exception.show":
      return `差异 ${action.id}`;
    case "exception.slips":
      return `凭证 ${action.id}`;
    case "exception.resolve":
      return `处理差异 ${action.id} ${action.version}.${action.choice + 1}`;
    case "move-out.show":
      return `退租进度 ${action.number}`;
    case "move-out.confirm":
      return `确认结算单 ${action.number}`;
    case "move-out.object":
      return `结算单有异议 ${action.number}`;
    case "move-out.continue":
      return `继续退租 ${action.number}`;
    case "bill.dispute":
      return `账单 ${action.billNo} 有异议`;
    case "line.dispute":
      return `账单 ${action.billNo} 第${action.position + 1}笔有异议`;
    case "task.show":
      return `任务 ${action.number}`;
    case "task.result":
      return `任务 ${action.number} ${TASK_CARD_TEXT.results[action.result]}`;
    case "task.collect":
      return `收款码 ${action.number}`;
    default:
      return action satisfies never;
  }
}
