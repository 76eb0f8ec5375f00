import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { closeDispute } from "../../../src/usecases/disputes/dispute-line.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { issue, publish } from "../../db/billing/park.ts";
import { readingRow } from "../../db/billing/world.ts";
import { park } from "../../db/moving-out/moving-out-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, expectBooksInOrder } from "../../support/ledger-world.ts";
import { imports } from "./imports.ts";

/*
 * Rent ¥1,000.00 a month, water ¥3.00 a ton, deposit ¥3,000.00 (paid), late fee 0.0005 a day. January is paid, February's bill
 * (rent, and 30.00 of water) is due on the 11th and is not. 周凯 owns the tenant, 管家 is the steward, 审批 finance manager.
 */

const DAY_MS = 86_400_000;

async function storyIn({ db }: { readonly db: Database }) {
  const clock = movableClock("2026-02-05");
  await imports(db, park(), "2026-01-01");
  await issue(db, "2026-01");
  await publish(db, "2026-01");
  accepted(
    await recordReceipt(
      db,
      {
        tenantCode: "T1",
        entityCode: "E1",
        amountFen: parseYuan("4000.00"),
        valueDate: parseCivilDate("2026-01-05"),
        channel: "bank",
        accountCode: "CMB1",
      },
      { actor: "staff:S01", channel: "cli", today: parseCivilDate("2026-01-05") },
    ),
  );
  await issue(db, "2026-02");
  await publish(db, "2026-02");
  const chat = openChat(db, clock);
  return {
    db,
    clock,
    chat,
    zhou: async (text: string) => wordsOf(await chat.says("official-account", "oZhou", text)),
    steward: async (text: string) => wordsOf(await chat.says("wecom", "guanjia", text)),
    manager: async (text: string) => wordsOf(await chat.says("wecom", "shenpi", text)),
    moveTo: (date: string) => clock.advanceMs(Date.parse(`${date}T10:00:00+08:00`) - clock.nowMs()),
  };
}

const pendingNo = async (db: Database): Promise<string> =>
  (
    await rows<{ number: string }>(
      db,
      Prisma.sql`SELECT number FROM approval_request WHERE state = 'pending' ORDER BY number DESC LIMIT 1`,
    )
  )[0]?.number ?? "";

describe("退租，从头到尾", () => {
  const database = withDatabase();

  it("从提出退租到结案：先有异议，再确认", async () => {
    const { db, chat, zhou, steward, manager, moveTo } = await storyIn(database);
    expect(await zhou("退租进度")).toContain("目前没有办理中的退租");
    expect(await zhou("我们要退租")).toMatch(/合同 L1 到 2026年12月31日 为止。您打算住到哪一天/);
    // A question in between, then the day, then another day.
    expect(await zhou("还欠多少钱")).toContain("¥1,030.00");
    expect(await zhou("2月28日")).toMatch(/合同 L1 提前退租，最后一天是 2026年2月28日（原到期日 2026年12月31日）/);
    expect(await zhou("改到2月20日")).toContain("最后一天是 2026年2月20日");
    expect(await zhou("确认退租")).toMatch(/已登记 2026年2月20日 退租（TZ-202602-00001）[\s\S]*提前退租要园区审批/);
    expect(await zhou("我要退租")).toMatch(/退租进度[\s\S]*等管家发起提前退租审批/);

    expect(await steward("退租进度")).toContain("TZ-202602-00001 L1");
    expect(await steward("继续退租 TZ-202602-00001")).toMatch(/已完成：退租登记[\s\S]*提前退租审批中/);
    expect(await manager(`同意 ${await pendingNo(db)}`)).not.toContain("出错");
    moveTo("2026-02-21");
    expect(await zhou("退租进度")).toContain("等最后一次抄表");
    expect(await steward("退租进度 L1")).toMatch(/抄表\n等最后一次抄表/);
    await imports(db, park({ readings: [readingRow("W1", "2026-02-20", "125")] }), "2026-02-21");

    // 714.29 rent + 3.21 fee + 30.00 water + 0.14 fee + 45.00 water of February = 792.64; 3,000.00 − 792.64 = 2,207.36.
    const sheet = await steward("继续退租 TZ-202602-00001");
    expect(sheet).toMatch(/已完成：结算账单、结算单/);
    expect(sheet).toContain("¥2,207.36");
    expect(sheet).not.toContain("确认结算单");
    const seen = await zhou("退租进度");
    expect(seen).toMatch(/应退|¥2,207.36/);
    expect(seen).toContain("确认结算单");

    // 有异议: the open lines rest, the steward hears of it, the old sheet is void.
    await chat.clicks("official-account", "oZhou", { type: "move-out.object", number: "TZ-202602-00001", version: 1 });
    expect(await zhou("水表2月读数不对，应该是120")).toMatch(/已记录您的异议，3 笔未付费用暂停计违约金和催缴/);
    const told = await rows<{ words: string }>(
      db,
      Prisma.sql`SELECT message::text AS words FROM outbox WHERE recipient = 'guanjia' ORDER BY id DESC LIMIT 1`,
    );
    expect(told[0]?.words).toContain("水表2月读数不对");
    const again = wordsOf(
      await chat.clicks("official-account", "oZhou", {
        type: "move-out.confirm",
        number: "TZ-202602-00001",
        version: 1,
      }),
    );
    expect(again).toContain("提过异议");
    expect(await steward("继续退租 TZ-202602-00001")).toMatch(/现在没有可以直接办理的步骤[\s\S]*租户有异议/);
    const disputed = await rows<{ id: string }>(
      db,
      Prisma.sql`SELECT line_id AS id FROM dispute WHERE upper_inf(disputed)`,
    );
    expect(disputed).toHaveLength(3);
    moveTo("2026-02-23");
    for (const { id } of disputed) {
      accepted(
        await closeDispute(
          db,
          { lineId: id, lastDay: parseCivilDate("2026-02-23"), outcome: "复核读数无误" },
          { actor: "staff:S05", channel: "wecom", today: parseCivilDate("2026-02-23") },
        ),
      );
    }
    expect(await steward("继续退租 L1")).toContain("已完成：结算单");

    // The days of the dispute earn no fee: 21 to 23 February are disputed, so the fee is that of nine days, as before.
    const stale = wordsOf(
      await chat.clicks("official-account", "oZhou", {
        type: "move-out.confirm",
        number: "TZ-202602-00001",
        version: 1,
      }),
    );
    expect(stale).toContain("旧的结算单");
    const done = wordsOf(
      await chat.clicks("official-account", "oZhou", {
        type: "move-out.confirm",
        number: "TZ-202602-00001",
        version: 2,
      }),
    );
    expect(done).toMatch(/已确认结算单[\s\S]*退款账户/);
    expect(await rows(db, Prisma.sql`SELECT 1 FROM refund`)).toEqual([]);
    expect(await zhou("退款账户 租户T1，招商银行东莞分行，6225880212345678")).toMatch(/退款已发起：TK-E1-2026-000001/);
    expect(await rows(db, Prisma.sql`SELECT amount_fen AS fen FROM refund`)).toEqual([{ fen: 220_736n }]);
    expect(await zhou("退租进度")).toMatch(/退款审批中/);
    await expectBooksInOrder(db);
    expect(chat.failures).toEqual([]);
  });
});

describe("登记退租的对话", () => {
  const database = withDatabase();

  it("中途取消、没看懂日期、只读成员不能办", async () => {
    const { db, chat, zhou, clock } = await storyIn(database);
    await zhou("我要退租");
    expect(await zhou("等忙完这阵子")).toMatch(/没有听懂|没看懂/);
    expect(await zhou("取消")).toMatch(/取消/);
    expect(await rows(db, Prisma.sql`SELECT 1 FROM move_out`)).toEqual([]);
    // The question expires kindly.
    await zhou("我要退租，2月20日搬走");
    clock.advanceMs(DAY_MS);
    expect(await zhou("确认退租")).not.toContain("已登记");
    expect(await rows(db, Prisma.sql`SELECT 1 FROM move_out`)).toEqual([]);
    // Outside of the lease.
    await zhou("我要退租，2027年3月1日搬走");
    expect(await zhou("确认")).toMatch(/要在租期 2026年1月1日 至 2026年12月31日 之内/);
    await db.$executeRaw(Prisma.sql`UPDATE tenant_member SET role = 'viewer'`);
    expect(await zhou("我要退租")).toContain("负责人或财务");
    expect(chat.failures).toEqual([]);
  });
});

describe("管家办理退租", () => {
  const database = withDatabase();

  it("管家替租户登记、没收押金送审、取消；别的角色不能办", async () => {
    const { db, steward, manager, chat } = await storyIn(database);
    expect(await steward("退租 L9 2月20日 搬迁")).toContain("没有合同 L9");
    expect(await steward("退租 L1 2月20日 公司搬迁")).toMatch(/退租进度[\s\S]*TZ-202602-00001/);
    expect(await steward("没收押金 L1 3000.01 门损坏")).toContain("不超过它");
    expect(await steward("没收押金 L1 500 门损坏")).toMatch(/没收押金 ¥500.00 已送审（SP-/);
    expect(await manager("继续退租 L1")).toContain("由管家或区域经理办理");
    expect(await steward("纸质确认 L1")).toContain("结算单还没有出");
    expect(await manager(`同意 ${await pendingNo(db)}`)).not.toContain("出错");
    expect(await steward("退租进度 L1")).toMatch(/没收押金\n¥500.00/);
    expect(await steward("取消退租 L1")).toContain("不能再取消退租");
    await expectBooksInOrder(db);
    expect(chat.failures).toEqual([]);
  });
});
