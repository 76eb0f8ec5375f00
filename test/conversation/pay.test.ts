import { expect, it } from "vitest";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("缴费");

const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1234.50" },
};
const OCTOBER: BillStory = { ...SEPTEMBER, billNo: "DG-202610-00001", dueDate: "2026-10-11" };
/** The same tenant, another legal entity. */
const SERVICE: BillStory = { ...SEPTEMBER, billNo: "DG-202609-00002", lease: "L002", lines: { management: "300.00" } };

it("负责人缴费", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("缴费");
  张总.hears("请确认缴费", "本次应付：¥1,234.50", "收款方：谭氏物业有限公司", "链接有效至：2026年9月12日 09:00");
  expect(张总.linkTo("微信支付")).toBe("https://park.example.com/h5/pay?t=DG-202609-00001");
});

it("账单上直接付", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  expect(张总.linkTo("立即缴费")).toBe("https://park.example.com/h5/pay?t=DG-202609-00001");
  await 张总.says("付这个");
  张总.hears("请确认缴费", "DG-202609-00001");
});

it("从几张里挑一张付", async () => {
  await chat.bills(SEPTEMBER, OCTOBER);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  expect(张总.linkTo("全部缴费")).toBe("https://park.example.com/h5/pay?t=DG-202609-00001+DG-202610-00001");
  await 张总.says("付第二笔");
  张总.hears("账单编号：DG-202610-00001");
  await 张总.says("缴费 DG-202609-00001");
  张总.hears("账单编号：DG-202609-00001");
  await 张总.says("9月的费用交一下");
  张总.hears("账单编号：DG-202609-00001");
  await 张总.says("3月的费用交一下");
  张总.hears("2026年3月没有待付账单");
});

it("收款方是两家公司，就是两个链接", async () => {
  await chat.bills(SEPTEMBER, SERVICE);
  const 张总 = await chat.person("张总");
  await 张总.says("缴费");
  张总.hears("收款方：谭氏物业有限公司", "¥1,234.50");
  张总.hears("收款方：谭氏服务有限公司", "¥300.00");
  张总.hearsTimes(2);
  // The open request carries the first, the second is pushed after it.
  expect(张总.channels()).toEqual(["passive", "custom"]);
  await 张总.says("查账单");
  await 张总.taps("全部缴费");
  张总.hearsTimes(2);
});

it("只读的同事不能付", async () => {
  await chat.bills(SEPTEMBER);
  const 小李 = await chat.person("小李");
  await 小李.says("查账单");
  小李.hears("应付合计：¥1,234.50");
  小李.doesNotHear("立即缴费");
  await 小李.says("付这个");
  小李.hears("您的权限是“只读”");
  await 小李.says("缴费");
  小李.hears("您的权限是“只读”");
});

it("没有要付的", async () => {
  await chat.bills({ ...SEPTEMBER, paid: "1234.50" });
  const 张总 = await chat.person("张总");
  await 张总.says("缴费");
  张总.hears("没有待付账单");
  await 张总.says("缴费 DG-202609-00001");
  张总.hears("已经结清");
});
