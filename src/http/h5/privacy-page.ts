import { type Html, html } from "./html.ts";
import type { Page } from "./page.ts";

const TEXT = {
  title: "隐私说明",
  sections: [
    {
      heading: "我们用哪些信息",
      text: "手机号、姓名、邮箱（如有登记）、微信公众号标识，以及您在公众号里和我们的对话。支付由微信支付完成，我们不经手您的银行卡号。",
    },
    {
      heading: "用来做什么",
      text: "核实您是哪家企业的联系人，发送账单、收据和提醒，回答您的问题，办理缴费、异议等事项。不用于营销，不提供给无关的第三方。",
    },
    {
      heading: "怎么保存",
      text: "手机号加密保存。账单、收款、发票和操作记录按会计和税务法规保存，其中不含您的姓名和手机号。",
    },
    {
      heading: "您可以怎么做",
      text: "回复“解绑”，不再在微信上收到账单；回复“注销”，删除您的手机号、姓名、微信绑定和聊天记录；回复“转人工”，由管家处理其他请求。",
    },
  ],
} as const;

/** What we do with personal data. The same for everybody, so it needs no link of its own. */
export const privacyPage: Page = {
  title: TEXT.title,
  body: html`<h1>${TEXT.title}</h1>
${TEXT.sections.map(
  ({ heading, text }): Html => html`<section class="card"><h2>${heading}</h2><p class="soft">${text}</p></section>`,
)}`,
};
