import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";

const chat = withConversation("绑定");

const MINUTE_MS = 60_000;
const WANG = "13800000001";
const NOBODY = "13900000000";
/** A code that is not the one that was sent. */
const otherThan = (code: string) => (code === "111111" ? "222222" : "111111");

it("王会计第一次来", async () => {
  const 王会计 = await chat.person("王会计", { stranger: true });
  await 王会计.follows();
  王会计.hears("绑定企业后即可查账单和缴费");
  await 王会计.taps("绑定企业");
  王会计.hears("请回复您在园区登记的手机号");
  await 王会计.says("138 0000 0001");
  王会计.hears("如果该手机号已在园区登记");
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("绑定成功", "一号电子", "东莞园区", "您好，王会计");
  await 王会计.taps("查账单");
  王会计.hears("一号电子", "没有待付账单");
  await 王会计.says("绑定");
  王会计.hears("您已经绑定了一号电子");
  const audit = await rows(chat.db, Prisma.sql`SELECT action FROM audit_event WHERE action LIKE 'identity.%'`);
  expect(audit).toEqual([{ action: "identity.bound" }]);
});

it("手机号打错了", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says("1380000");
  王会计.hears("这不像是手机号");
  await 王会计.says("不记得了");
  王会计.hears("这不像是手机号");
  await 王会计.says("+86 138-0000-0001");
  王会计.hears("如果该手机号已在园区登记");
  await 王会计.says("１２３");
  王会计.hears("请回复6位数字验证码");
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("绑定成功");
});

it("验证码输错五次就作废", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  const code = chat.codeSentTo(WANG);
  for (const left of [4, 3, 2, 1]) {
    await 王会计.says(otherThan(code));
    王会计.hears(`还可以再试${left}次`);
  }
  await 王会计.says(otherThan(code));
  王会计.hears("验证码已失效", "回复“绑定”重新开始");
  await 王会计.says(code);
  王会计.doesNotHear("绑定成功");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  王会计.hears("一分钟只能发一次");
  chat.later("（过了一分钟）", MINUTE_MS);
  await 王会计.says(WANG);
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("绑定成功");
});

it("验证码五分钟后失效", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  chat.later("（过了五分钟）", 5 * MINUTE_MS);
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("验证码已失效");
});

it("没收到就重发，旧的验证码随之作废", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  const first = chat.codeSentTo(WANG);
  await 王会计.says("没收到");
  王会计.hears("一分钟只能发一次");
  chat.later("（过了一分钟）", MINUTE_MS);
  await 王会计.says("重发");
  王会计.hears("验证码短信马上就到");
  expect(chat.smsCount(WANG)).toBe(2);
  const second = chat.codeSentTo(WANG);
  if (first !== second) {
    await 王会计.says(first);
    王会计.hears("验证码不对");
  }
  await 王会计.says(second);
  王会计.hears("绑定成功");
});

it("一小时最多发五次验证码", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  for (const _again of [2, 3, 4, 5]) {
    chat.later("（过了一分钟）", MINUTE_MS);
    await 王会计.says("重发");
    王会计.hears("验证码短信马上就到");
  }
  chat.later("（过了一分钟）", MINUTE_MS);
  await 王会计.says("重发");
  王会计.hears("请一小时后再试");
  expect(chat.smsCount(WANG)).toBe(5);
});

it("陌生手机号什么也打听不到", async () => {
  const 路人 = await chat.person("路人");
  await 路人.says("查账单 DG-202609-00001");
  路人.hears("绑定您的企业");
  await 路人.says("一号电子欠多少钱");
  路人.hears("绑定您的企业");
  路人.doesNotHear("一号电子");
  await 路人.says("绑定");
  await 路人.says(NOBODY);
  // Word for word what somebody hears whose phone is known.
  路人.hears("如果该手机号已在园区登记，验证码短信马上就到。请在5分钟内回复6位验证码；没收到可回复“重发”。");
  expect(chat.smsCount(NOBODY)).toBe(0);
  for (const left of [4, 3, 2, 1]) {
    await 路人.says("123456");
    路人.hears(`还可以再试${left}次`);
  }
  await 路人.says("123456");
  路人.hears("验证码已失效");
});

it("别人的验证码在自己的对话里没有用", async () => {
  const 王会计 = await chat.person("王会计");
  const 路人 = await chat.person("路人");
  await 王会计.says("绑定");
  await 王会计.says(WANG);
  await 路人.says("绑定");
  await 路人.says(NOBODY);
  await 路人.says(chat.codeSentTo(WANG));
  路人.hears("验证码不对");
  await 王会计.says(chat.codeSentTo(WANG));
  王会计.hears("绑定成功");
});

it("半路取消，或者中途问别的", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  await 王会计.says("帮助");
  王会计.hears("我能帮您做这些");
  await 王会计.says("转人工");
  王会计.hears("我不知道该通知哪位管家");
  await 王会计.says("取消");
  王会计.hears("好的，已取消");
  await 王会计.says("取消");
  王会计.hears("目前没有正在办理的事项");
  await 王会计.says(WANG);
  王会计.doesNotHear("验证码");
  expect(chat.smsCount(WANG)).toBe(0);
});

it("隔天再接着答，不会当成新的请求", async () => {
  const 王会计 = await chat.person("王会计");
  await 王会计.says("绑定");
  chat.later("（过了一天）", 24 * 60 * MINUTE_MS);
  await 王会计.says(WANG);
  王会计.hears("已经超时");
  expect(chat.smsCount(WANG)).toBe(0);
  await 王会计.says("你好");
  王会计.hears("绑定企业后即可查账单和缴费");
});

it("解除绑定要确认一次", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("解绑");
  张总.hears("一号电子", "确认解绑");
  await 张总.says("等等");
  张总.hears("绑定保持不变");
  await 张总.says("解绑");
  await 张总.says("确认解绑");
  张总.hears("已解除绑定");
  await 张总.says("查账单");
  张总.hears("绑定您的企业");
  const audit = await rows(chat.db, Prisma.sql`SELECT action FROM audit_event WHERE action LIKE 'identity.%'`);
  expect(audit).toEqual([{ action: "identity.unbound" }]);
});
