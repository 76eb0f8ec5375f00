/** What finance hears about vouchers. */
export const VOUCHER_SAY = {
  name: "导出凭证",
  formats: { csv: "通用格式", kingdee: "金蝶", yonyou: "用友" },
  making: (month: string, format: string) =>
    `正在生成${month}的凭证（${format}），做好后文件会单独发给您，一般不到一分钟。`,
  beingMade: (month: string, format: string) => `${month}的凭证（${format}）还在生成，做好就发给您。`,
  failed: (month: string) => `${month}的凭证没有生成成功，请稍后再说一次；还不行请联系系统管理员。`,
  title: (month: string) => `${month}凭证`,
  count: "凭证",
  counted: (all: number, fresh: number) => `${all} 张（本次新增 ${fresh} 张）`,
  debit: "借方合计",
  credit: "贷方合计",
  file: "文件",
  none: (month: string) => `${month}没有可以导出的凭证。`,
  oneMonth: "凭证一次导出一个月，请说明是哪个月，例如“导出9月凭证，金蝶”。",
  unmapped: (month: string) => `${month}的凭证没有导出：有科目或业务还没有对应关系，补上后再说一次即可。`,
  severalBooks: "文件里有多个账套，导入用友时请按“账簿”列分开。",
} as const;
