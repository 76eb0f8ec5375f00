import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";
import type { Person } from "../support/conversation-person.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("同事");

const HOUR_MS = 3_600_000;
const BILL: BillStory = { billNo: "DG-202609-00001", lease: "L001", dueDate: "2026-09-11", lines: { rent: "1234.50" } };

/** The code in the invitation that is to be forwarded; random, so it is hidden in the document. */
async function invites(owner: Person, role: string): Promise<string> {
  await owner.says("邀请同事");
  owner.hears("邀请同事加入一号电子", "〔财务〕", "〔只读〕", "〔负责人〕");
  await owner.taps(role);
  owner.hears(`邀请码已生成，权限“${role}”`);
  return chat.hides(owner, /加入 ([A-Z0-9]{6})/);
}

it("邀请同事，同事凭邀请码加入", async () => {
  await chat.bills(BILL);
  const 张总 = await chat.person("张总");
  const 新同事 = await chat.person("新同事", { stranger: true });
  const code = await invites(张总, "财务");
  await 新同事.follows();
  await 新同事.says(`加入 ${code}`);
  新同事.hears("您被邀请以“财务”身份加入一号电子", "请回复您的姓名", "隐私提示");
  await 新同事.says("赵敏");
  新同事.hears("已加入一号电子，您的权限是“财务”");
  张总.looksAtPhone();
  张总.hears("“赵敏”已用邀请码加入一号电子，权限是“财务”");
  await 新同事.says("缴费");
  新同事.hears("请确认缴费");
  // Once only.
  const 路人 = await chat.person("路人");
  await 路人.says(`加入 ${code}`);
  路人.hears("这个邀请码不对，或已经用过");
  路人.doesNotHear("一号电子");
});

it("邀请码一天后失效，乱猜也没有用", async () => {
  const 张总 = await chat.person("张总");
  const 路人 = await chat.person("路人");
  const code = await invites(张总, "只读");
  chat.later("（过了一天）", 24 * HOUR_MS);
  await 路人.says(`加入${code}`);
  路人.hears("这个邀请码不对，或已经用过、过期了");
  for (const guess of ["ABC234", "ABC235", "ABC236", "ABC237", "ABC238", "ABC239", "ABD234", "ABD235", "ABD236"]) {
    await 路人.says(`加入 ${guess}`);
  }
  await 路人.says("加入 ABD237");
  路人.hears("试的次数太多了");
});

it("已经认识的人加入另一家企业，切换着看", async () => {
  await chat.bills(BILL, { ...BILL, billNo: "DG-202609-00003", lease: "L003", lines: { rent: "999.00" } });
  const 张总 = await chat.person("张总");
  const 陈老板 = await chat.person("陈老板");
  const code = await invites(张总, "只读");
  await 陈老板.says(code);
  陈老板.hears("您被邀请以“只读”身份加入一号电子，要加入吗？");
  await 陈老板.says("我还欠多少");
  陈老板.hears("二号贸易");
  陈老板.hears("我们继续：您被邀请以“只读”身份加入一号电子");
  await 陈老板.says("好的");
  陈老板.hears("已加入一号电子");
  await 陈老板.says("查账单");
  陈老板.hears("一号电子", "¥1,234.50");
  await 陈老板.says("缴费");
  陈老板.hears("一号电子", "您的权限是“只读”");
  await 陈老板.says("切换企业");
  await 陈老板.taps("二号贸易");
  await 陈老板.says("缴费");
  陈老板.hears("二号贸易", "¥999.00");
});

it("看同事名单，改权限", async () => {
  const 张总 = await chat.person("张总");
  const 小李 = await chat.person("小李");
  await 张总.says("我的同事");
  张总.hears("1. 张总（您）：负责人", "2. 王会计：财务", "3. 小李：只读", "回复序号可更改权限或移除");
  await 张总.says("9");
  张总.hears("请回复1到3之间的序号");
  await 张总.says("3");
  张总.hears("小李现在是“只读”。要怎么改？", "〔改为财务〕", "〔移除〕");
  await 张总.taps("改为财务");
  张总.hears("小李现在是“财务”");
  小李.looksAtPhone();
  小李.hears("您在一号电子的权限已改为“财务”");
  const audit = await rows<{ before: object; after: { role: string } }>(
    chat.db,
    Prisma.sql`SELECT before, after FROM audit_event WHERE action = 'member.role-changed'`,
  );
  expect(audit).toMatchObject([{ before: { role: "viewer" }, after: { role: "finance" } }]);
});

it("移除同事，他从此什么也看不到", async () => {
  await chat.bills(BILL);
  const 张总 = await chat.person("张总");
  const 小李 = await chat.person("小李");
  await 小李.says("查账单");
  小李.hears("¥1,234.50");
  await 张总.says("我的同事");
  await 张总.says("第三个");
  await 张总.taps("移除");
  张总.hears("移除后，小李将看不到贵司的任何信息");
  await 张总.taps("确认移除");
  张总.hears("已移除小李");
  小李.looksAtPhone();
  小李.hears("您已不再是一号电子的联系人");
  for (const words of ["查账单", "这张账单", "余额", "合同什么时候到期", `查账单 ${BILL.billNo}`]) {
    await 小李.says(words);
    小李.hears("绑定您的企业");
    小李.doesNotHear("一号电子", "1,234.50");
  }
});

it("最后一位负责人走不了，交出去之后才行", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我的同事");
  await 张总.says("1");
  张总.hears("〔退出企业〕");
  await 张总.taps("改为只读");
  张总.hears("贵司只剩这一位负责人");
  await 张总.says("我的同事");
  await 张总.says("1");
  await 张总.says("退出企业");
  await 张总.taps("确认退出");
  张总.hears("贵司只剩这一位负责人");
  await 张总.says("我的同事");
  await 张总.says("2");
  await 张总.says("改为负责人");
  张总.hears("王会计现在是“负责人”");
  await 张总.says("我的同事");
  await 张总.says("1");
  await 张总.taps("退出企业");
  await 张总.says("算了");
  张总.hears("已取消");
  await 张总.says("我的同事");
  // Owners by name: 张总 comes before 王会计 no longer.
  await 张总.says("1");
  张总.hears("现在是“负责人”");
});

it("不是负责人，不能邀请也不能改别人", async () => {
  const 小李 = await chat.person("小李");
  await 小李.says("邀请同事");
  小李.hears("只有负责人可以更改");
  await 小李.says("我的同事");
  小李.hears("张总：负责人", "只有负责人可以更改");
  await 小李.says("1");
  小李.hears("只有负责人可以更改");
  await 小李.says("3");
  小李.hears("〔退出企业〕");
  小李.doesNotHear("改为财务");
  await 小李.taps("退出企业");
  await 小李.taps("确认退出");
  小李.hears("您已退出这家企业");
  await 小李.says("查账单");
  小李.hears("绑定您的企业");
});
