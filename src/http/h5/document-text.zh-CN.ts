/** Words of the pages around papers. */
export const DOCUMENT_TEXT = {
  expired: {
    title: "链接已过期",
    text: "为了安全，文件链接有时间限制。请回到公众号，回复“账单PDF”获取新链接。",
  },
  tampered: {
    title: "链接不完整",
    text: "这个链接打不开，可能复制时少了一段。请回到公众号，回复“账单PDF”获取新链接。",
  },
  missing: { title: "没有找到文件", text: "这份文件已经不在了。请回到公众号，回复“账单PDF”重新获取。" },
  later: { title: "文件还没准备好", text: "文件正在生成，请过一分钟再打开这个链接。" },
  check: {
    title: "核对单据",
    label: "校验码（单据页脚的12位字母和数字）",
    submit: "核对",
    found: "由我方出具",
    unknown: "没有找到这个校验码。请核对单据上的12位字母和数字；如仍找不到，请联系管家，不要按这份单据付款。",
    kinds: {
      bill: "费用账单",
      receipt: "收据",
      "dunning-letter": "催款函",
      statement: "对账单",
      settlement: "退租结算单",
    },
    kind: "单据",
    entity: "出具方",
    asOf: "数据截至",
    code: "校验码",
    hash: "内容摘要",
    hint: "请再核对单据上的内容摘要与这里是否一致。",
  },
} as const;
