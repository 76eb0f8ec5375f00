import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { newId } from "../../src/db/ids.ts";
import { execute, rows } from "../../src/db/rows.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../src/usecases/receipts/undo-receipt.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("其他问题");

const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1234.50", deposit: "5000.00" },
};

it("余额：待付、预存、押金", async () => {
  await chat.bills({ ...SEPTEMBER, lines: { deposit: "5000.00", rent: "1234.50" }, paid: "5000.00" });
  await execute(
    chat.db,
    Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, amount_fen, remaining_fen, value_date)
      SELECT ${newId()}::uuid, e.id, t.id, 'opening', ${newId()}::uuid, 88800, 66600, '2026-08-31'
      FROM legal_entity e, tenant t WHERE e.code = 'E1' AND t.code = 'T001'`,
  );
  const 张总 = await chat.person("张总");
  await 张总.says("余额");
  张总.hears("谭氏物业有限公司", "待付：¥1,234.50", "预存款：¥666.00", "押金：¥5,000.00");
  await 张总.says("押金是多少");
  张总.hears("谭氏物业有限公司：¥5,000.00");
});

it("什么都没有时的余额", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("余额");
  张总.hears("没有待付账单，也没有预存款和押金");
  await 张总.says("押金");
  张总.hears("没有您的押金记录");
});

it("缴费记录，多付的成了预存款，撤销的不算", async () => {
  await chat.bills(SEPTEMBER);
  const staff = { actor: "staff:S01", channel: "cli", today: chat.clock.today() };
  const pays = async (yuan: bigint, valueDate: string, channelNo: string) => {
    const paid = await recordReceipt(
      chat.db,
      {
        channel: "bank",
        accountCode: "CMB1",
        channelNo,
        tenantCode: "T001",
        entityCode: "E1",
        amountFen: yuan * 100n,
        valueDate: parseCivilDate(valueDate),
      },
      staff,
    );
    if (!paid.ok) throw new Error(paid.code);
    return paid.receiptNo ?? "";
  };
  await pays(50n, "2026-08-10", "B1");
  await pays(7000n, "2026-09-02", "B2");
  const undone = await undoReceipt(chat.db, { receiptNo: await pays(999n, "2026-09-03", "B3") }, staff);
  expect(undone.ok).toBe(true);
  const 张总 = await chat.person("张总");
  await 张总.says("缴费记录");
  张总.hears(/2026年9月2日 银行转账：¥7,000\.00\n2026年8月10日 银行转账：¥50\.00/);
  张总.doesNotHear("999");
  await 张总.says("8月缴费记录");
  张总.hears("2026年8月10日");
  张总.doesNotHear("2026年9月2日");
  await 张总.says("余额");
  // 7,050.00 − rent 1,234.50 − deposit 5,000.00 = 815.50.
  张总.hears("待付：¥0.00", "预存款：¥815.50", "押金：¥5,000.00");
  await 张总.says("9月对账单");
  // Against 6,234.50 billed stand 7,050.00 paid, 50.00 of them in August.
  张总.hears("期初结余：¥50.00", "本期出账：¥6,234.50", "本期已付：-¥7,000.00", "期末结余：¥815.50");
  const 陈老板 = await chat.person("陈老板");
  await 陈老板.says("缴费记录");
  陈老板.hears("没有找到缴费记录");
});

it("对公转账到哪里", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("转账到哪个账户");
  张总.hears("户名：谭氏物业有限公司", "招商银行东莞分行", "账号：769900000000001", "转账附言：PK20260900001");
  const 路人 = await chat.person("路人");
  await 路人.says("转账到哪个账户");
  路人.hears("绑定您的企业");
  路人.doesNotHear("769900000000001");
});

it("合同什么时候到期", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("合同什么时候到期");
  张总.hears("东莞园区 A-301：2026年1月1日至2028年12月31日", "东莞园区 A-302");
});

it("还不会办的事，说清楚该找谁", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我要开通自动扣款");
  张总.hears("现在还不能开通自动扣款", "〔预存费用〕", "〔转人工〕");
});

it("转人工会通知管家", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("转人工");
  张总.hears("已通知管家，工作时间内会尽快联系您");
  await 张总.says("转人工");
  张总.hears("已通知管家，工作时间内会尽快联系您");
  const told = await rows<{ recipient: string; text: string }>(
    chat.db,
    Prisma.sql`SELECT recipient, message->'paragraphs'->>0 AS text FROM outbox WHERE channel = 'wecom'`,
  );
  expect(told).toEqual([{ recipient: "li", text: "一号电子的张总在公众号里请求人工服务，请尽快联系。" }]);
});

it("转人工时管家不在线，不说空话", async () => {
  await execute(chat.db, Prisma.sql`UPDATE channel_identity SET reachable = false WHERE platform = 'wecom'`);
  const 张总 = await chat.person("张总");
  await 张总.says("转人工");
  张总.hears("现在联系不上管家，急事请直接致电园区服务中心");
  const 路人 = await chat.person("路人");
  await 路人.says("转人工");
  路人.hears("您还没有绑定企业");
  const asked = await rows<{ kind: string }>(
    chat.db,
    Prisma.sql`SELECT subject_kind AS kind FROM audit_event WHERE action = 'handoff.requested' ORDER BY sequence`,
  );
  expect(asked).toEqual([{ kind: "tenant" }, { kind: "conversation" }]);
});
