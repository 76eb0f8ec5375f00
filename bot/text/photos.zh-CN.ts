/** What is said about photos that people send as evidence. */
export const SAY_PHOTO = {
  taken: "照片已收到，谢谢。",
  slipTaken: "照片已收到，和您认领的款项放在一起，财务确认后会通知您。",
  lost: {
    "transfer-claim": {
      expired: "抱歉，您刚才发的转账凭证照片没能保存下来。麻烦再发一次，直接发图片就行。",
      "too-large": "您发的转账凭证图片太大了（超过10MB）。麻烦再发一次，发送时不要勾选“原图”。",
      "no-image": "您发的转账凭证不是能打开的图片。麻烦截屏或拍照后再发一次。",
    },
    "task-note": {
      expired: "您刚才发的现场照片没能保存下来，麻烦再发一次，会自动放回原来的任务里。",
      "too-large": "您发的现场照片太大了（超过10MB）。麻烦再发一次，发送时不要勾选“原图”。",
      "no-image": "您发的现场照片不是能打开的图片。麻烦重新拍一张再发。",
    },
    reading: {
      expired: "抱歉，您刚才发的表盘照片没能保存下来。麻烦再发一次，直接发图片就行。",
      "too-large": "您发的表盘照片太大了（超过10MB）。麻烦再发一次，发送时不要勾选“原图”。",
      "no-image": "您发的表盘照片不是能打开的图片。麻烦重新拍一张再发。",
    },
  },
  slipKeptTitle: "转账凭证",
  slipKept: (tenant: string, amount: string) => `${tenant}为${amount}的待认领款项发来了转账凭证。`,
  open: "看照片",
  openOn: (date: string) => `照片 ${date}`,
  slipsTitle: (amount: string) => `${amount} 的转账凭证`,
  slipsOf: (tenants: readonly string[]) => `由${tenants.join("、")}发来。链接只有有权限的同事能打开。`,
  noSlips: "这笔差异没有转账凭证。",
} as const;
