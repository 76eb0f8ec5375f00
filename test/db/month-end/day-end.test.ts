import { beforeAll, describe, expect, it } from "vitest";
import { daySummaryCard } from "../../../bot/notices/day-summary-notice.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { openShift } from "../../../src/usecases/cashier/shift.ts";
import { closeDueDays } from "../../../src/usecases/month-end/close-due-days.ts";
import { tellDaySummary } from "../../../src/usecases/month-end/day-summary.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { importApprovalWorld } from "../../support/approval-world.ts";
import { wordsOf } from "../../support/chat.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, date, issueBill } from "../../support/ledger-world.ts";
import { playWorld } from "../../support/played-world.ts";
import { openDesk, type StatementDesk } from "../reconciliation/statement-world.ts";

/*
 * 5 September 2026 in Dongguan (E1): 1,000.00 for a bill and 123.45 of nobody arrive at the bank, S02 takes 300.00 in cash and
 * 200.00 by card. In Shenzhen (E2) nothing happens. S05 and S06 are finance managers of both, S03 manages Dongguan.
 */

const DAY = date("2026-09-05");
const jobAt = (today: string) => ({
  actor: "job:day.close",
  channel: "job",
  today: date(today),
  nowMs: Date.parse(`${today}T11:10:00+08:00`),
});

describe("the end of a day", () => {
  const database = withDatabase();
  let desk: StatementDesk;

  const told = (day: string) =>
    rows<{ recipient: string; message: Card }>(
      database.db,
      Prisma.sql`SELECT recipient, message FROM outbox WHERE dedupe_key LIKE ${`day-summary|${day}|%`} ORDER BY recipient`,
    );

  beforeAll(async () => {
    const { db } = database;
    await importApprovalWorld(db);
    await issueBill(db, {
      billNo: "DG-202609-00001",
      lease: "L1",
      issueDate: "2026-09-01",
      dueDate: "2026-09-10",
      lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
    });
    const cashier = { actor: "staff:S02", channel: "test", today: DAY };
    accepted(await openShift(db, { staffCode: "S02", entityCode: "E1", openingFen: 50_000n }, cashier));
    for (const [channel, amountFen] of [
      ["cash", 30_000n],
      ["pos", 20_000n],
    ] as const) {
      accepted(
        await recordReceipt(db, { channel, tenantCode: "T2", entityCode: "E1", amountFen, valueDate: DAY }, cashier),
      );
    }
    desk = await openDesk(db);
    await desk.import(
      DAY,
      [
        { amountFen: 100_000n, payer: "一号电子", account: "6222001", remark: "DG-202609-00001", serial: "B1" },
        { amountFen: 12_345n, payer: "路人", account: "6222009", remark: "货款", serial: "B2" },
      ],
      1_000n,
    );
  });

  it("judges every day of an account by itself, first without anybody asking for it", async () => {
    expect(await closeDueDays(database.db, DAY, jobAt("2026-09-06"))).toEqual({ days: 1, closed: 1 });
    expect(await closeDueDays(database.db, DAY, jobAt("2026-09-06"))).toEqual({ days: 0, closed: 0 });
  });

  it("tells cashier and finance managers of their own entities, once, and nobody else", async () => {
    expect(await tellDaySummary(database.db, DAY, daySummaryCard)).toBe(3);
    const cards = await told(DAY);
    expect(cards.map(({ recipient }) => recipient)).toEqual(["w-S02", "w-S05", "w-S06"]);
    await tellDaySummary(database.db, DAY, daySummaryCard);
    expect(await told(DAY)).toHaveLength(3);
    const words = wordsOf(cards.flatMap(({ message }) => message));
    // 1,000.00 + 123.45 + 300.00 + 200.00.
    expect(words).toMatch(/收款日报\n2026年9月5日\n¥1,623\.45/);
    expect(words).toMatch(/待认领\n¥123\.45\nPOS未结算\n¥200\.00\n未处理差异\n1 条 ¥123\.45/);
    expect(words).toMatch(/银行转账 2 笔\n¥1,123\.45/);
    expect(words).toMatch(/现金 1 笔\n¥300\.00/);
    expect(words).toMatch(/CMB1\n入¥1,123\.45 出¥0\.00 对上1\/2 已日结/);
    expect(words).toMatch(/BC-E1-2026-00001 何出纳\n未交班/);
    expect(words).not.toMatch(/E2/);
  });

  it("a day whose statement has not come is on record as open, says so, and is closed when a file brings it", async () => {
    const next = date("2026-09-06");
    expect(await closeDueDays(database.db, next, jobAt("2026-09-07"))).toEqual({ days: 1, closed: 0 });
    const [open] = await rows<{ closed: boolean }>(
      database.db,
      Prisma.sql`SELECT closed FROM statement_day WHERE account_code = 'CMB1' AND day = '2026-09-06'`,
    );
    expect(open).toEqual({ closed: false });
    await tellDaySummary(database.db, next, daySummaryCard);
    expect(wordsOf((await told(next)).flatMap(({ message }) => message))).toMatch(/CMB1\n没有流水/);
    await desk.import("2026-09-06", [
      { amountFen: 777n, payer: "路人", account: "6222009", remark: "x", serial: "C1" },
    ]);
    // The 7th has no statement yet; the 6th has one now.
    expect(await closeDueDays(database.db, date("2026-09-07"), jobAt("2026-09-08"))).toEqual({ days: 2, closed: 1 });
  });
});

describe("a colleague's entities", () => {
  const database = withDatabase();

  it("are also those whose charges stand on the leases of others: E2 charges management in E1's park", async () => {
    await playWorld(database.db);
    const [e2] = await rows<{ id: string; leases: bigint }>(
      database.db,
      Prisma.sql`SELECT id::text, (SELECT count(*) FROM lease WHERE entity_id = e.id) AS leases FROM legal_entity e WHERE code = 'E2'`,
    );
    expect(e2?.leases).toBe(0n);
    const cashier = await findStaffMember(database.db, { code: "S03" });
    expect(cashier?.entityIds).toContain(e2?.id);
  });
});
