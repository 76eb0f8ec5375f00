/** What finance hears about vouchers. */
export const VOUCHER_SAY = {
  name: "导出凭证",
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
