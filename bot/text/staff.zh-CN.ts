/** Everything the bot says to the staff around the cards. */
export const STAFF_SAY = {
  stranger: "您不在本系统的在职员工名单里，我不能在这里为您办理。请联系系统管理员登记或恢复您的账号。",
  unknown: "抱歉，我没有听懂。您可以回复“待审批”“欠费名单”或“帮助”。",
  notBuilt: (what: string) => `“${what}”暂时还不能在这里办理，请先在后台命令行办理，或联系系统管理员。`,
  notAllowed: (what: string) => `您的角色不能办理“${what}”，请联系负责的同事。`,
  tenantButton: "这个按钮是给租户的，员工不能代为点击。",
  handoff: "您正在员工端，这里由系统直接办理。需要帮助请回复“帮助”或联系系统管理员。",
  onlyWords: "我现在只能看懂文字消息。您可以回复“待审批”或“帮助”。",
  approvals: {
    rejectTitle: "驳回审批",
    askReason: (number: string) => `请回复驳回 ${number} 的理由（一句话即可）；不驳回了可回复“取消”。`,
    nothingWaits: "目前没有等您处理的审批。",
    waitingTitle: (count: number) => `等您处理的审批（${count}）`,
    askedTitle: (count: number) => `您发起的审批（${count}）`,
    unknown: "没有找到这份审批单，请检查编号，或回复“待审批”查看您要处理的审批。",
    agreed: (number: string) => `已记录您的同意，${number} 还需要下一位审批人。`,
    approved: (number: string) => `审批单 ${number} 已通过并已执行。`,
    rejected: (number: string) => `已驳回审批单 ${number}，理由已告知申请人。`,
    cancelled: (number: string) => `审批单 ${number} 已撤回。`,
    impossible: (number: string, why: string) => `您的同意已记录，但 ${number} 已无法执行，审批单已失效：${why}`,
    forwarded: "这张卡片是发给另一位同事的，转发的卡片不能审批。请回复“待审批”查看您自己的审批。",
  },
} as const;
