import type { ChatList } from "../../src/usecases/reports/report-lists.ts";

/** Reports and lists, as the staff reads them in the chat. */
export const REPORT_SAY = {
  names: {
    arrears: "欠费清单",
    receipts: "收款明细",
    aging: "账龄分析",
    collection: "收缴率",
    forecast: "回款预测",
  } satisfies Readonly<Record<ChatList, string>>,
  title: (name: string, place: string, months: string) => [place, months, name].filter((part) => part !== "").join(" "),
  export: (what: string) => `回复“导出${what}”得到 Excel 文件。`,
  exported: (name: string, rows: number) => `${name}共 ${rows} 行，文件随后发给您。`,
  exportedNone: (name: string) => `${name}没有任何记录，没有可导出的内容。`,
  collection: {
    rate: "收缴率",
    billed: "应收",
    received: "已收",
    relieved: "减免核销",
    open: "未收",
    value: (rate: string, open: string) => `${rate} 未收${open}`,
    note: "应收为该月账单的本金（不含押金和违约金，更正后），已收含预收抵扣，截至现在。",
    none: (months: string) => `${months}没有账单。`,
  },
  aging: {
    total: "应收合计",
    notDue: "未到期",
    days30: "1–30天",
    days60: "31–60天",
    days90: "61–90天",
    older: "90天以上",
    value: (overdue: string) => `逾期${overdue}`,
    more: (count: number) => `另有 ${count} 家，导出可看全部。`,
    note: "本金加已计提的违约金，不含押金；按到期日到今天的天数。",
    none: "没有未收的应收款。",
  },
  forecast: {
    total: "未来90天预计到账",
    days30: "30天内",
    days60: "31–60天",
    days90: "61–90天",
    promised: "其中已承诺",
    notBilled: "其中未出账",
    late: "另有拖欠",
    how: "算法：租户承诺了日期的按承诺日；其余按到期日加该租户近12个月付款的延迟天数（中位数，没有付过款的用全体中位数）；未出账的月份按合同近三个月平均金额、同一天到期估计；按惯例早该到账的拖欠款和有争议的不计入。",
    none: "没有可预测的款项。",
  },
} as const;
