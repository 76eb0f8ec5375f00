import { type ChatMessage, readableText } from "../../official-account/chat.ts";
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
    // One bill of each legal entity that he has to do with.
    const isBill = (message: ChatMessage) => message.channel === "template";
    await chen.waitForMessage(() => chen.messages.filter(isBill).length === 2, WAIT_MS);
    for (const bill of chen.messages.filter(isBill)) print.chat(name, bill);
  });
  await print.step("查账单", async () => {
    const seen = chen.messages.length;
    print.says(name, "查账单");
    await chen.say("查账单");
    const answer = await chen.waitForMessage((message) => message.channel !== "template", WAIT_MS, seen);
    print.chat(name, answer);
    if (!/¥[\d,]+\.\d\d/.test(readableText(answer))) throw new Error("回复里没有金额");
  });
  const link = await print.step("缴费", async () => {
    const seen = chen.messages.length;
    print.says(name, "缴费");
    await chen.say("缴费");
    const answer = await chen.waitForMessage((message) => linkOf(message) !== "", WAIT_MS, seen);
    print.chat(name, answer);
    return linkOf(answer);
  });
  if (link === undefined) return;
  const codeUrl = await print.step("打开收银台，生成微信支付订单", () => openCashier(stage, link));
  if (codeUrl === undefined) return;
  await print.step(
    "扫码付款；微信的通知第一次丢失，之后来了三遍",
    async () => {
      const seen = chen.messages.length;
      wechatPay.notifications.dropNext(1);
      wechatPay.notifications.duplicateNext(3);
      const paid = wechatPay.pay(codeUrl, "oDemoOpenId101");
      if (paid.state !== "paid") throw new Error(paid.reason);
      const receipt = await chen.waitForMessage((message) => /收据编号/.test(readableText(message)), WAIT_MS, seen);
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

/** What a browser outside WeChat does: opens the page and sends its form; then somebody scans the QR code it shows. */
async function openCashier(stage: Stage, link: string): Promise<string> {
  const page = await fetch(link);
  const html = await page.text();
  if (!page.ok) throw new Error(`收银台返回 ${page.status}`);
  const form = new URLSearchParams();
  for (const [field] of html.matchAll(/<input[^>]*>/g)) {
    const key = /name="([^"]+)"/.exec(field)?.[1];
    if (key !== undefined) form.set(key, /value="([^"]*)"/.exec(field)?.[1] ?? "");
  }
  const cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const action = /<form[^>]*action="([^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? link;
  const ordered = await fetch(new URL(action, link), { method: "POST", body: form, headers: { cookie } });
  if (!/<svg/.test(await ordered.text())) throw new Error(`订单页里没有付款码（${ordered.status}）`);
  // The QR code is a picture; what it says stands in the order.
  const order = await stage.application.db.paymentOrder.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
  const { ticket } = (order.prepay ?? {}) as { ticket?: { codeUrl?: string } };
  const codeUrl = ticket?.codeUrl;
  if (codeUrl === undefined) throw new Error("订单还没有付款码");
  return codeUrl;
}
