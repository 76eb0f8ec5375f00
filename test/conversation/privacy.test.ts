import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { eraseTraces } from "../../src/usecases/people/erase-traces.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("隐私");

const BILL: BillStory = { billNo: "DG-202609-00001", lease: "L001", dueDate: "2026-09-11", lines: { rent: "1234.50" } };

/** Every row of every table that has one of the words, as "table: word". */
async function placesOf(...words: string[]): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    chat.db,
    Prisma.sql`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const places: string[] = [];
  for (const { name } of tables) {
    for (const word of words) {
      const [found] = await rows<{ count: bigint }>(
        chat.db,
        Prisma.sql`SELECT count(*) AS count FROM ${Prisma.raw(name)} t WHERE position(${word} IN to_jsonb(t)::text) > 0`,
      );
      if ((found?.count ?? 0n) > 0n) places.push(`${name}: ${word}`);
    }
  }
  return places;
}

it("第一次来就说清楚怎么用您的信息", async () => {
  const 路人 = await chat.person("路人", { stranger: true });
  await 路人.follows();
  路人.hears("隐私提示", "您的手机号、姓名和微信标识", "〔隐私说明〕");
  expect(路人.linkTo("隐私说明")).toBe("https://park.example.com/h5/privacy");
  await 路人.says("隐私政策");
  路人.hears("隐私提示");
  await 路人.says("注销");
  路人.hears("我们这里没有登记您的信息");
});

it("注销之后，数据库里找不到这个人", async () => {
  await chat.bills(BILL);
  const 王会计 = await chat.person("王会计", { stranger: true });
  await 王会计.follows();
  await 王会计.says("绑定");
  await 王会计.says("13800000001");
  await 王会计.says(chat.codeSentTo("13800000001"));
  王会计.hears("绑定成功");
  await 王会计.says("租金不对");
  await 王会计.says("面积写多了，我叫王会计，电话13800000001");
  await 王会计.says("转人工");
  const paid = await recordReceipt(
    chat.db,
    {
      channel: "bank",
      accountCode: "CMB1",
      channelNo: "B1",
      tenantCode: "T001",
      entityCode: "E1",
      amountFen: 10_000n,
      valueDate: chat.clock.today(),
    },
    { actor: "staff:S01", channel: "cli", today: chat.clock.today() },
  );
  expect(paid.ok).toBe(true);
  const personal = ["王会计", "13800000001", "oPark-王会计"];
  const before = await placesOf(...personal);
  // Where it stood, so that the search is known to find it.
  expect(before).toEqual(
    expect.arrayContaining([
      "person: 王会计",
      "channel_identity: oPark-王会计",
      "inbox_event: 13800000001",
      "outbox: 王会计",
      "dispute: 13800000001",
    ]),
  );
  await 王会计.says("删除我的信息");
  王会计.hears("确定请回复“确认注销”", "账单、收款和发票记录依法保留");
  await 王会计.says("等等");
  王会计.hears("您的信息保持不变");
  await 王会计.says("注销");
  await 王会计.taps("确认注销");
  王会计.hears("您的个人信息已删除");
  await 王会计.says("查账单");
  王会计.hears("绑定您的企业");
  王会计.doesNotHear("一号电子");
  expect(await eraseTraces(chat.db)).toBe(1);
  expect(await placesOf(...personal)).toEqual([]);
  const kept = await rows<{ receipts: bigint; allocations: bigint; audit: bigint; name: string }>(
    chat.db,
    Prisma.sql`SELECT (SELECT count(*) FROM receipt) AS receipts, (SELECT count(*) FROM allocation) AS allocations,
      (SELECT count(*) FROM audit_event WHERE action = 'person.forgotten') AS audit,
      (SELECT name FROM person WHERE forgotten_at IS NOT NULL) AS name`,
  );
  expect(kept).toMatchObject([{ receipts: 1n, audit: 1n, name: "已注销" }]);
  expect(await eraseTraces(chat.db)).toBe(0);
});

it("凭账单申请加入的人注销，负责人那里的申请也不留名字", async () => {
  await chat.bills(BILL);
  const 刘芳 = await chat.person("新来的", { stranger: true });
  const 张总 = await chat.person("张总");
  await 刘芳.follows(await chat.sceneOf(BILL.billNo));
  await 刘芳.says("申请加入");
  await 刘芳.says("刘芳 出纳");
  张总.looksAtPhone();
  await 张总.taps("同意：只读");
  expect(await placesOf("刘芳")).toContain("person: 刘芳");
  await 张总.says("我的同事");
  张总.hears("刘芳 出纳：只读");
  await 刘芳.says("注销");
  await 刘芳.taps("确认注销");
  expect(await eraseTraces(chat.db)).toBe(1);
  expect(await placesOf("刘芳", "oPark-新来的")).toEqual([]);
});

it("唯一的负责人要先交接", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("注销");
  await 张总.says("确认注销");
  张总.hears("您是一号电子唯一的负责人", "把另一位同事设为负责人");
  await 张总.says("我的同事");
  await 张总.says("2");
  await 张总.taps("改为负责人");
  await 张总.says("注销");
  await 张总.taps("确认注销");
  张总.hears("您的个人信息已删除");
});
