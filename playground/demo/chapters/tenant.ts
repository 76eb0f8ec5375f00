import { readableText } from "../../official-account/chat.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;

/** Chapter 2: the bill arrives, 陈志强 asks for it, pays it through WeChat Pay, and the receipt comes back. */
export async function tenantPays(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wechatPay } = stage.playground;
  const chen = officialAccount.user("oDemoOpenId101");
  const name = "陈志强";
  print.chapter("第二章 租户在公众号里查账单、付款");
  await print.step("电子账单已送达", async () => {
    const bill = await chen.waitForMessage((message) => message.channel === "template", WAIT_MS);
    print.chat(name, bill);
  });
  await print.step("查账单", async () => {
    const seen = chen.messages.length;
    print.says(name, "查账单");
    await chen.say("查账单");
    const answer = await chen.waitForMessage(() => true, WAIT_MS, seen);
    print.chat(name, answer);
    if (!/¥[\d,]+\.\d\d/.test(readableText(answer))) throw new Error("回复里没有金额");
  });
  const link = await print.step("缴费", async () => {
    const seen = chen.messages.length;
    print.says(name, "缴费");
    await chen.say("缴费");
    const answer = await chen.waitForMessage((message) => /\/h5\/pay/.test(linkOf(message)), WAIT_MS, seen);
    print.chat(name, answer);
    return linkOf(answer);
  });
  if (link === undefined) return;
  const codeUrl = await print.step("打开收银台，生成微信支付订单", () => openCashier(link));
  if (codeUrl === undefined) return;
  await print.step(
    "扫码付款；微信的通知第一次丢失，之后来了三遍",
    async () => {
      const seen = chen.messages.length;
      wechatPay.notifications.dropNext(1);
      wechatPay.notifications.duplicateNext(3);
      const paid = wechatPay.pay(codeUrl, "oDemoOpenId101");
      if (paid.state !== "paid") throw new Error(paid.reason);
      const receipt = await chen.waitForMessage((message) => /收据|实收/.test(readableText(message)), WAIT_MS, seen);
      print.chat(name, receipt);
      await wechatPay.notifications.settled();
      const receipts = chen.messages.slice(seen).filter((message) => /收据编号/.test(readableText(message)));
      if (receipts.length !== 1) throw new Error(`收据发了 ${receipts.length} 次`);
      return paid;
    },
    (paid) => `订单 ${paid.outTradeNo}，只入账一次，只通知一次`,
  );
}

/** The first cashier link in a message: as an anchor in a text, or as the address behind a template. */
function linkOf(message: { readonly type: string } & Parameters<typeof readableText>[0]): string {
  const text = message.type === "template" ? (message.url ?? "") : readableText(message);
  return /https?:\/\/[^"\s<>]+\/h5\/pay\?t=[\w-]+/.exec(text)?.[0] ?? "";
}

/** What a browser outside WeChat does: opens the page, sends its form, and shows the QR code of the order. */
async function openCashier(link: string): Promise<string> {
  const page = await fetch(link);
  const html = await page.text();
  if (!page.ok) throw new Error(`收银台返回 ${page.status}`);
  const form = new URLSearchParams();
  for (const [field] of html.matchAll(/<input[^>]*>/g)) {
    const key = /name="([^"]+)"/.exec(field)?.[1];
    const value = /value="([^"]*)"/.exec(field)?.[1];
    if (key !== undefined) form.set(key, value ?? "");
  }
  const cookie = (page.headers.getSetCookie?.() ?? []).map((one) => one.split(";")[0]).join("; ");
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1];
  const target = new URL(action === undefined || action === "" ? link : action.replaceAll("&amp;", "&"), link);
  const ordered = await fetch(target, { method: "POST", body: form, headers: cookie === "" ? {} : { cookie } });
  const order = await ordered.text();
  const codeUrl = /data-code-url="([^"]+)"/.exec(order)?.[1] ?? /weixin:\/\/wxpay\/bizpayurl[^"<\s]+/.exec(order)?.[0];
  if (codeUrl === undefined) throw new Error(`订单页里没有付款码（${ordered.status}）`);
  return codeUrl.replaceAll("&amp;", "&");
}
