import { expect, it } from "vitest";
import { billPublishedNotice } from "../../bot/notices/bill-published-notice.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { enqueueMessages } from "../../src/db/outbox/enqueue.ts";
import { rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { findReachableMembers } from "../../src/usecases/people/reachable-members.ts";
import { findTenantBills } from "../../src/usecases/queries/tenant-bills.ts";
import { withConversation } from "../support/conversation.ts";
import { APP } from "../support/conversation-far-ends.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("消息送达");

const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1234.50" },
};

it("微信推送了三遍，只回答一次", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  张总.wechat.duplicateNextPush(3);
  await 张总.says("查账单");
  张总.hears("应付合计：¥1,234.50");
  张总.hearsTimes(1);
});

it("来不及当场回答，随后补上", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  const release = chat.holdHandlers();
  const said = 张总.says("查账单");
  // The push comes back without an answer while the handler is still at work.
  await 张总.wechatAnswered();
  release();
  await said;
  张总.hears("应付合计：¥1,234.50");
  expect(张总.channels()).toEqual(["custom"]);
  expect(chat.playground.officialAccount.incidents).toEqual([]);
});

it("一口气说三句，按顺序回答", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.saysAtOnce("查账单", "付这个", "你好");
  张总.hearsTimes(3);
  张总.hearsInOrder("应付合计", "请确认缴费", "一号电子，您好");
});

it("系统出了故障，修好后补上回答", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  chat.failNextEvents(1);
  await 张总.says("查账单");
  张总.hearsTimes(0);
  // WeChat got an empty answer in time: no banner that the account is out of order.
  expect(chat.playground.officialAccount.incidents).toEqual([]);
  expect(chat.errors.splice(0).join()).toContain("inbox.handler-failed");
  await chat.triesAgain();
  张总.looksAtPhone();
  张总.hears("应付合计：¥1,234.50");
  张总.hearsTimes(1);
});

it("试了五次都不行，就道歉，下一句照常回答", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  chat.failNextEvents(5);
  await 张总.says("查账单");
  for (const _again of [2, 3, 4]) {
    await chat.triesAgain();
    张总.hearsTimes(0);
  }
  await chat.triesAgain();
  张总.looksAtPhone();
  张总.hears("抱歉，系统刚才没能处理好您的消息");
  expect(chat.errors.splice(0)).toHaveLength(1);
  await 张总.says("查账单");
  张总.hears("应付合计：¥1,234.50");
});

it("账单推送，送达状态记下来", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  const 小李 = await chat.person("小李");
  await pushBill();
  张总.looksAtPhone();
  小李.looksAtPhone();
  张总.hears("账单通知", "租户：一号电子", "应付：¥1,234.50", "最晚付款：2026年9月11日");
  小李.hears("账单通知");
  expect(await deliveries()).toEqual([
    { recipient: "oPark-小李", via: "template", state: "delivered" },
    { recipient: "oPark-张总", via: "template", state: "delivered" },
  ]);
});

it("对方拒收，也记下来", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  张总.wechat.blocksTemplates = true;
  await chat.person("小李");
  await pushBill();
  张总.looksAtPhone();
  张总.hearsTimes(0);
  expect(await deliveries()).toContainEqual({ recipient: "oPark-张总", via: "template", state: "undelivered" });
});

/** What publishing does with a bill: to every member who can be reached. */
async function pushBill(): Promise<void> {
  await inTransaction(chat.db, async (tx) => {
    const tenants = await rows<{ id: string }>(tx, Prisma.sql`SELECT id FROM tenant ORDER BY code`);
    const members = await findReachableMembers(
      tx,
      { platform: "official-account", appId: APP.appId },
      tenants.map((tenant) => tenant.id),
    );
    for (const [tenantId, reachable] of members) {
      const bills = await findTenantBills(tx, { tenantId }, chat.clock.today());
      await enqueueMessages(
        tx,
        bills.flatMap((bill) =>
          reachable.map((member) => ({
            channel: "official-account" as const,
            appId: APP.appId,
            recipient: member.externalId,
            personId: member.personId,
            occasion: "notice" as const,
            message: billPublishedNotice(bill),
            dedupeKey: `bill-published|${bill.billNo}|${member.externalId}`,
          })),
        ),
      );
    }
  });
  await chat.settle();
}

const deliveries = () =>
  rows(
    chat.db,
    Prisma.sql`SELECT recipient, via, state FROM delivery WHERE via = 'template' ORDER BY recipient COLLATE "C"`,
  );
