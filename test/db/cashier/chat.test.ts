import { beforeAll, describe, expect, it } from "vitest";
import { dayOf } from "../../../bot/staff/cash.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { cashServicesOf } from "../../../src/compose/cash-services.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { importApprovalWorld } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { date, expectBooksInOrder, issueBill } from "../../support/ledger-world.ts";

/*
 * Dongguan's cash desk in September 2026, in WeCom: S02 is its cashier, S01 a steward, S05 and S06 finance managers, S04 manages
 * Shenzhen. T1 (一号电子) owes a rent of 1,000.00 due on the 10th.
 */

const database = withDatabase();
const clock = movableClock("2026-09-05T10:00:00+08:00");

beforeAll(async () => {
  await importApprovalWorld(database.db);
  await issueBill(database.db, {
    billNo: "DG-202609-00001",
    lease: "L1",
    issueDate: "2026-09-01",
    dueDate: "2026-09-10",
    lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
  });
});

const receipts = () =>
  rows<{ receiptNo: string; channel: string; amountFen: bigint; recordedBy: string; date: string }>(
    database.db,
    Prisma.sql`SELECT receipt_no AS "receiptNo", channel, amount_fen AS "amountFen", recorded_by AS "recordedBy",
        value_date::text AS date FROM receipt ORDER BY receipt_no`,
  );

function buttonOf(cards: readonly Card[], label: string) {
  const found = cards.flatMap((card) => card.buttons).find((button) => button.label === label);
  if (found?.kind !== "action") throw new Error(`no button 〔${label}〕`);
  return found.action;
}

describe("a day at the cash desk in the chat", () => {
  it("opens, shows where money would go, books it on the button only, once, with the next number", async () => {
    const chat = openChat(database.db, clock);
    expect(wordsOf(await chat.says("wecom", "w-S02", "开班 备用金500"))).toMatch(
      /已开班 BC-E1-2026-00001[\s\S]*¥500\.00/,
    );
    expect(wordsOf(await chat.says("wecom", "w-S02", "开班 备用金500"))).toMatch(/还没有交班/);

    const preview = await chat.says("wecom", "w-S02", "收现金 一号电子 1300 9月5日");
    expect(wordsOf(preview)).toMatch(/收现金：请核对/);
    expect(wordsOf(preview)).toMatch(/DG-202609-00001 租金\n¥1,000\.00\n转入预收\n¥300\.00/);
    expect(await receipts()).toEqual([]);

    const confirm = buttonOf(preview, "确认收款");
    const done = wordsOf(await chat.clicks("wecom", "w-S02", confirm));
    expect(done).toMatch(/已登记 SK-E1-2026-000001/);
    expect(done).toMatch(/DG-202609-00001 租金\n¥1,000\.00\n转入预收\n¥300\.00/);
    expect(done).toMatch(/h5\/document/);
    expect(done).not.toMatch(/没有开着的班次/);
    await chat.clicks("wecom", "w-S02", confirm);
    expect(await receipts()).toEqual([
      {
        receiptNo: "SK-E1-2026-000001",
        channel: "cash",
        amountFen: 130_000n,
        recordedBy: "staff:S02",
        date: "2026-09-05",
      },
    ]);
    expect(chat.failures).toEqual([]);
    await expectBooksInOrder(database.db);
  });

  it("a card payment names its slip and is booked once, however often it is said; cancelling books nothing", async () => {
    const chat = openChat(database.db, clock);
    const says = async (text: string) => wordsOf(await chat.says("wecom", "w-S02", text));
    expect(await says("收刷卡 T1 200 9月5日 凭证号123456")).toMatch(/刷卡凭证号\n123456/);
    expect(await says("取消")).toMatch(/取消/);
    expect(await receipts()).toHaveLength(1);
    await says("收刷卡 T1 200 9月5日 凭证号123456");
    expect(await says("确认收款")).toMatch(/已登记 SK-E1-2026-000002/);
    expect(await says("收刷卡 T1 200 9月5日 凭证号123456")).toMatch(/此前已登记为 SK-E1-2026-000002/);
    expect(await receipts()).toHaveLength(2);
    expect(chat.failures).toEqual([]);
  });

  it("closes with what was counted: short by 20.00, told to finance, booked by somebody else", async () => {
    const chat = openChat(database.db, clock);
    const says = async (who: string, text: string) => wordsOf(await chat.says("wecom", who, text));
    // 500.00 of float and 1,300.00 in cash; the card payment is not in the drawer.
    expect(await says("w-S02", "交班 实点1780")).toMatch(
      /已交班 BC-E1-2026-00001[\s\S]*应有\n¥1,800\.00\n点钞\n¥1,780\.00\n短款\n-¥20\.00/,
    );
    const told = await rows<{ recipient: string }>(
      database.db,
      Prisma.sql`SELECT recipient FROM outbox WHERE message::text LIKE '%批准差额 BC-E1-2026-00001%' ORDER BY recipient`,
    );
    expect(told.map(({ recipient }) => recipient)).toEqual(["w-S05", "w-S06"]);
    expect(await says("w-S02", "批准差额 BC-E1-2026-00001 找零出错")).toMatch(/自己的班次要由别人批准/);
    expect(await says("w-S01", "批准差额 BC-E1-2026-00001 找零出错")).toMatch(/要由财务经理批准/);
    expect(await says("w-S04", "批准差额 BC-E1-2026-00001 找零出错")).toMatch(/不能办理这个公司/);
    expect(await says("w-S14", "批准差额 BC-E1-2026-00001 找零出错")).toMatch(/不能办理这个公司/);
    expect(await says("w-S05", "批准差额 BC-E1-2026-00001 找零出错")).toMatch(/借 1901 贷 1001/);
    expect(await says("w-S06", "批准差额 BC-E1-2026-00001")).toMatch(/差额已经入账/);
    expect(await says("w-S02", "交班 实点0")).toMatch(/没有开着的班次/);
    expect(chat.failures).toEqual([]);
    await expectBooksInOrder(database.db);
  });

  it("a steward may take money and is told that it is in no shift; others of the staff may not, nor across portfolios", async () => {
    const chat = openChat(database.db, clock);
    const says = async (who: string, text: string) => wordsOf(await chat.says("wecom", who, text));
    await says("w-S01", "收现金 T1 100 今天");
    expect(await says("w-S01", "确认收款")).toMatch(/已登记 SK-E1-2026-000003[\s\S]*没有开着的班次/);
    expect(await says("w-S03", "收现金 T1 100 今天 E1")).toMatch(/不能办理这个公司的现金业务/);
    expect(await says("w-S02", "收现金 三号物流 100 今天")).toMatch(/您负责的范围里没有“三号物流”/);
    expect(await says("w-S01", "开班 备用金100")).toMatch(/不能办理/);
    expect(await says("nobody", "收现金 T1 100 今天 E1")).not.toMatch(/¥/);
    expect(await receipts()).toHaveLength(3);
    expect(chat.failures).toEqual([]);
  });

  it("says how to say it when words are missing, and refuses days to come", async () => {
    const chat = openChat(database.db, clock);
    const says = async (text: string) => wordsOf(await chat.says("wecom", "w-S02", text));
    expect(await says("收现金 华星")).toMatch(/请这样说/);
    expect(await says("收现金 T1 100 后天 E1")).toMatch(/没看懂日期“后天”/);
    expect(await says("收现金 T1 100 2026-09-06 E1")).toMatch(/晚于今天/);
    expect(await receipts()).toHaveLength(3);
    expect(chat.failures).toEqual([]);
  });

  it("tells the tenant by the official account and orders the receipt's paper", async () => {
    const { db } = database;
    await inTransaction(db, async (tx) => {
      const cashier = await findStaffMember(tx, { code: "S02" });
      if (!cashier) throw new Error("no cashier");
      const event = { platform: "wecom" } as Parameters<typeof cashServicesOf>[1];
      const desk = cashServicesOf(tx, event, date("2026-09-05"), { officialAccountAppId: "wx" });
      const money = {
        channel: "cash",
        tenantCode: "T1",
        entityCode: "E1",
        amountFen: 5_000n,
        valueDate: date("2026-09-05"),
      } as const;
      expect(await desk.recordDeskMoney(cashier, money)).toMatchObject({ ok: true, receiptNo: "SK-E1-2026-000004" });
    });
    const told = await row<{ recipient: string; words: string }>(
      db,
      Prisma.sql`SELECT recipient, message::text AS words FROM outbox WHERE channel = 'official-account' ORDER BY id DESC LIMIT 1`,
    );
    expect(told?.recipient).toBe("o-王会计");
    expect(told?.words).toMatch(/SK-E1-2026-000004/);
    expect(told?.words).toMatch(/现金/);
    const waiting = await row<{ count: bigint }>(
      db,
      Prisma.sql`SELECT count(*) AS count FROM document_posting p JOIN document d ON d.id = p.document_id AND d.kind = 'receipt'`,
    );
    expect(waiting?.count).toBe(4n);
  });
});

describe("the day on which money was handed over", () => {
  const today = date("2026-01-03");
  it.each([
    ["今天", "2026-01-03"],
    ["1月2日", "2026-01-02"],
    ["12月31日", "2025-12-31"],
    ["2025年6月1号", "2025-06-01"],
    ["2026-01-01", "2026-01-01"],
    ["2月30日", undefined],
    ["明天", undefined],
  ])("%s is %s", (words, meant) => {
    expect(dayOf(words, today)).toBe(meant);
  });
});
