/** What is said about dunning and tasks outside the cards. */
export const SAY_DUNNING = {
  mailSubject: (tenant: string, title: string) => `${tenant} ${title}`,
  mail: (of: {
    readonly personName: string;
    readonly tenantName: string;
    readonly amount: string;
    readonly dueDate: string;
    readonly isOverdue: boolean;
    readonly links: readonly { readonly entityName: string; readonly amount: string; readonly payUrl: string }[];
    readonly hasLetter: boolean;
  }) =>
    [
      `${of.personName}，您好！`,
      "",
      of.isOverdue
        ? `${of.tenantName}有账单逾期未付，共${of.amount}，最早到期日${of.dueDate}。`
        : `${of.tenantName}有账单将于${of.dueDate}到期，共${of.amount}。`,
      ...of.links.map(({ entityName, amount, payUrl }) => `付给${entityName} ${amount}：${payUrl}`),
      ...(of.hasLetter ? ["", "附件是催款函，写明了逐笔金额和付款方式。"] : []),
      "",
      "已付款请忽略本邮件，到账后提醒自动停止。对金额有疑问或需要约定付款日，请在微信公众号里直接回复；本邮件由系统发出，请勿回复。",
      "",
    ].join("\n"),
} as const;
