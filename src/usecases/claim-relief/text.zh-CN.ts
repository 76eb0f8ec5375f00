/** The words of requests to give up a claim, on cards and in refusals. */
export const RELIEF_TEXT = {
  titles: {
    waiver: { principal: "费用减免申请", "late-fee": "违约金减免申请" },
    "write-off": { principal: "坏账核销申请", "late-fee": "违约金核销申请" },
  },
  tenant: "租户",
  bill: "账单",
  charge: "费用",
  chargeOf: (charge: string, from: string) => `${charge}（${from}起）`,
  open: { principal: "未付本金", "late-fee": "未付违约金" },
  notYours: "您的角色或负责的园区、楼栋不能为这笔费用申请减免或核销，请联系负责的同事。",
  deposit: "押金不是收入，不能减免或核销；不收的押金请改合同。",
  outOfRange: {
    principal: (open: string) => `该费用未付 ${open}，减免或核销的金额须大于零且不超过它。`,
    "late-fee": (open: string) => `该费用未付的违约金为 ${open}，减免金额须大于零且不超过它。`,
  },
} as const;
