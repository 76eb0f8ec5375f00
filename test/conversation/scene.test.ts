import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("扫纸质账单");

const DAY_MS = 86_400_000;
const WANG = "13800000001";
const CHEN = "13800000004";
const BILL: BillStory = { billNo: "DG-202609-00001", lease: "L001", dueDate: "2026-09-11", lines: { rent: "1234.50" } };

it("拿着账单的会计，手机号核实后绑定", async () => {
  await chat.bills(BILL);
  const 王会计 = await chat.person("王会计", { stranger: true });
  await 王会计.follows(await chat.sceneOf(BILL.billNo));
  王会计.hears("东莞园区", "请先回复您在园区登记的手机号", "隐私提示", "〔隐私说明〕");
  王会计.doesNotHear("一号电子", "1,234.50", BILL.billNo);
  await 王会计.says(WANG);
  王会计.hears("如果该手机号已在园区登记", "申请加入");
  王会计.doesNotHear("一号电子");
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("绑定成功", "一号电子");
  await 王会计.says("付这个");
  王会计.hears("请确认缴费", BILL.billNo, "¥1,234.50");
});

it("已经绑定的人扫码，直接打开这张账单", async () => {
  await chat.bills(BILL);
  const 张总 = await chat.person("张总");
  await 张总.scans(await chat.sceneOf(BILL.billNo));
  张总.hears("2026年9月账单", "应付合计：¥1,234.50");
});

it("手机号不在登记里，请负责人确认", async () => {
  await chat.bills(BILL);
  const 新人 = await chat.person("新人", { stranger: true });
  const 张总 = await chat.person("张总");
  await 新人.follows(await chat.sceneOf(BILL.billNo));
  await 新人.says("13911112222");
  // Word for word what somebody hears whose phone is known.
  新人.hears("如果该手机号已在园区登记", "请回复“申请加入”");
  await 新人.says("申请加入");
  新人.hears("请回复您的姓名和职务");
  await 新人.says("1");
  新人.hears("请回复2到20个字的姓名");
  await 新人.says("刘芳 出纳");
  新人.hears("申请已提交");
  新人.doesNotHear("一号电子");
  张总.looksAtPhone();
  张总.hears("“刘芳 出纳”扫了贵司的纸质账单，申请加入一号电子", "身份未经核实", "〔同意：财务〕");
  await 张总.taps("同意：财务");
  张总.hears("已同意，“刘芳 出纳”现在是财务");
  新人.looksAtPhone();
  新人.hears("一号电子的负责人已同意您的申请，您的权限是“财务”");
  await 新人.says("查账单");
  新人.hears("¥1,234.50");
  // The button is used up.
  await 张总.taps("拒绝");
  张总.hears("这条加入申请已经处理过");
  const audit = await rows<{ action: string }>(
    chat.db,
    Prisma.sql`SELECT action FROM audit_event WHERE action LIKE 'member.%' OR action LIKE 'identity.%' ORDER BY sequence`,
  );
  expect(audit.map(({ action }) => action)).toEqual(["identity.bound", "member.joined"]);
});

it("负责人不认识这个人", async () => {
  await chat.bills(BILL);
  const 路人 = await chat.person("路人", { stranger: true });
  const 张总 = await chat.person("张总");
  await 路人.follows(await chat.sceneOf(BILL.billNo));
  await 路人.says("申请加入");
  await 路人.says("某某人");
  张总.looksAtPhone();
  await 张总.taps("拒绝");
  张总.hears("已拒绝“某某人”的申请");
  路人.looksAtPhone();
  路人.hears("您的加入申请没有通过");
  路人.doesNotHear("一号电子");
  await 路人.says("查账单");
  路人.hears("绑定您的企业");
});

it("别家的人捡到账单，只知道自己不在名单里", async () => {
  await chat.bills(BILL);
  const 陈老板 = await chat.person("陈老板");
  await 陈老板.scans(await chat.sceneOf(BILL.billNo));
  陈老板.hears("这张账单不在您绑定的企业名下");
  陈老板.doesNotHear("一号电子", "1,234.50");
});

it("扫码后用另一家企业的手机号核实", async () => {
  await chat.bills(BILL);
  const 新手机 = await chat.person("新手机", { stranger: true });
  const 张总 = await chat.person("张总");
  await 新手机.follows(await chat.sceneOf(BILL.billNo));
  await 新手机.says(CHEN);
  await 新手机.says(chat.codeSentTo(CHEN));
  新手机.hears("绑定成功", "二号贸易");
  新手机.hears("您还不是这张账单所属企业的联系人");
  新手机.doesNotHear("一号电子");
  await 新手机.says("申请加入");
  新手机.hears("申请已提交");
  张总.looksAtPhone();
  张总.hears("“陈老板”扫了贵司的纸质账单");
});

it("二维码过期了，或者不是我们的", async () => {
  await chat.bills(BILL);
  const 路人 = await chat.person("路人");
  const scene = await chat.sceneOf(BILL.billNo);
  await 路人.scans(`${scene.slice(0, -1)}${scene.endsWith("A") ? "B" : "A"}`);
  路人.hears("这个二维码不是我们的账单二维码");
  chat.later("（过了半年）", 181 * DAY_MS);
  await 路人.scans(scene);
  路人.hears("这张账单的二维码已经过期了");
  路人.doesNotHear("东莞园区");
});
