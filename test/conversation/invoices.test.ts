import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { parseYuan } from "../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("抬头与发票");

const TAX_NO = "91350100M000100Y43";
const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1090.00", electricity: "226.00" },
  taxRate: "0.09",
};

const paid = async (amount: string): Promise<void> => {
  const command = {
    channel: "bank",
    tenantCode: "T001",
    amountFen: parseYuan(amount),
    valueDate: parseCivilDate("2026-09-05"),
  } as const;
  const result = await recordReceipt(chat.db, command, {
    actor: "staff:S03",
    channel: "cli",
    today: parseCivilDate("2026-09-05"),
  });
  expect(result).toMatchObject({ ok: true });
};

const applications = () =>
  rows<{ state: string; fen: bigint; invoices: bigint }>(
    chat.db,
    Prisma.sql`SELECT a.state, a.amount_fen AS fen, (SELECT count(*) FROM invoice i WHERE i.application_id = a.id) AS invoices
      FROM invoice_application a ORDER BY a.application_no`,
  );
const titles = () =>
  rows<{ name: string; tax_no: string }>(
    chat.db,
    Prisma.sql`SELECT name, tax_no FROM invoice_title WHERE retired_at IS NULL`,
  );

it("先缴费再开票：抬头一条消息发完，确认后交给财务", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("开9月的发票");
  张总.hears("还有 ¥1,316.00 没有到账，收到款后才能开票");
  await paid("1316.00");
  await 张总.says("开9月的普通发票");
  张总.hears("请把公司名称和税号发给我");
  await 张总.says(`一号电子 ${TAX_NO}`);
  张总.hears("抬头已保存");
  张总.hears("开票确认", "¥1,316.00", "按主体、税率和费用分成 2 张");
  await 张总.taps("确认开票");
  张总.hears("已提交，申请号 FP-202609-00001");
  expect(await applications()).toEqual([{ state: "submitted", fen: 131_600n, invoices: 2n }]);
  await 张总.says("发票开好了吗");
  张总.hears("FP-202609-00001", "财务处理中");
  await 张总.says("再开一次9月的发票");
  张总.hears("已经申请过（FP-202609-00001）");
  await 张总.says("撤销 FP-202609-00001");
  张总.hears("已撤销");
  expect(await applications()).toMatchObject([{ state: "cancelled" }]);
});

it("税号抄错一位，机器人给出建议；中途问账单再接着办", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("改开票抬头");
  张总.hears("请把公司名称和税号发给我");
  await 张总.says("华星电子有限公司 9135O100M000100Y43");
  张总.hears("是不是下面这个", TAX_NO);
  await 张总.says("查账单");
  张总.hears("DG-202609-00001");
  await 张总.taps(TAX_NO);
  张总.hears("与租赁合同的承租方", "确认要保存吗");
  await 张总.says("确认");
  张总.hears("抬头已保存", "华星电子有限公司");
  expect(await titles()).toEqual([{ name: "华星电子有限公司", tax_no: TAX_NO }]);
  await 张总.says("我的开票抬头");
  张总.hears("华星电子有限公司", TAX_NO);
});

it("一步一步来：先名称后税号，也可以半路取消", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("设置开票抬头");
  await 张总.says("华星电子有限公司");
  张总.hears("“华星电子有限公司”的税号是多少");
  await 张总.says("取消");
  张总.hears("已取消");
  expect(await titles()).toEqual([]);
});

it("开错的发票申请红冲", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("发票开错了要红冲");
  张总.hears("请告诉我发票号码和哪里不对");
});

it("写到一半改口：名称和税号都可以重新发，最后一次为准", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("设置开票抬头");
  await 张总.says("华星电子有限公司");
  张总.hears("“华星电子有限公司”的税号是多少");
  await 张总.says("名称：一号电子");
  张总.hears("“一号电子”的税号是多少");
  await 张总.says("123456");
  张总.hears("税号");
  await 张总.says(TAX_NO);
  张总.hears("抬头已保存");
  expect(await titles()).toEqual([{ name: "一号电子", tax_no: TAX_NO }]);
});

it("抬头写到一半放下了，超时后从头再来，什么也没有保存", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("设置开票抬头");
  await 张总.says("华星电子有限公司");
  chat.later("（过了一天）", 24 * 3_600_000);
  await 张总.says(TAX_NO);
  张总.hears("超时");
  expect(await titles()).toEqual([]);
});

it("开票确认前取消；换了抬头再确认；只能看的同事办不了", async () => {
  await chat.bills(SEPTEMBER);
  await paid("1316.00");
  const 张总 = await chat.person("张总");
  await 张总.says(`设置抬头 一号电子 ${TAX_NO}`);
  张总.hears("抬头已保存");
  await 张总.says("开9月的普通发票");
  张总.hears("开票确认", "¥1,316.00");
  await 张总.says("取消");
  张总.hears("已取消");
  expect(await applications()).toEqual([]);
  await 张总.says("开9月的普通发票");
  await 张总.taps("换抬头");
  张总.hears("请把公司名称和税号发给我");
  await 张总.says("个人 张三");
  张总.hears("张三");
  await 张总.says("确认");
  张总.hears("开票确认", "抬头：张三");
  await 张总.says("查账单");
  张总.hears("目前没有待付账单");
  张总.hears("我们继续", "抬头：张三");
  await 张总.taps("确认开票");
  张总.hears("已提交，申请号 FP-202609-00001");
  expect(await applications()).toMatchObject([{ state: "submitted" }]);
  const 小李 = await chat.person("小李");
  await 小李.says("开9月的普通发票");
  小李.hears("负责人");
  expect(await applications()).toHaveLength(1);
});
