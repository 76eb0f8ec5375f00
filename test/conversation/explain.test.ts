import { expect, it } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import { execute } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { LineComputation } from "../../src/domain/charging/line.ts";
import { computeTimeBased } from "../../src/domain/charging/time-based.ts";
import { computeMeteredCharge } from "../../src/domain/metering/metered-charge.ts";
import { parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import type { LineKind } from "../../src/domain/world/lease.ts";
import { withConversation } from "../support/conversation.ts";
import { flatTariff, indexed, meterOf, readingOf } from "../unit/metering/meter-fixtures.ts";

const chat = withConversation("账单是怎么算的", { now: "2026-10-05" });

const METER = meterOf(["total"]);
const READINGS = indexed(METER, [
  readingOf("2026-07-31", "1000"),
  readingOf("2026-08-31", "1200"),
  readingOf("2026-09-30", "1500"),
]);
const RUN = {
  run: { from: parseCivilDate("2026-01-01"), to: parseCivilDate("2028-12-31") },
  leaseEnd: parseCivilDate("2028-12-31"),
};

/** August 200 × 0.80 = 160.00, September 300 × 0.90 = 270.00. */
const electricity = (month: string): LineComputation =>
  computeMeteredCharge({
    month: parseMonth(month),
    ...RUN,
    meter: METER,
    readings: READINGS,
    tariffs: [{ tariff: flatTariff(["2026-01-01", "0.80"], ["2026-09-01", "0.90"]) }],
    roundTo: "0.01",
  });

/** 58 × 130 = 7,540.00 */
const rent = (month: string, days: number): LineComputation =>
  computeTimeBased({
    type: "time-based",
    charge: "rent",
    period: { from: parseCivilDate(`${month}-01`), to: parseCivilDate(`${month}-${days}`) },
    roundTo: "0.01",
    rates: [
      {
        per: "month",
        base: { price: "58.00", since: parseCivilDate("2026-01-01") },
        steps: [],
        quantity: { units: [{ unit: "A-301", areaSqm: "130.00" }] },
      },
    ],
    cells: [{ cell: month, cellDays: days, proration: "actual", coveredDays: days, parts: [{ days, rate: 0 }] }],
  });

/** What the engine would have stored with a line. */
async function stored(billNo: string, kind: LineKind, line: LineComputation): Promise<void> {
  if (!line.ok) throw new Error(line.message);
  await inTransaction(chat.db, async (tx) => {
    // Lines are immutable for the product.
    await execute(tx, Prisma.sql`SET LOCAL session_replication_role = replica`);
    const changed = await execute(
      tx,
      Prisma.sql`UPDATE bill_line line SET inputs = ${JSON.stringify(line.inputs)}::jsonb,
          derivation = ${JSON.stringify(line.derivation)}::jsonb
        FROM bill b WHERE b.id = line.bill_id AND b.bill_no = ${billNo} AND line.kind = ${kind}
          AND line.amount_fen = ${line.amountFen}`,
    );
    expect(changed).toBe(1);
  });
}

/** Two months of rent and electricity for 一号电子, the first one paid. */
async function twoMonths(): Promise<void> {
  await chat.bills(
    {
      billNo: "DG-202609-00001",
      lease: "L001",
      dueDate: "2026-09-11",
      lines: { rent: "7540.00", electricity: "160.00" },
      paid: "7700.00",
    },
    {
      billNo: "DG-202610-00001",
      lease: "L001",
      dueDate: "2026-10-11",
      lines: { rent: "7540.00", electricity: "270.00" },
    },
    { billNo: "DG-202610-00003", lease: "L003", dueDate: "2026-10-11", lines: { rent: "999.00" } },
  );
  await stored("DG-202609-00001", "rent", rent("2026-09", 30));
  await stored("DG-202609-00001", "electricity", electricity("2026-08"));
  await stored("DG-202610-00001", "rent", rent("2026-10", 31));
  await stored("DG-202610-00001", "electricity", electricity("2026-09"));
}

it("第二笔怎么来的", async () => {
  await twoMonths();
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  await 张总.says("第二笔怎么来的");
  张总.hears(
    "电费是这样算的",
    "2026年8月31日读数1,200，2026年9月30日读数1,500",
    "用量 300度（1,200→1,500） × 0.90元 = ¥270.00",
  );
  await 张总.says("第一笔呢，怎么算的");
  张总.hears("租金：58.00元 × 130.00㎡ × 31天/31天 = ¥7,540.00");
});

it("电费怎么这么高", async () => {
  await twoMonths();
  const 张总 = await chat.person("张总");
  await 张总.says("电费怎么这么高");
  张总.hears("电费是这样算的", "DG-202610-00001", "= ¥270.00");
  await 张总.says("9月电费怎么算的");
  张总.hears("DG-202609-00001", "用量 200度（1,000→1,200） × 0.80元 = ¥160.00");
  await 张总.says("水费怎么算的");
  张总.hears("没有找到您说的这一笔");
});

it("按编号问，不知道是哪一笔就先问", async () => {
  await twoMonths();
  const 张总 = await chat.person("张总");
  await 张总.says("账单 DG-202609-00001 怎么算的");
  张总.hears("想看哪一笔", "1. 租金：¥7,540.00", "2. 电费：¥160.00");
  await 张总.taps("2. 电费");
  张总.hears("电费是这样算的", "= ¥160.00");
  await 张总.says("账单 DG-202609-00001 第1笔怎么算的");
  张总.hears("租金是这样算的", "30天/30天 = ¥7,540.00");
});

it("别家的账单不解释", async () => {
  await twoMonths();
  const 张总 = await chat.person("张总");
  await 张总.says("账单 DG-202610-00003 怎么算的");
  张总.hears("没有找到这张账单");
  张总.doesNotHear("999");
});

it("为什么比上个月多", async () => {
  await twoMonths();
  const 张总 = await chat.person("张总");
  await 张总.says("查账单");
  await 张总.says("为什么比上个月多");
  // 300 − 200 kWh at 0.80 are 80.00, 0.10 more on 300 kWh are 30.00; the rent is the same.
  张总.hears(
    "2026年9月账单的电费：¥160.00",
    "2026年10月账单的电费：¥270.00",
    "用量由200度变为300度：+¥80.00",
    "单价变化：+¥30.00",
    "合计多 ¥110.00",
  );
  张总.hearsTimes(1);
  await 张总.says("租金为什么比上个月贵");
  张总.hears("两个月金额相同");
});

it("第一个月没有可以比较的", async () => {
  await chat.bills({ billNo: "DG-202610-00001", lease: "L001", dueDate: "2026-10-11", lines: { rent: "7540.00" } });
  const 张总 = await chat.person("张总");
  await 张总.says("为什么比上个月多");
  张总.hears("没有找到更早月份的同一项费用");
});

it("没有账单时问怎么算的", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("电费怎么算的");
  张总.hears("目前没有可以解释的账单");
});

it("我先付5000会怎样", async () => {
  await chat.bills(
    { billNo: "DG-202609-00001", lease: "L001", dueDate: "2026-09-25", lines: { rent: "1000.00" } },
    {
      billNo: "DG-202610-00001",
      lease: "L001",
      dueDate: "2026-10-11",
      lines: { rent: "7540.00", electricity: "270.00" },
    },
  );
  const 张总 = await chat.person("张总");
  await 张总.says("我先付5000会怎样");
  // 26 September to 4 October are 9 days at 0.05 % of 1,000.00: 4.50 and the 1,000.00 first; then electricity 270.00, the rest
  // of 5,000.00 − 1,274.50 = 3,725.50 on the rent, of which 3,814.50 is left.
  张总.hears(
    "如果先付¥5,000.00",
    "付后还欠：¥3,814.50",
    /DG-202609-00001 违约金：¥4\.50\nDG-202609-00001 租金：¥1,000\.00\nDG-202610-00001 电费：¥270\.00\nDG-202610-00001 租金：¥3,725\.50/,
  );
  await 张总.says("10000够不够");
  张总.hears("付后还欠：¥0.00", "转入预存款：¥1,185.50");
  await 张总.says("查账单");
  张总.hears("待付合计：¥8,814.50");
});

it("欠两家收款方时分别试算", async () => {
  await chat.bills(
    { billNo: "DG-202610-00001", lease: "L001", dueDate: "2026-10-11", lines: { rent: "1000.00" } },
    { billNo: "DG-202610-00002", lease: "L002", dueDate: "2026-10-11", lines: { rent: "600.00" } },
  );
  const 张总 = await chat.person("张总");
  await 张总.says("我先付800会怎么样");
  张总.hears("您的账单分属2家收款方");
  张总.hears("收款方：谭氏物业有限公司", "付后还欠：¥200.00");
  张总.hears("收款方：谭氏服务有限公司", "付后还欠：¥0.00", "转入预存款：¥200.00");
});

it("没有欠费时问先付会怎样", async () => {
  const 张总 = await chat.person("张总");
  await 张总.says("我先付5000会怎样");
  张总.hears("您目前没有待付账单");
});
