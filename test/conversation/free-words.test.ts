import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("随口说的话");

const AUGUST: BillStory = {
  billNo: "DG-202608-00001",
  lease: "L001",
  dueDate: "2026-08-26",
  lines: { rent: "1000.00", electricity: "234.50" },
};
const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-26",
  lines: { rent: "1000.00", electricity: "200.00" },
};

it("错字、方言、繁体，一样听得懂", async () => {
  await chat.bills(AUGUST);
  const 张总 = await chat.person("张总");
  await 张总.says("查查八月份的帐单");
  张总.hears("DG-202608-00001");
  await 张总.says("8月电废咋个算的嘛");
  张总.hears("电费");
  await 张总.says("我嘅押金有幾多");
  张总.hears("押金");
  await 张总.says("不是要退款,是要開發票");
  张总.hears("收到款后才能开票");
});

it("一句话里几件事：按说的先后一件件答", async () => {
  await chat.bills(AUGUST);
  const 张总 = await chat.person("张总");
  await 张总.says("查下8月账单，再看看押金");
  张总.hears("DG-202608-00001");
  张总.hears("没有您的押金记录");
  await 张总.says("查账单，再看看余额，顺便看下合同");
  张总.hearsInOrder("DG-202608-00001", "账户余额", "租赁合同");
  // What asks something stands last; what else was wanted gets a button before it.
  await 张总.says("预存，再看看押金");
  张总.hearsInOrder("您还提到了“查押金”", "想预存多少钱");
  await 张总.says("算了");
});

it("接着上一句问：那9月呢、不对是8月", async () => {
  await chat.bills(AUGUST, SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("8月账单");
  张总.hears("DG-202608-00001");
  await 张总.says("那9月呢");
  张总.hears("DG-202609-00001");
  await 张总.says("上个月的缴费记录");
  张总.hears("缴费记录");
  await 张总.says("那7月呢");
  张总.hears("2026年7月没有缴费记录");
  await 张总.says("查7月的账单");
  张总.hears("2026年7月没有账单");
  await 张总.says("不对，是8月");
  张总.hears("DG-202608-00001");
  await 张总.says("付这个");
  张总.hears("¥1,2");
});

it("不确定时用按钮问一句", async () => {
  await chat.bills(AUGUST);
  const 张总 = await chat.person("张总");
  await 张总.says("账户");
  张总.hears("您想办的是哪一件", "〔查余额〕", "〔转人工〕");
  await 张总.taps("查余额");
  张总.hears("账户余额");
  await 张总.says("票");
  张总.hears("您想办的是哪一件", "〔开发票〕", "〔查发票〕", "〔转人工〕");
  // The button was offered two messages ago: it still means what it says.
  await 张总.tapsOld("查余额");
  张总.hears("账户余额");
});

it("没听懂：最像的三件事，和一条找人的路", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("今天天气不错");
  // Heard, but nothing of ours.
  张总.hears("这件事我帮不上忙", "〔转人工〕");
  await 张总.taps("查账单");
  张总.hears("没有待付账单");
  await 张总.says("今天天气不错");
  await 张总.says("缴费");
  张总.hears("没有待付账单");
});

it("还没有自动扣款：告诉人怎么办", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("能不能每个月自动扣");
  张总.hears("现在还不能开通自动扣款", "〔预存费用〕", "〔缴费〕", "〔转人工〕");
  await 张总.says("那把自动扣款关了吧");
  张总.hears("我们没有开通自动扣款，不会自动扣您的钱");
});

it("转人工：管家看得到刚才的话，看不到手机号和账号", async () => {
  await chat.bills(AUGUST);
  const 张总 = await chat.person("张总");
  await 张总.says("我们从卡号6222020200112233445转的，电话13800000001");
  await 张总.says("电费不对");
  张总.hears("请简单说说哪里不对");
  await 张总.says("转人工");
  张总.hears("已通知管家");
  张总.hears("我们继续：电费 ¥234.50");
  const [told] = await rows<{ message: string }>(
    chat.db,
    Prisma.sql`SELECT message::text AS message FROM outbox WHERE dedupe_key LIKE 'handoff|%'`,
  );
  expect(told?.message).toContain("正在办理：账单异议");
  expect(told?.message).toContain("· 电费不对");
  expect(told?.message).toContain("卡号……转的，电话……");
  expect(told?.message).not.toMatch(/6222|1380000/);
});
