import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";

const chat = withConversation("问候与帮助");

it("老朋友打招呼", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("你好");
  张总.hears("一号电子，您好", "〔查账单〕", "〔缴费〕", "〔转人工〕");
  await 张总.says("怎么用");
  张总.hears("我能帮您做这些");
});

it("听不懂的话", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("今天天气不错");
  张总.hears("这件事我帮不上忙", "〔转人工〕");
  await 张总.says("呜呜呜啦啦");
  // Three things and a way to a person.
  张总.hears("抱歉，我没有听懂", /(?:〔[^〕]+〕\s*){4}/, "〔转人工〕");
});

it("发来图片", async () => {
  const 张总 = await chat.person("张总");
  await 张总.sends("image", "一张图片");
  张总.hears("我现在只能看懂文字消息");
});

it("点了菜单里的网页，不打扰", async () => {
  const 张总 = await chat.person("张总");
  await 张总.wechat.openMenuLink("https://park.example.com/");
  await chat.settle();
  张总.looksAtPhone();
  张总.hearsTimes(0);
});

it("陌生人扫了园区的二维码", async () => {
  const 路人 = await chat.person("路人", { stranger: true });
  await 路人.scans("unit:A-301");
  路人.hears("绑定企业后即可查账单和缴费");
  await 路人.scans("unit:A-301");
  路人.hears("绑定企业后即可查账单和缴费");
});

it("取消关注又回来", async () => {
  const reachable = async () =>
    (
      await rows<{ reachable: boolean }>(
        chat.db,
        Prisma.sql`SELECT reachable FROM channel_identity WHERE external_id = 'oPark-张总'`,
      )
    )[0]?.reachable;
  const 张总 = await chat.person("张总");
  await 张总.unfollows();
  张总.hearsTimes(0);
  expect(await reachable()).toBe(false);
  chat.later("（过了一天）", 24 * 60 * 60_000);
  await 张总.follows();
  张总.hears("一号电子，您好");
  expect(await reachable()).toBe(true);
});
