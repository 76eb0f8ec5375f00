/** What is said when papers are handed out. */
export const SAY_DOCUMENTS = {
  title: (month: string) => `${month}账单PDF`,
  billNo: "账单编号",
  amount: "本期合计",
  validUntil: "链接有效至",
  open: "打开PDF账单",
  openPaper: "打开PDF文件",
  openStatement: "打开PDF对账单",
  hint: "点开即可查看、保存或转发给财务；第一次打开需要几秒钟生成。",
  none: "目前没有可以下载的账单。出账后回复“账单PDF”，我就发给您。",
  noneOfPeriod: (period: string) => `没有找到${period}的账单。回复“查账单”可以看看有哪些账单。`,
  more: (count: number) => `共有${count}张账单，这里是最近的几张；要其他月份请说“8月账单PDF”。`,
} as const;
