import { TEXT } from "../../cards/text.zh-CN.ts";

/** What the bot says about who may speak for a tenant, and about personal data. */
export const SAY_PEOPLE = {
  roles: TEXT.roles,
  roleHelp: "负责人：管理同事，可办理一切；财务：缴费、开票；只读：只能查看。",
  scene: {
    askPhone: (park: string) =>
      `您好，这里是${park}。为保护租户信息，请先回复您在园区登记的手机号（11位），我们会发送验证码核实身份。\n随时可回复“取消”。`,
    codeSent:
      "如果该手机号已在园区登记，验证码短信马上就到。请在5分钟内回复6位验证码；没收到可回复“重发”。\n手机号没有登记过的话，请回复“申请加入”，我们会请贵司负责人确认。",
    expired: "这张账单的二维码已经过期了。请扫最近一期账单上的二维码，或回复“绑定”用手机号绑定。",
    forged: "这个二维码不是我们的账单二维码。请扫纸质账单上的二维码，或回复“绑定”用手机号绑定。",
    notYours: "这张账单不在您绑定的企业名下。如果您也负责那家企业，请回复“申请加入”，我们会请对方负责人确认。",
    notYoursAfterBind: "身份已核实。不过您还不是这张账单所属企业的联系人，请回复“申请加入”，我们会请对方负责人确认。",
  },
  askToJoin: {
    askName: "请回复您的姓名和职务，例如“王芳 会计”，我们会转给该企业的负责人确认。",
    badName: "请回复2到20个字的姓名，例如“王芳 会计”；不申请了可回复“取消”。",
    sent: "申请已提交，负责人确认后会在这里通知您。",
    unheard: "申请已记下。现在联系不上该企业的负责人，已请园区管家协助。",
    tooMany: "今天申请的次数太多了，请明天再试，或致电园区服务中心。",
    notice: (tenant: string, name: string) =>
      `“${name}”扫了贵司的纸质账单，申请加入${tenant}查看账单。对方身份未经核实，请确认是贵司同事再同意。`,
    noticeTitle: "同事申请加入",
    approve: (role: string) => `同意：${role}`,
    refuse: "拒绝",
    approved: (name: string, role: string) => `已同意，“${name}”现在是${role}。`,
    refused: (name: string) => `已拒绝“${name}”的申请。`,
    youAreIn: (tenant: string, role: string) =>
      `${tenant}的负责人已同意您的申请，您的权限是“${role}”。回复“查账单”即可开始。`,
    youAreNotIn: "您的加入申请没有通过。如有疑问，请直接联系贵司负责人。",
    stewardNotice: (tenant: string) => `有人扫码申请加入${tenant}，但该企业的负责人都联系不上，请协助核实。`,
  },
  join: {
    howTo: "请回复“加入”和6位邀请码，例如“加入 K7M2QX”。邀请码请向贵司负责人索取。",
    askName: (tenant: string, role: string) => `您被邀请以“${role}”身份加入${tenant}。请回复您的姓名。`,
    confirm: (tenant: string, role: string) => `您被邀请以“${role}”身份加入${tenant}，要加入吗？`,
    yes: "加入",
    badName: "请回复2到20个字的姓名，或回复“取消”。",
    unknown: "这个邀请码不对，或已经用过、过期了。请向贵司负责人再要一个。",
    tooMany: "试的次数太多了，请一小时后再试。",
    already: (tenant: string) => `您已经是${tenant}的联系人了。`,
    done: (tenant: string, role: string) => `已加入${tenant}，您的权限是“${role}”。回复“查账单”即可开始。`,
    declined: "好的，没有加入。",
    ownersHear: (tenant: string, name: string, role: string) => `“${name}”已用邀请码加入${tenant}，权限是“${role}”。`,
  },
  invite: {
    ask: (tenant: string) => `邀请同事加入${tenant}，请选择对方的权限：`,
    again: "请选择“财务”“只读”或“负责人”，或回复“取消”。",
    done: (role: string) => `邀请码已生成，权限“${role}”。请把下面这条转发给同事，24小时内有效，只能用一次：`,
    forward: (tenant: string, code: string) => `请关注我们的公众号，回复“加入 ${code}”，即可查看${tenant}的账单。`,
  },
  members: {
    title: "我的同事",
    you: (name: string) => `${name}（您）`,
    howTo: "回复序号可更改权限或移除；回复“邀请同事”可添加。",
    howToOthers: "只有负责人可以更改。",
    again: (count: number) => `请回复1到${count}之间的序号，或回复“取消”。`,
    act: (name: string, role: string) => `${name}现在是“${role}”。要怎么改？`,
    setTo: (role: string) => `改为${role}`,
    remove: "移除",
    leave: "退出企业",
    actAgain: "请选择改成哪种权限，或“移除”；不改了可回复“取消”。",
    changed: (name: string, role: string) => `好的，${name}现在是“${role}”。`,
    confirmRemove: (name: string) => `移除后，${name}将看不到贵司的任何信息。确定要移除吗？`,
    confirmLeave: "退出后，您将看不到这家企业的任何信息。确定要退出吗？",
    yesRemove: "确认移除",
    yesLeave: "确认退出",
    removed: (name: string) => `已移除${name}。`,
    left: "您已退出这家企业。",
    kept: "好的，没有改动。",
    toldRemoved: (tenant: string) => `您已不再是${tenant}的联系人，以后不会再收到它的账单。如有疑问请联系贵司负责人。`,
    toldRole: (tenant: string, role: string) => `您在${tenant}的权限已改为“${role}”。`,
  },
  privacy: {
    notice:
      "隐私提示：为了核实身份和发送账单，我们会使用您的手机号、姓名和微信标识，不作他用。回复“注销”可随时删除您的信息。",
    link: "隐私说明",
    confirmForget:
      "注销会删除您的手机号、姓名和微信绑定，聊天记录随后清除，您将不再收到账单；账单、收款和发票记录依法保留，不含您的姓名。\n确定请回复“确认注销”；回复其他内容则不注销。",
    yes: "确认注销",
    forgotten: "您的个人信息已删除，聊天记录将在一小时内清除。感谢您一直以来的支持，再见！",
    kept: "好的，您的信息保持不变。",
    stranger: "我们这里没有登记您的信息，不需要注销。",
  },
} as const;
