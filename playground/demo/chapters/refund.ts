import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Follower } from "../../official-account/follower.ts";
import { readable, type ChatMessage as StaffMessage } from "../../wecom/chat.ts";
import type { Member } from "../../wecom/member.ts";
import { orderAtCashier } from "../cashier-visit.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { linkOf } from "./tenant.ts";

const WAIT_MS = 20_000;
const OPEN_ID = "oDemoOpenId301";
const NAME = "梁海";
const MANAGERS = [
  { userId: "wang.quzong", name: "王区总" },
  { userId: "xu.quzong", name: "许区总" },
] as const;

/**
 * Chapter 3: 梁海 pays by WeChat what his cashier had transferred from the bank a moment before, and asks for the money back
 * in the chat; he changes the amount, so the card that 王区总 presses first is stale and decides nothing. Two managers agree on
 * their cards, the money goes back the way it came.
 */
export async function refundInChat(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wecom } = stage.playground;
  if (wecom === undefined) throw new Error("the story needs the staff's chat");
  const liang = officialAccount.user(OPEN_ID);
  const [wang, xu] = MANAGERS.map(({ userId }) => wecom.member(userId));
  if (!wang || !xu) throw new Error("no managers");
  print.chapter("第三章 付了两次，在聊天里申请退款");
  const paid = await print.step("出纳刚转过账，梁海又扫码付了一遍", () => payTwice(stage, print, liang));
  if (paid === undefined) return;
  // An hour later: money that is asked back within ten minutes of its payment would be held.
  stage.clock.moveTo("2026-09-01T14:00:00+08:00");
  await print.step("申请退款", async () => {
    await ask(print, liang, "我要退款", /退多少/);
    await ask(print, liang, "4800", /说说原因/);
    await ask(print, liang, "重复付款", /请确认退款申请/);
    await ask(print, liang, "确认", /已提交退款申请 TK-/);
  });
  const stale = await print.step("审批卡片到了两位区域经理手里", async () => {
    const [first] = await Promise.all([cardOf(print, wang, MANAGERS[0].name), cardOf(print, xu, MANAGERS[1].name)]);
    return first;
  });
  if (stale === undefined) return;
  const staleKey = stale.shown.buttons.find(({ text }) => text === "同意")?.key ?? "";
  const [wangSeen, xuSeen] = [wang.messages.length, xu.messages.length];
  await print.step("梁海改了金额，审批重新开始", () => ask(print, liang, "退款改成4500", /重新送审/));
  await print.step("王区总点的是旧卡片：被拒绝，什么也没有决定", async () => {
    const isRefusal = (message: StaffMessage) => /这张卡片是旧的/.test(readable(message));
    await wang.waitForMessage(isNewCard, WAIT_MS, wangSeen);
    await wang.pressKey(stale.taskId, staleKey);
    tell(print, MANAGERS[0].name, await wang.waitForMessage(isRefusal, WAIT_MS, wangSeen));
  });
  const answersBefore = liang.messages.length;
  await print.step("两位区域经理在新卡片上同意", async () => {
    for (const [member, seen, { name }] of [
      [wang, wangSeen, MANAGERS[0]],
      [xu, xuSeen, MANAGERS[1]],
    ] as const) {
      const message = await member.waitForMessage(isNewCard, WAIT_MS, seen);
      const before = member.messages.length;
      await member.press("同意", message.card);
      tell(print, name, await member.waitForMessage(({ type }) => type === "text", WAIT_MS, before));
    }
  });
  await print.step(
    "微信支付原路退回，一步一步告诉租户",
    async () => {
      for (const said of [/退款已批准/, /退款正在路上/, /退款已到账/]) {
        const isStep = (message: ChatMessage) => said.test(readableText(message));
        print.chat(NAME, await liang.waitForMessage(isStep, WAIT_MS, answersBefore));
      }
      return refundOf(stage);
    },
    ({ refundNo, amount }) => `${refundNo} 退回 ${amount}，一个退款单号，付了一次`,
  );
}

/** The bank transfer of the tenant's own cashier is booked first; the code that was already on the screen is paid all the same. */
async function payTwice(stage: Stage, print: Printer, liang: Follower): Promise<true> {
  const { wechatPay } = stage.playground;
  const seen = liang.messages.length;
  print.says(NAME, "缴费");
  await liang.say("缴费");
  const offer = await liang.waitForMessage((message) => linkOf(message) !== "", WAIT_MS, seen);
  print.chat(NAME, offer);
  const known = new Set(wechatPay.orders.all().map(({ outTradeNo }) => outTradeNo));
  await orderAtCashier(linkOf(offer));
  const order = wechatPay.orders.all().find(({ outTradeNo }) => !known.has(outTradeNo));
  if (order === undefined) throw new Error("收银台没有下单");
  const bills = await row<{ tenant: string; entity: string; billNos: string[] }>(
    stage.application.db,
    Prisma.sql`SELECT t.code AS tenant, e.code AS entity, array_agg(DISTINCT b.bill_no) AS "billNos"
      FROM payment_order o JOIN payment_order_line p ON p.order_id = o.id JOIN bill_line l ON l.id = p.line_id
        JOIN bill b ON b.id = l.bill_id JOIN tenant t ON t.id = o.tenant_id JOIN legal_entity e ON e.id = o.entity_id
      WHERE o.out_trade_no = ${order.outTradeNo} GROUP BY t.code, e.code`,
  );
  if (!bills) throw new Error("订单里没有账单");
  const amountFen = BigInt(order.totalFen);
  const transferred = await recordReceipt(
    stage.application.db,
    {
      channel: "bank",
      channelNo: "CMB-20260901-0301",
      tenantCode: bills.tenant,
      entityCode: bills.entity,
      amountFen,
      valueDate: stage.clock.today(),
      billNos: bills.billNos,
    },
    { actor: "staff:S03", channel: "demo", today: stage.clock.today() },
  );
  if (!transferred.ok) throw new Error(transferred.message.zh);
  print.line(`    孙出纳登记银行到账 ${formatYuan(amountFen)}，账单已付清`);
  const before = liang.messages.length;
  const paid = wechatPay.pay(order.ticket ?? "", OPEN_ID);
  if (paid.state !== "paid") throw new Error(paid.reason);
  const isReceipt = (message: ChatMessage) => /收据编号/.test(readableText(message));
  print.chat(NAME, await liang.waitForMessage(isReceipt, WAIT_MS, before));
  await ask(print, liang, "余额", new RegExp(`预存款：${formatYuan(amountFen)}`));
  return true;
}

async function ask(print: Printer, liang: Follower, words: string, expected: RegExp): Promise<void> {
  const seen = liang.messages.length;
  print.says(NAME, words);
  await liang.say(words);
  const answer = await liang.waitForMessage((message) => expected.test(readableText(message)), WAIT_MS, seen);
  print.chat(NAME, answer);
}

const isNewCard = (message: StaffMessage): boolean =>
  message.card?.shown.title.includes("退款申请") === true &&
  readable(message).includes("¥4,500.00") &&
  message.card.shown.buttons.some(({ text, isGrey }) => text === "同意" && !isGrey);

async function cardOf(print: Printer, member: Member, name: string) {
  const isAsked = (message: StaffMessage) => message.card?.shown.title.includes("退款申请") === true;
  const message = await member.waitForMessage(isAsked, WAIT_MS);
  tell(print, name, message);
  if (message.card === undefined) throw new Error("no card");
  return message.card;
}

function tell(print: Printer, name: string, message: StaffMessage): void {
  print.line(`  → ${name} 收到（企业微信）`);
  for (const line of readable(message).split("\n")) print.line(`    │ ${line}`);
}

async function refundOf(stage: Stage): Promise<{ readonly refundNo: string; readonly amount: string }> {
  const refund = await row<{ refundNo: string; amountFen: bigint; state: string; calls: number }>(
    stage.application.db,
    Prisma.sql`SELECT refund_no AS "refundNo", amount_fen AS "amountFen", state,
        (SELECT count(*)::int FROM vendor_call c WHERE c.subject_id = f.id AND c.operation = 'refund') AS calls
      FROM refund f ORDER BY refund_no DESC LIMIT 1`,
  );
  if (refund?.state !== "paid" || refund.calls !== 1)
    throw new Error(`退款没有到账：${refund?.state}，${refund?.calls} 次`);
  return { refundNo: refund.refundNo, amount: formatYuan(refund.amountFen) };
}
