import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Follower } from "../../official-account/follower.ts";
import { readable, type ChatMessage as StaffMessage } from "../../wecom/chat.ts";
import { orderAtCashier } from "../cashier-visit.ts";
import { photoOf } from "../photo.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { linkOf } from "./tenant.ts";

const WAIT_MS = 20_000;
const TENANT = { code: "T002", openId: "oDemoOpenId201", name: "黄锐", company: "东莞锐达模具有限公司" } as const;
const STEWARD = { userId: "li.guanjia", name: "李管家" } as const;

/**
 * Chapter 7, first half: 锐达模具 has been overdue since August. The ladder has reminded it, 李管家 has a task on his phone;
 * 黄锐 promises a day in the chat, pays on it, and the task closes by itself.
 */
export async function tenantIsOverdue(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wecom } = stage.playground;
  const huang = officialAccount.user(TENANT.openId);
  const steward = wecom?.member(STEWARD.userId);
  if (!steward) throw new Error("no steward");
  print.chapter("第七章 逾期：提醒、管家上门、承诺、付款");
  stage.clock.moveTo("2026-10-02T14:30:00+08:00");
  await print.step(
    "催缴按阶梯一步步来，租户收到的提醒",
    async () => {
      const isDunning = (message: ChatMessage) =>
        /逾期缴费提醒|逾期提醒|逾期缴费通知|催款函|最后通知/.test(readableText(message));
      print.chat(TENANT.name, await huang.waitForMessage(isDunning, WAIT_MS));
      return huang.messages.filter(isDunning).length;
    },
    (count) => `${count} 条，一天最多一条`,
  );
  const task = await print.step("李管家手机上的任务", async () => {
    const isTask = (message: StaffMessage) => message.card?.shown.title.includes(TENANT.company) === true;
    const isList = (message: StaffMessage) => /新任务 \d+ 项/.test(readable(message));
    const news = await steward.waitForMessage((message) => isTask(message) || isList(message), WAIT_MS);
    tellStaff(print, STEWARD.name, news);
    if (isTask(news)) return news.card;
    // Many that come at once are one list; its numbers open them.
    const number = await openTaskOf(stage, TENANT.code);
    print.says(STEWARD.name, number);
    const before = steward.messages.length;
    await steward.say(number);
    const opened = await steward.waitForMessage(isTask, WAIT_MS, before);
    tellStaff(print, STEWARD.name, opened);
    return opened.card;
  });
  await print.step("李管家上门，发回一张现场照片", async () => {
    for (const [act, expected] of [
      [() => steward.press("已上门", task), /发一张照片/],
      [() => steward.sendPicture(photoOf(480, 640, [96, 125, 139])), /照片已收到/],
    ] as const) {
      const before = steward.messages.length;
      await act();
      const isAnswer = (message: StaffMessage) => expected.test(readable(message));
      tellStaff(print, STEWARD.name, await steward.waitForMessage(isAnswer, WAIT_MS, before));
    }
  });
  await print.step("黄锐在聊天里承诺付款日", async () => {
    await ask(print, huang, TENANT.name, "承诺付款", /哪天|哪一天|日期/);
    await ask(print, huang, TENANT.name, "10月8日", /2026年10月8日/);
    await ask(print, huang, TENANT.name, "确认", /已|好的/);
  });
  stage.clock.moveTo("2026-10-08T10:00:00+08:00");
  await print.step(
    "到了那天，他付清了",
    () => payAll(stage, print, huang, TENANT),
    (count) => `${count} 笔付款`,
  );
  await print.step("任务自己关闭", async () => {
    for (let tries = 0; ; tries += 1) {
      const open = await row<{ open: number; done: number }>(
        stage.application.db,
        Prisma.sql`SELECT count(*) FILTER (WHERE k.state = 'open')::int AS open,
            count(*) FILTER (WHERE k.state = 'done' AND k.closed_reason = 'paid')::int AS done
          FROM steward_task k JOIN tenant t ON t.id = k.tenant_id WHERE t.code = ${TENANT.code} AND k.kind <> 'reminder'`,
      );
      if (open && open.open === 0 && open.done > 0) return;
      if (tries > 300) throw new Error(`还有 ${open?.open} 个任务没有关闭`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  await reachedBySms(stage, print);
}

async function openTaskOf(stage: Stage, tenantCode: string): Promise<string> {
  const task = await row<{ number: string }>(
    stage.application.db,
    Prisma.sql`SELECT k.number FROM steward_task k JOIN tenant t ON t.id = k.tenant_id
      WHERE t.code = ${tenantCode} AND k.state = 'open' ORDER BY k.number LIMIT 1`,
  );
  if (!task) throw new Error(`${tenantCode} 没有任务`);
  return task.number;
}

/** The phones of 海拓供应链's people; all of them have switched the account's notices off. */
const SILENT = [
  { openId: "oDemoOpenId301", phone: "13800000301", name: "梁海" },
  { openId: "oDemoOpenId302", phone: "13800000302", name: "何出纳" },
  { openId: "oDemoOpenId303", phone: "13800000303", name: "周前台" },
] as const;

/** Chapter 7, in between: the notice that WeChat does not deliver goes by SMS, with a short signed link to the cashier. */
async function reachedBySms(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, sms } = stage.playground;
  for (const { openId } of SILENT) officialAccount.user(openId).blocksTemplates = true;
  await print.step(
    "海拓供应链的人关了公众号通知：微信送不到，改发短信，链接能打开收银台",
    async () => {
      stage.clock.moveTo("2026-10-12T10:00:00+08:00");
      await stage.jobs.tickNow();
      const isDunning = ({ text }: { readonly text: string }) => /账单未付/.test(text);
      const arrived = () =>
        SILENT.flatMap((who) => {
          const message = sms.inbox(who.phone).find(isDunning);
          return message ? [{ who, message }] : [];
        })[0];
      // What WeChat has refused is looked at every five minutes.
      for (let minutes = 5; arrived() === undefined && minutes < 60; minutes += 5) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        stage.clock.moveTo(`2026-10-12T10:${String(minutes).padStart(2, "0")}:30+08:00`);
        await stage.jobs.tickNow();
      }
      const found = arrived();
      if (found === undefined) throw new Error("没有收到短信");
      const { who, message } = found;
      print.line(`  → ${who.name} 收到（短信 ${who.phone}）`);
      print.line(`    │ ${message.text}`);
      const link = /https?:\/\/\S+\/s\/\w+/.exec(message.text)?.[0] ?? "";
      const page = await fetch(link);
      if (!page.ok || !/收银台|付款|支付/.test(await page.text()))
        throw new Error(`短信里的链接打不开：${page.status}`);
      return who.name;
    },
    (name) => `${name}收到短信`,
  );
}

/** One link for each legal entity, one payment for each. */
export async function payAll(
  stage: Stage,
  print: Printer,
  payer: Follower,
  { name, openId }: { readonly name: string; readonly openId: string },
): Promise<number> {
  const { wechatPay } = stage.playground;
  const seen = payer.messages.length;
  print.says(name, "缴费");
  await payer.say("缴费");
  await payer.waitForMessage(isOffer, WAIT_MS, seen);
  const offers = await offersOfAll(stage, payer, openId, seen);
  for (const offer of offers) {
    print.chat(name, offer);
    const before = payer.messages.length;
    const known = new Set(wechatPay.orders.all().map(({ outTradeNo }) => outTradeNo));
    await orderAtCashier(linkOf(offer));
    const order = wechatPay.orders.all().find(({ outTradeNo }) => !known.has(outTradeNo));
    const paid = wechatPay.pay(order?.ticket ?? "", openId);
    if (paid.state !== "paid") throw new Error(paid.reason);
    const isReceipt = (message: ChatMessage) => /收据编号/.test(readableText(message));
    print.chat(name, await payer.waitForMessage(isReceipt, WAIT_MS, before));
  }
  return offers.length;
}

/** What 缴费 is answered with; a reminder that comes in between has a link too. */
const isOffer = (message: ChatMessage): boolean => linkOf(message) !== "" && /请确认缴费/.test(readableText(message));

/** One answer is the reply; those for further legal entities are pushed after it, sooner or later. */
async function offersOfAll(stage: Stage, payer: Follower, openId: string, seen: number): Promise<ChatMessage[]> {
  const owed = await row<{ entities: number }>(
    stage.application.db,
    Prisma.sql`SELECT count(DISTINCT r.entity_id)::int AS entities FROM receivable r
        JOIN bill b ON b.id = r.bill_id AND b.state = 'published'
        JOIN tenant_member m ON m.tenant_id = r.tenant_id AND m.revoked_at IS NULL
        JOIN channel_identity c ON c.person_id = m.person_id AND c.external_id = ${openId}
      WHERE r.open_fen > 0 OR r.late_fee_open_fen > 0`,
  );
  for (let waitedMs = 0; ; waitedMs += 100) {
    const offers = payer.messages.slice(seen).filter(isOffer);
    if (offers.length >= (owed?.entities ?? 1) || waitedMs >= WAIT_MS) return offers;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Says something and prints the answer that fits. */
export async function ask(
  print: Printer,
  follower: Follower,
  name: string,
  words: string,
  expected: RegExp,
): Promise<string> {
  const seen = follower.messages.length;
  print.says(name, words);
  await follower.say(words);
  const answer = await follower.waitForMessage((message) => expected.test(readableText(message)), WAIT_MS, seen);
  print.chat(name, answer);
  return readableText(answer);
}

export function tellStaff(print: Printer, name: string, message: StaffMessage): void {
  print.line(`  → ${name} 收到（企业微信）`);
  for (const line of readable(message).split("\n")) print.line(`    │ ${line}`);
}
