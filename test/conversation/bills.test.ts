import { expect, it } from "vitest";
import { withConversation } from "../support/conversation.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("查账单");

const SEPTEMBER: BillStory = {
  billNo: "DG-202609-00001",
  lease: "L001",
  dueDate: "2026-09-11",
  lines: { rent: "1000.00", electricity: "234.50" },
};
const OF_OTHERS: BillStory = {
  billNo: "DG-202609-00003",
  lease: "L003",
  dueDate: "2026-09-11",
  lines: { rent: "999.00" },
};

it("一张待付账单", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  // 1,000.00 + 234.50
  张总.hears("2026年9月账单", "应付合计：¥1,234.50", "租金：¥1,000.00", "电费：¥234.50", "2026年9月11日");
  张总.hearsTimes(1);
});

it("逾期的账单连同违约金", async () => {
  await chat.bills({ ...SEPTEMBER, billNo: "DG-202608-00001", dueDate: "2026-08-26" });
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  // 27 August to 4 September are 9 days at 0.05 %: on 1,000.00 → 4.50, on 234.50 → 1.05525 = 1.06.
  张总.hears("应付合计：¥1,240.06", "逾期违约金：¥5.56", "已逾期10天", "违约金算到2026年9月5日");
});

it("付了一部分", async () => {
  await chat.bills({ ...SEPTEMBER, paid: "1100.00" });
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  张总.hears("应付合计：¥134.50", "已付：-¥1,100.00");
});

it("几张待付账单，点开其中一张", async () => {
  await chat.bills(SEPTEMBER, { ...SEPTEMBER, billNo: "DG-202610-00001", dueDate: "2026-10-11" });
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  张总.hears("待付合计：¥2,469.00", "2张", "2026年9月账单", "2026年10月账单");
  await 张总.taps("2026年10月账单");
  张总.hears("DG-202610-00001", "应付合计：¥1,234.50");
  await 张总.says("查账单");
  await 张总.says("第一张");
  张总.hears("DG-202609-00001");
});

it("没有待付账单", async () => {
  await chat.bills({ ...SEPTEMBER, paid: "1234.50" });
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  张总.hears("没有待付账单，一切都好");
});

it("按月份查", async () => {
  await chat.bills(SEPTEMBER, { ...SEPTEMBER, billNo: "DG-202608-00001", dueDate: "2026-09-06", paid: "1234.50" });
  const 张总 = await chat.person("张总");
  await 张总.says("8月账单");
  张总.hears("2026年8月账单", "这张账单已结清");
  await 张总.says("上个月的呢");
  张总.hears("2026年8月账单");
  await 张总.says("3月账单");
  张总.hears("2026年3月没有账单");
});

it("查一段时间，有付清的有没付的", async () => {
  await chat.bills(SEPTEMBER, { ...SEPTEMBER, billNo: "DG-202608-00001", dueDate: "2026-09-06", paid: "1234.50" });
  const 张总 = await chat.person("张总");
  await 张总.says("8月到9月的账单");
  张总.hears(
    "2026年8月至2026年9月账单",
    "2026年8月账单（已结清）：¥0.00",
    "2026年9月账单（2026年9月11日前）：¥1,234.50",
  );
  expect(张总.linkTo("全部缴费")).toBe("https://park.example.com/h5/pay?t=DG-202609-00001");
});

it("按状态查", async () => {
  await chat.bills(SEPTEMBER, { ...SEPTEMBER, billNo: "DG-202610-00001", dueDate: "2026-10-11", paid: "1234.50" });
  const 张总 = await chat.person("张总");
  await 张总.says("已付的账单");
  张总.hears("2026年10月账单", "已结清");
  await 张总.says("逾期的账单");
  张总.hears("没有逾期账单");
});

it("按编号查，大小写和全角都行", async () => {
  await chat.bills(SEPTEMBER);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单 DG-202609-00001");
  张总.hears("应付合计：¥1,234.50");
  await 张总.says("ｄｇ－２０２６０９－００００１");
  张总.hears("应付合计：¥1,234.50");
});

it("别家的账单编号等于不存在", async () => {
  await chat.bills(SEPTEMBER, OF_OTHERS);
  const 张总 = await chat.person("张总");
  await 张总.says("查账单 DG-202609-00003");
  张总.hears("没有找到这张账单");
  张总.doesNotHear("999", "二号贸易");
  await 张总.says("查账单 DG-202609-99999");
  张总.hears("没有找到这张账单");
  await 张总.says("缴费 DG-202609-00003");
  张总.hears("没有找到这张账单");
});

it("还没发布的账单看不到", async () => {
  await chat.bills({ ...SEPTEMBER, state: "issued" });
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  张总.hears("没有待付账单");
  await 张总.says("查账单 DG-202609-00001");
  张总.hears("没有找到这张账单");
});

it("替两家企业办事的人先选一家", async () => {
  await chat.bills(OF_OTHERS, { ...OF_OTHERS, billNo: "DG-202609-00004", lease: "L004", lines: { rent: "888.00" } });
  const 林姐 = await chat.person("林姐");
  await 林姐.says("查账单");
  林姐.hears("您绑定了多家企业", "1. 三号物流", "2. 二号贸易");
  await 林姐.says("5");
  林姐.hears("请回复1到2之间的序号");
  await 林姐.says("2");
  林姐.hears("二号贸易", "¥999.00");
  await 林姐.says("查账单");
  林姐.hears("二号贸易", "¥999.00");
  await 林姐.says("切换企业");
  林姐.hears("您绑定了多家企业");
  await 林姐.says("三号");
  林姐.hears("现在为您查看：三号物流");
  await 林姐.says("查账单");
  林姐.hears("三号物流", "¥888.00");
});
