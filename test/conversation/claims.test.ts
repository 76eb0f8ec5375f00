import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("异议与承诺");

const DAY_MS = 86_400_000;
const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1000.00", electricity: "234.50", water: "66.00" },
};
const OVERDUE: BillStory = {
  ...SEPTEMBER,
  billNo: "DG-202608-00001",
  dueDate: "2026-08-26",
  lines: { rent: "1000.00" },
};

const stewardHeard = async () =>
  (
    await rows<{ text: string }>(
      chat.db,
      Prisma.sql`SELECT message->'paragraphs'->>0 AS text FROM outbox WHERE channel = 'wecom' ORDER BY created_at, id`,
    )
  ).map(({ text }) => text);

const disputed = async () =>
  (
    await rows<{ kind: string }>(
      chat.db,
      Prisma.sql`SELECT line.kind FROM receivable r JOIN bill_line line ON line.id = r.line_id
        WHERE r.disputed_since IS NOT NULL ORDER BY line.kind`,
    )
  ).map(({ kind }) => kind);

const promises = () =>
  rows<{ until: string }>(
    chat.db,
    Prisma.sql`SELECT promise_until::text AS until FROM receivable WHERE promise_until IS NOT NULL`,
  );

it("对电费有异议", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("电费不对");
  张总.hears("电费 ¥234.50。请简单说说哪里不对");
  await 张总.says("用电量比上月多了一倍");
  张总.hears("已登记电费的异议并通知管家", "不催缴、不计违约金");
  expect(await disputed()).toEqual(["electricity"]);
  expect(await stewardHeard()).toEqual(["一号电子的张总对账单 DG-202609-00001 的电费提出异议：用电量比上月多了一倍"]);
  await 张总.says("撤销异议");
  张总.hears("电费的异议已撤销");
  expect(await disputed()).toEqual([]);
  await 张总.says("撤销异议");
  张总.hears("目前没有进行中的异议");
});

it("先选哪一笔，选错了改口", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("账单有异议");
  张总.hears("您对哪一笔有异议", "1. 租金", "2. 电费", "3. 水费");
  await 张总.says("8");
  张总.hears("请回复1到3之间的序号");
  await 张总.taps("2. 电费");
  张总.hears("电费 ¥234.50。请简单说说哪里不对");
  await 张总.says("不对，是水费");
  张总.hears("水费 ¥66.00。请简单说说哪里不对");
  await 张总.says("错");
  张总.hears("请用几个字说明原因");
  await 张总.says("水表上个月换过，读数重复了");
  张总.hears("已登记水费的异议");
  expect(await disputed()).toEqual(["water"]);
});

it("从账单卡片上点“有疑问”", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  await 张总.taps("有疑问");
  张总.hears("您对哪一笔有异议", "1. 租金", "2. 电费", "3. 水费");
  await 张总.taps("2. 电费");
  张总.hears("电费 ¥234.50。请简单说说哪里不对");
  await 张总.says("用电量比上月多了一倍");
  张总.hears("已登记电费的异议并通知管家", "不催缴、不计违约金");
  expect(await disputed()).toEqual(["electricity"]);
});

it("几笔异议，撤销其中一笔", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  for (const charge of ["电费", "水费"]) {
    await 张总.says(`${charge}不对`);
    await 张总.says("数量不对，请核查");
  }
  expect(await disputed()).toEqual(["electricity", "water"]);
  await 张总.says("撤销异议");
  张总.hears("要撤销哪一笔异议", "1. 电费", "2. 水费");
  await 张总.says("余额");
  张总.hears("待付");
  张总.hears("我们继续：要撤销哪一笔异议");
  await 张总.says("第2笔");
  张总.hears("水费的异议已撤销");
  expect(await disputed()).toEqual(["electricity"]);
});

it("没有可以提异议的", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("账单有异议");
  张总.hears("没有可以提出异议的待付费用");
  await chat.bills(SEPTEMBER);
  const 小李 = await chat.person("小李");
  await 小李.says("电费不对");
  小李.hears("您的权限是“只读”");
  expect(await disputed()).toEqual([]);
});

it("异议说到一半：问别的、取消、超时", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("电费不对");
  await 张总.says("等等，我还欠多少？");
  张总.hears("应付合计：¥1,300.50");
  张总.hears("我们继续：电费 ¥234.50。请简单说说哪里不对");
  await 张总.says("算了");
  张总.hears("好的，已取消");
  await 张总.says("电费不对");
  chat.later("（过了一刻钟）", 15 * 60_000);
  await 张总.says("用电量不对");
  张总.hears("刚才的“账单异议”已经超时结束了，没有任何改动");
  expect(await disputed()).toEqual([]);
});

it("说好哪天付", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  // 1,000.00 with a fee of 9 days at 0.05 %: 4.50.
  张总.hears("登记：2026年9月11日前付全部逾期款¥1,004.50", "违约金照常计算");
  await 张总.taps("确认");
  张总.hears("已登记，谢谢！请在2026年9月11日前付款");
  expect(await promises()).toEqual([{ until: "2026-09-11" }]);
  expect(await stewardHeard()).toEqual(["一号电子的张总承诺在2026年9月11日前付¥1,004.50。"]);
  await 张总.says("改到9月20日付");
  await 张总.says("确认");
  张总.hears("您已登记2026年9月11日前付款，在这里只能提前");
  expect(await promises()).toEqual([{ until: "2026-09-11" }]);
});

it("日期说错了，改口再确认", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("晚几天付可以吗");
  张总.hears("目前逾期¥1,004.50。您打算哪天付？");
  await 张总.says("嗯嗯嗯");
  张总.hears("我没看懂日期");
  await 张总.says("9月15日");
  张总.hears("登记：2026年9月15日前付");
  await 张总.says("不对，是10号");
  张总.hears("登记：2026年9月10日前付");
  await 张总.says("先付500");
  张总.hears("登记：2026年9月10日前付¥500.00");
  await 张总.taps("换个日期");
  张总.hears("您打算哪天付？");
  await 张总.says("12月31日");
  await 张总.says("好的");
  张总.hears("付款日须在今天到2026年10月5日之间");
  张总.hears("您打算哪天付？");
  await 张总.says("后天");
  await 张总.says("好");
  张总.hears("请在2026年9月7日前付款");
  expect(await promises()).toEqual([{ until: "2026-09-07" }]);
});

it("没有逾期就不用承诺", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  张总.hears("目前没有逾期的账单");
  await chat.bills(SEPTEMBER);
  await 张总.says("下周五付");
  张总.hears("您的账单还没到期，最晚付款日是2026年9月11日");
  const 小李 = await chat.person("小李");
  await 小李.says("下周五付");
  小李.hears("您的权限是“只读”");
});

it("承诺到一半：问别的、取消、超时", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  await 张总.says("等等，我还欠多少？");
  张总.hears("应付合计：¥1,004.50");
  张总.hears("我们继续：登记：2026年9月11日前付");
  await 张总.says("取消");
  张总.hears("好的，已取消");
  await 张总.says("下周五付");
  chat.later("（过了一天）", DAY_MS);
  await 张总.says("确认");
  张总.hears("刚才的“承诺付款”已经超时结束了");
  await 张总.taps("确认");
  张总.doesNotHear("已登记");
  expect(await promises()).toEqual([]);
});
