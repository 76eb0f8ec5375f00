import { it } from "vitest";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("办到一半");

const MINUTE_MS = 60_000;
const OVERDUE: BillStory = {
  billNo: "DG-202608-00001",
  lease: "L001",
  dueDate: "2026-08-26",
  lines: { rent: "1000.00", electricity: "234.50" },
};

it("办着一件，先办另一件，再接着办", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  张总.hears("登记：2026年9月11日前付");
  await 张总.says("电费不对");
  张总.hears("请简单说说哪里不对");
  await 张总.says("比上月多了一倍");
  张总.hears("已登记电费的异议");
  // What is disputed is no longer promised: 1,000.00 and 9 days at 0.05 % remain.
  张总.hears("我们继续：登记：2026年9月11日前付全部逾期款¥1,004.50");
  await 张总.says("确认");
  张总.hears("已登记，谢谢");
});

it("挂起的事取消后继续，超时的说一声", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  await 张总.says("预存");
  张总.hears("想预存多少钱");
  await 张总.says("取消");
  张总.hears("好的，已取消");
  张总.hears("我们继续：登记：2026年9月11日前付");
  await 张总.says("预存");
  chat.later("（过了六分钟）", 6 * MINUTE_MS);
  await 张总.says("帮助");
  张总.hears("我能帮您做这些");
  张总.hears("我们继续：想预存多少钱");
  chat.later("（过了三分钟）", 3 * MINUTE_MS);
  await 张总.says("预存");
  chat.later("（又过了三分钟）", 3 * MINUTE_MS);
  await 张总.says("2000");
  张总.hears("预存¥2,000.00");
  张总.hears("之前没办完的“承诺付款”已经超时结束了");
});

it("旧按钮不会办错事", async () => {
  await chat.bills(OVERDUE);
  const 张总 = await chat.person("张总");
  await 张总.says("下周五付");
  await 张总.tapsOld("确认");
  张总.hears("已登记，谢谢");
  await 张总.tapsOld("确认");
  张总.hears("这个按钮属于之前的办理，已经失效了");
  await 张总.says("注销");
  张总.hears("注销会删除");
  await 张总.tapsOld("确认");
  张总.hears("这个按钮属于之前的办理，已经失效了");
  张总.hears("注销会删除");
  await 张总.says("不了");
  张总.hears("您的信息保持不变");
});

it("办到一半被移出企业", async () => {
  await chat.bills(OVERDUE);
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says("13800000001");
  await 王会计.says(chat.codeSentTo("13800000001"));
  await 王会计.says("下周五付");
  王会计.hears("登记：2026年9月11日前付");
  const 张总 = await chat.person("张总");
  await 张总.says("我的同事");
  await 张总.says("2");
  await 张总.says("移除");
  await 张总.says("确认移除");
  await 王会计.says("确认");
  王会计.hears("您现在不是这家企业的联系人，刚才的办理已结束");
  王会计.doesNotHear("1,004", "一号电子");
});

it("解绑、注销问到一半，问别的、取消、超时", async () => {
  const 张总 = await chat.person("张总");
  for (const [words, question] of [
    ["解绑", "确定请回复“确认解绑”"],
    ["邀请同事", "请选择对方的权限"],
    ["我的同事", "回复序号可更改权限或移除"],
  ] as const) {
    await 张总.says(words);
    张总.hears(question);
    await 张总.says("合同什么时候到期");
    张总.hears("东莞园区 A-301");
    张总.hears(question);
    await 张总.says("取消");
    张总.hears("好的，已取消");
    await 张总.says(words);
    chat.later("（过了一刻钟）", 15 * MINUTE_MS);
    await 张总.says({ 解绑: "确认解绑", 邀请同事: "财务", 我的同事: "2" }[words]);
    张总.hears("已经超时结束了");
  }
});
