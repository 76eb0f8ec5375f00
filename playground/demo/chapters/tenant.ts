import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Follower } from "../../official-account/follower.ts";
import { orderAtCashier } from "../cashier-visit.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;
const OPEN_ID = "oDemoOpenId101";
const NAME = "陈志强";
/** What he asks about the bill, and what an answer must speak of. */
const QUESTIONS: readonly (readonly [string, RegExp])[] = [
  ["电费怎么来的", /峰.*[\s\S]*谷/],
  ["公摊电费怎么分摊的", /面积/],
  ["我先付5000会怎样", /腾跃物业[\s\S]*¥/],
];

/**
 * Chapter 2: the bills of both legal entities arrive, 陈志强 asks for them and pays both through WeChat Pay. The first
 * notification is lost for good, the second comes three times; each payment is booked and told once.
 */
export async function tenantPays(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wechatPay } = stage.playground;
  const chen = officialAccount.user(OPEN_ID);
  print.chapter("第二章 租户在公众号里查账单、付款");
  await print.step("电子账单已送达", async () => {
    // One bill of each legal entity that he has to do with.
    const isBill = (message: ChatMessage) => message.channel === "template";
    await chen.waitForMessage(() => chen.messages.filter(isBill).length === 2, WAIT_MS);
    for (const bill of chen.messages.filter(isBill)) print.chat(NAME, bill);
  });
  await print.step("查账单", async () => {
    const seen = chen.messages.length;
    print.says(NAME, "查账单");
    await chen.say("查账单");
    const answer = await chen.waitForMessage((message) => message.channel !== "template", WAIT_MS, seen);
    print.chat(NAME, answer);
    if (!/¥[\d,]+\.\d\d/.test(readableText(answer))) throw new Error("回复里没有金额");
  });
  for (const [why, expected] of QUESTIONS) {
    await print.step(`追问“${why}”`, async () => {
      const seen = chen.messages.length;
      print.says(NAME, why);
      await chen.say(why);
      const explains = (message: ChatMessage) => expected.test(readableText(message));
      await chen.waitForMessage(explains, WAIT_MS, seen);
      for (const message of chen.messages.slice(seen)) print.chat(NAME, message);
    });
  }
  const links = await print.step(
    "缴费，两家收款方各一个付款链接",
    async () => {
      const seen = chen.messages.length;
      print.says(NAME, "缴费");
      await chen.say("缴费");
      const offers = () => chen.messages.slice(seen).filter((message) => linkOf(message) !== "");
      await chen.waitForMessage(() => offers().length === 2, WAIT_MS, seen);
      for (const offer of offers()) print.chat(NAME, offer);
      return offers().map(linkOf);
    },
    (found) => `${found.length} 个`,
  );
  const [first, second] = links ?? [];
  if (first === undefined || second === undefined) return;
  await print.step(
    "第一张：扫码付款，微信的通知丢失，主动查询到这笔付款",
    () => {
      wechatPay.notifications.dropNext();
      return payAndGetReceipt(stage, print, chen, first, 0);
    },
    (order) => `订单 ${order}，通知到达 0 次，入账一次，收据一张`,
  );
  await print.step(
    "第二张：扫码付款，微信的通知来了三遍",
    () => {
      wechatPay.notifications.duplicateNext(3);
      return payAndGetReceipt(stage, print, chen, second, 3);
    },
    (order) => `订单 ${order}，通知到达 3 次，入账一次，收据一张`,
  );
}

/** Returns the order's number, once it is sure that so many notifications made one booking and one receipt. */
async function payAndGetReceipt(
  stage: Stage,
  print: Printer,
  payer: Follower,
  link: string,
  expectedNotifications: number,
): Promise<string> {
  const { wechatPay } = stage.playground;
  const messagesBefore = payer.messages.length;
  const attemptsBefore = wechatPay.notifications.attempts.length;
  await orderAtCashier(link);
  // The QR code is a picture; what it says stands in the order.
  const paid = wechatPay.pay(wechatPay.orders.all().at(-1)?.ticket ?? "", OPEN_ID);
  if (paid.state !== "paid") throw new Error(paid.reason);
  const isReceipt = (message: ChatMessage) => /收据编号/.test(readableText(message));
  print.chat(NAME, await payer.waitForMessage(isReceipt, WAIT_MS, messagesBefore));
  await wechatPay.notifications.settled();
  const accepted = wechatPay.notifications.attempts
    .slice(attemptsBefore)
    .filter((attempt) => attempt.outcome === "accepted").length;
  if (accepted !== expectedNotifications) throw new Error(`通知到达了 ${accepted} 次`);
  const booked = await stage.application.db.receipt.count({ where: { channelNo: paid.transactionId } });
  if (booked !== 1) throw new Error(`入账了 ${booked} 次`);
  const told = payer.messages.slice(messagesBefore).filter(isReceipt).length;
  if (told !== 1) throw new Error(`收据发了 ${told} 次`);
  return paid.outTradeNo;
}

/** The first cashier link in a message: as an anchor in a text, or as the address behind a template. */
export function linkOf(message: ChatMessage): string {
  const text = message.type === "template" ? (message.url ?? "") : readableText(message);
  return /https?:\/\/[^"\s<>]+\/h5\/pay\?t=[\w-]+/.exec(text)?.[0] ?? "";
}
