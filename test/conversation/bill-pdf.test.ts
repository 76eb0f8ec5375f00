import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("账单PDF");

const AUGUST: BillStory = {
  billNo: "DG-202608-00001",
  lease: "L001",
  dueDate: "2026-08-11",
  lines: { rent: "1000.00" },
};
const SEPTEMBER: BillStory = {
  ...AUGUST,
  billNo: "DG-202609-00001",
  dueDate: "2026-09-11",
  lines: { rent: "1234.50" },
};

it("要最近一张账单的PDF", async () => {
  await chat.bills(AUGUST, SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("账单PDF发我");
  张总.hears("2026年9月账单PDF", "账单编号：DG-202609-00001", "本期合计：¥1,234.50", "打开PDF账单");
});

it("按月份、按编号、按刚看过的那张", async () => {
  await chat.bills(AUGUST, SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("8月账单PDF");
  张总.hears("2026年8月账单PDF", "DG-202608-00001");
  await 张总.says("查账单 DG-202608-00001");
  await 张总.says("下载PDF账单");
  张总.hears("2026年8月账单PDF");
  // The same bill is the same document, however often somebody asks.
  expect((await rows(chat.db, Prisma.sql`SELECT id FROM document`)).length).toBe(1);
});

it("没有账单，别人的账单", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("账单PDF");
  张总.hears("目前没有可以下载的账单");
  await chat.bills({ ...AUGUST, billNo: "DG-202608-00009", lease: "L003" });
  await 张总.says("DG-202608-00009 账单PDF");
  张总.hears("没有找到");
  expect(await rows(chat.db, Prisma.sql`SELECT id FROM document`)).toEqual([]);
});
