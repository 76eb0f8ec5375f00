import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { issue, publish } from "../../db/billing/park.ts";
import { park } from "../../db/moving-out/moving-out-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { expectBooksInOrder } from "../../support/ledger-world.ts";
import { imports } from "./imports.ts";

/* What a tenant can do about a bill without a steward: dispute one line, pay a part, ask what arrived (issue 9, point 4). */

describe("租户自己能办的", () => {
  const database = withDatabase();

  it("点一下就对一笔费用提异议、先付一部分、问到账", async () => {
    const { db } = database;
    await imports(db, park(), "2026-01-01");
    await issue(db, "2026-02", { acknowledge: "all" });
    await publish(db, "2026-02");
    const clock = movableClock("2026-02-05");
    const chat = openChat(db, clock, { takesWechat: true });
    const says = async (text: string) => wordsOf(await chat.says("official-account", "oZhou", text));

    // February's bill: rent 1,000.00, water of January 30.00 (and the deposit of 3,000.00).
    const explained = await chat.says("official-account", "oZhou", "水费怎么来的");
    const button = explained.flatMap(({ buttons }) => buttons).find(({ label }) => label === "这笔有异议");
    if (button?.kind !== "action") throw new Error(`no button:\n${wordsOf(explained)}`);
    expect(wordsOf(await chat.clicks("official-account", "oZhou", button.action))).toMatch(/¥30.00/);
    expect(await says("表没走这么多")).toMatch(/水费/);
    expect(
      await rows(
        db,
        Prisma.sql`SELECT l.charge_code AS charge, d.reason FROM dispute d JOIN bill_line l ON l.id = d.line_id`,
      ),
    ).toEqual([{ charge: "water", reason: "表没走这么多" }]);
    // A second tap says so, and opens nothing.
    expect(wordsOf(await chat.clicks("official-account", "oZhou", button.action))).not.toContain("原因");
    expect(await rows(db, Prisma.sql`SELECT 1 FROM dispute`)).toHaveLength(1);

    // 4,030.00 are owed; 300.00 now leave 3,730.00.
    const part = await says("先付300");
    expect(part).toMatch(/部分付款[\s\S]*现在应付\n¥4,030.00[\s\S]*先付¥300.00[\s\S]*付后还剩¥3,730.00/);
    expect(part).toContain("https://park.example.com/h5/prepay");
    // All of it is the usual link.
    expect(await says("付5000")).not.toContain("部分付款");

    expect(await says("到账了吗")).toContain("还没有收到贵司的款");
    await says("我转了五千怎么没到账");
    expect(await says("到账了吗")).toMatch(/您说转了¥5,000.00\n还没在银行流水里核对到/);
    await expectBooksInOrder(db);
    expect(chat.failures).toEqual([]);
  });
});
