/** What stands on the card of an issued invoice. */
export const INVOICE_TEXT = {
  title: "发票已开出",
  tenant: "租户",
  number: "发票号码",
  date: "开票日期",
  amount: "价税合计",
  seller: "销售方",
  download: "下载发票",
  noFile: "文件随后发送，也可以在电子税务局的“发票查询”中下载。",
} as const;
