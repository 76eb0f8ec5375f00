import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { parseYuan } from "../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { applyPrepayments } from "../../src/usecases/receipts/apply-prepayments.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { withConversation } from "../support/conversation.ts";

const chat = withConversation("退款");

/** Money of 一号电子 at the bank, more than it owes (nothing): prepayment to the fen. */
async function paidByBank(yuan: string, reference: string, valueDate = "2026-09-01"): Promise<string> {
  const receipt = await recordReceipt(
    chat.db,
    {
      channel: "bank",
      channelNo: reference,
      tenantCode: "T001",
      entityCode: "E1",
      amountFen: parseYuan(yuan),
      valueDate: parseCivilDate(valueDate),
    },
    { actor: "staff:S01", channel: "cli", today: chat.clock.today() },
  );
  if (!receipt.ok || receipt.receiptNo === undefined) throw new Error("not recorded");
  return receipt.receiptNo;
}

const refunds = () =>
  rows<{ no: string; amount: number; reason: string; state: string; tail: string }>(
    chat.db,
    Prisma.sql`SELECT f.refund_no AS no, f.amount_fen::int AS amount, f.reason, f.state, a.account_no_tail AS tail
      FROM refund f LEFT JOIN payout_account a ON a.id = f.payout_account_id ORDER BY f.refund_no`,
  );

it("申请退款：说金额、原因、账户，确认后提交", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("我要退款");
  张总.hears("预存款", "2026年9月1日 银行转账 SK-E1-2026-000001", "最多可退¥800.00", "退多少");
  await 张总.says("300");
  张总.hears("退¥300.00。请简单说说原因");
  await 张总.says("重复付款");
  张总.hears("不能原路退回", "户名 开户行 账号");
  await 张总.says("一号电子有限公司 招商银行东莞分行 6225880212345678");
  张总.hears("请确认退款申请：预存款，退¥300.00，原因：重复付款", "尾号5678");
  await 张总.says("确认");
  张总.hears("已提交退款申请 TK-E1-2026-000001，金额¥300.00");
  expect(await refunds()).toEqual([
    { no: "TK-E1-2026-000001", amount: 30_000, reason: "重复付款", state: "requested", tail: "5678" },
  ]);
  await 张总.says("退款到哪一步了");
  张总.hears("退款进度", "TK-E1-2026-000001 待审批", "¥300.00", "撤回退款 TK-E1-2026-000001");
});

it("中途改金额：两次改口，超出可退的不收", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("申请退款500元");
  张总.hears("退¥500.00。请简单说说原因");
  await 张总.says("不对，是450元");
  张总.hears("退¥450.00。请简单说说原因");
  await 张总.says("多付了一个月");
  await 张总.says("一号电子有限公司，工商银行东莞支行，6222021234567890123");
  张总.hears("退¥450.00，原因：多付了一个月", "尾号0123");
  await 张总.says("改成900");
  张总.hears("请回复一个金额，最多¥800.00");
  await 张总.says("改成400");
  张总.hears("退¥400.00，原因：多付了一个月");
  await 张总.says("确认");
  张总.hears("金额¥400.00");
  expect((await refunds()).map(({ amount }) => amount)).toEqual([40_000]);
});

it("没想好就取消，什么也没有发生", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("我要退款");
  await 张总.says("全部");
  张总.hears("退¥800.00");
  await 张总.says("取消");
  张总.hears("好的，已取消");
  expect(await refunds()).toEqual([]);
  await 张总.says("退款进度");
  张总.hears("没有退款记录");
});

it("几笔可退时先选，中间问一句余额再接着办", async () => {
  await paidByBank("200.00", "B-1", "2026-08-20");
  await paidByBank("800.00", "B-2");
  const 张总 = await chat.person("张总");
  await 张总.says("我要退款");
  张总.hears("您想退哪一笔", "1. 预存款 2026年9月1日", "¥800.00", "2. 预存款 2026年8月20日", "¥200.00");
  await 张总.says("查余额");
  张总.hears("预存款：¥1,000.00");
  张总.hears("我们继续：您想退哪一笔");
  await 张总.says("第2笔");
  张总.hears("最多可退¥200.00");
});

it("撤回还没审批的申请", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("我要退款");
  await 张总.says("全部");
  await 张总.says("不租了");
  await 张总.says("一号电子有限公司 招商银行 6225880212345678");
  await 张总.says("确认");
  await 张总.says("撤回退款");
  张总.hears("退款申请 TK-E1-2026-000001 已撤回");
  await 张总.says("撤回退款 TK-E1-2026-000001");
  张总.hears("已经在办或已经结束，不能撤回");
  expect((await refunds()).map(({ state }) => state)).toEqual(["cancelled"]);
});

it("提交以后改金额，重新送审", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("申请退款");
  await 张总.says("全部");
  await 张总.says("多付了");
  await 张总.says("一号电子有限公司 招商银行 6225880212345678");
  await 张总.says("确认");
  await 张总.says("退款改成900");
  张总.hears("这笔款最多可退 ¥800.00");
  await 张总.says("退款改成450");
  张总.hears("退款 TK-E1-2026-000001 的金额已改为¥450.00，重新送审");
  const versions = await rows<{ version: number; amount: number }>(
    chat.db,
    Prisma.sql`SELECT version, amount_fen::int AS amount FROM approval_request`,
  );
  expect(versions).toEqual([{ version: 2, amount: 45_000 }]);
});

it("没有可退的，或只有只读权限", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我要退款");
  张总.hears("目前没有可以退的款");
  const 小李 = await chat.person("小李");
  await 小李.says("我要退款");
  小李.hears("您的权限是“只读”，不能申请退款");
});

it("确认之前款被账单用掉了", async () => {
  await paidByBank("800.00", "B-1");
  const 张总 = await chat.person("张总");
  await 张总.says("申请退款");
  await 张总.says("全部");
  await 张总.says("多付了");
  await 张总.says("一号电子有限公司 招商银行 6225880212345678");
  chat.later("这时出了一张500元的账单，用预存款付清", 60_000);
  await chat.bills({ billNo: "DG-202609-00009", lease: "L001", dueDate: "2026-09-20", lines: { rent: "500.00" } });
  const [account] = await rows<{ tenantId: string; entityId: string }>(
    chat.db,
    Prisma.sql`SELECT t.id AS "tenantId", e.id AS "entityId" FROM tenant t, legal_entity e
      WHERE t.code = 'T001' AND e.code = 'E1'`,
  );
  if (!account) throw new Error("no account");
  await inTransaction(chat.db, (tx) => applyPrepayments(tx, [account], chat.clock.today()));
  await 张总.says("确认");
  张总.hears("这笔款最多可退 ¥300.00");
  张总.hears("最多可退¥300.00。退多少");
});
