import { beforeEach, describe, it } from "vitest";
import { parseYuan } from "../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { withConversation } from "../support/conversation.ts";
import type { Person } from "../support/conversation-person.ts";
import type { BillStory } from "../support/published-bill.ts";

const chat = withConversation("每件事都能停下");

const OVERDUE: BillStory = {
  billNo: "DG-202608-00001",
  lease: "L001",
  dueDate: "2026-08-26",
  lines: { rent: "1000.00", electricity: "234.50" },
};
const MINUTE_MS = 60_000;

beforeEach(async () => {
  // Paid ahead before there was a bill, so that there is something to ask back.
  const paid = await recordReceipt(
    chat.db,
    {
      channel: "bank",
      channelNo: "B-1",
      tenantCode: "T001",
      entityCode: "E1",
      amountFen: parseYuan("800.00"),
      valueDate: parseCivilDate("2026-09-01"),
    },
    { actor: "staff:S01", channel: "cli", today: chat.clock.today() },
  );
  if (!paid.ok) throw new Error(paid.message.zh);
  await chat.bills(OVERDUE);
});

interface Story {
  readonly name: string;
  readonly title: string;
  /** What is said until the question in the middle stands. */
  readonly opening: readonly string[];
  readonly question: string;
  /** What would answer it: hours later it must not be taken for anything. */
  readonly late: string;
  /** Said in the middle to put oneself right, and what is then understood. */
  readonly corrects: readonly [words: string, heard: string];
}

const STORIES: readonly Story[] = [
  {
    name: "修改抬头",
    title: "开票信息",
    opening: ["我要改发票抬头", "一号电子（东莞）有限公司"],
    question: "税号",
    late: "91350100M000100Y43",
    corrects: ["不对，抬头是一号电子有限公司", "一号电子有限公司"],
  },
  {
    name: "申请退款",
    title: "申请退款",
    opening: ["我要退款", "300"],
    question: "退¥300.00。请简单说说原因",
    late: "重复付款",
    corrects: ["不对，退200", "退¥200.00。请简单说说原因"],
  },
  {
    name: "承诺付款",
    title: "承诺付款",
    opening: ["下周五付"],
    question: "登记：2026年9月11日前付",
    late: "确认",
    corrects: ["不对，是9月15日", "登记：2026年9月15日前付"],
  },
  {
    name: "账单异议",
    title: "账单异议",
    opening: ["电费不对"],
    question: "电费 ¥234.50。请简单说说哪里不对",
    late: "多了一倍",
    corrects: ["不对，是租金", "租金 ¥1,000.00"],
  },
];

const midway = async ({ opening, question }: Story): Promise<Person> => {
  const 张总 = await chat.person("张总");
  for (const words of opening) await 张总.says(words);
  张总.hears(question);
  return 张总;
};

describe.each(STORIES)("$name", (story) => {
  it(`${story.name}：问了别的，接着办；改口；取消`, async () => {
    const 张总 = await midway(story);
    await 张总.says("合同什么时候到期");
    张总.hears("东莞园区 A-301");
    张总.hears(story.question);
    const [words, heard] = story.corrects;
    await 张总.says(words);
    张总.hears(heard);
    await 张总.says("算了");
    张总.hears("好的，已取消");
    await 张总.says("取消");
    张总.hears("目前没有正在办理的事项");
  });

  it(`${story.name}：放了半天，客气地结束`, async () => {
    const 张总 = await midway(story);
    chat.later("（过了两个小时）", 120 * MINUTE_MS);
    await 张总.says(story.late);
    张总.hears("已经超时结束了，没有任何改动");
  });
});
