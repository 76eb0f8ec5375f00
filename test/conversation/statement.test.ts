import { expect, it } from "vitest";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("对账单与预存");

const AUGUST: BillStory = {
  billNo: "DG-202608-00001",
  lease: "L001",
  dueDate: "2026-08-11",
  lines: { rent: "1000.00" },
};
const SEPTEMBER: BillStory = { ...AUGUST, billNo: "DG-202609-00001", dueDate: "2026-09-11" };

async function pays(yuan: bigint, valueDate: string, channelNo: string): Promise<void> {
  const recorded = await recordReceipt(
    chat.db,
    {
      channel: "bank",
      accountCode: "CMB1",
      channelNo,
      tenantCode: "T001",
      entityCode: "E1",
      amountFen: yuan * 100n,
      valueDate: valueDate as never,
    },
    { actor: "staff:S01", channel: "cli", today: chat.clock.today() },
  );
  expect(recorded.ok).toBe(true);
}

it("月度对账单：期初、出账、已付、期末", async () => {
  await chat.bills(AUGUST, SEPTEMBER);
  // 600.00 on 20 August: the fee of 12 to 19 August is 8 days of 0.50 = 4.00 and is paid first, 596.00 goes to the rent.
  await pays(600n, "2026-08-20", "B1");
  const 张总 = await chat.person("张总");
  await 张总.says("8月对账单");
  // 20 to 31 August: 12 days at 0.05 % of 404.00 are 2.424; the line's fee is 4.00 + 2.424 = 6.42 after rounding once.
  张总.hears(
    "2026年8月对账单",
    "一号电子 · 谭氏物业有限公司",
    "期初待付：¥0.00",
    "本期出账：¥1,000.00",
    "本期违约金：¥6.42",
    "本期已付：-¥600.00",
    "期末待付：¥406.42",
    "2026年8月1日 账单 DG-202608-00001：¥1,000.00",
    "2026年8月20日 收款",
  );
  await 张总.says("9月对账单");
  // Through today, 5 September: the fee of 1 to 4 September is 4 × 0.202 = 0.808; 7.232 in all, 7.23 rounded, 0.81 more.
  张总.hears(
    "期初待付：¥406.42",
    "本期出账：¥1,000.00",
    "本期违约金：¥0.81",
    "期末待付：¥1,407.23",
    "数字算到2026年9月5日",
  );
  await 张总.says("余额");
  张总.hears("待付：¥1,407.23");
});

it("多付的算结余，没有往来的月份", async () => {
  await chat.bills({ ...AUGUST, dueDate: "2026-08-25" });
  await pays(1500n, "2026-08-20", "B1");
  const 张总 = await chat.person("张总");
  await 张总.says("对账单");
  张总.hears("2026年8月对账单", "期末结余：¥500.00");
  await 张总.says("三季度对账单");
  张总.hears("2026年7月至2026年9月对账单", "期末结余：¥500.00");
  await 张总.says("12月对账单");
  const 陈老板 = await chat.person("陈老板");
  await 陈老板.says("8月对账单");
  陈老板.hears("2026年8月没有账单和收款往来");
});

it("预存一笔", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我想预存5000");
  张总.hears("预存费用", "收款方：谭氏物业有限公司", "预存¥5,000.00", "先抵扣待付账单");
  expect(张总.linkTo("去预存")).toBe("https://park.example.com/h5/prepay?amount=500000");
});

it("预存多少，边问边说", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("预存");
  张总.hears("想预存多少钱");
  await 张总.says("我有押金吗");
  张总.hears("没有您的押金记录");
  张总.hears("我们继续：想预存多少钱");
  await 张总.says("0.5");
  张总.hears("请回复一个金额");
  await 张总.says("随便");
  张总.hears("请回复一个金额");
  await 张总.says("3000");
  张总.hears("预存¥3,000.00");
  await 张总.says("预存");
  await 张总.says("取消");
  张总.hears("好的，已取消");
  await 张总.says("预存");
  chat.later("（过了一刻钟）", 15 * 60_000);
  await 张总.says("3000");
  张总.hears("刚才的“预存费用”已经超时结束了");
  const 小李 = await chat.person("小李");
  await 小李.says("预存1000");
  小李.hears("您的权限是“只读”");
});
