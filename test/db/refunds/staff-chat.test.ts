import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../../src/db/rows.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { asks, expectBooksInOrder, openRefundWorld, paysAhead, refundOf, works } from "./refund-world.ts";

describe("colleagues in the chat", () => {
  it("a cashier asks with the number of a receipt; a manager agrees on the card; who has nothing to do with it hears so", async () => {
    const world = await openRefundWorld();
    const chat = openChat(world.db, world.clock);
    const { receiptNo } = await paysAhead(world, "800.00");
    const says = async (who: string, text: string) => wordsOf(await chat.says("wecom", who, text));
    expect(await says("sun.chuna", `退款 ${receiptNo} 900 重复付款`)).toMatch(/最多可退 ¥800\.00/);
    expect(await says("he.shenji", `退款 ${receiptNo} 300 重复付款`)).toMatch(/不能为这笔款申请退款/);
    expect(await says("sun.chuna", `退款 ${receiptNo} 300 重复付款`)).toMatch(
      /已申请退款 TK-E1-2026-000001，金额¥300\.00，审批单 SP-202609-00001/,
    );
    expect(wordsOf(await chat.presses("wecom", "wang.quzong", "同意"))).toMatch(/已通过并已执行/);
    await works(world);
    expect(chat.failures).toEqual([]);
    await expectBooksInOrder(world);
  });

  it("a held refund is released by the button of the alert, not by who asked, not by a stranger, and once", async () => {
    const world = await openRefundWorld();
    const chat = openChat(world.db, world.clock);
    const { key } = await paysAhead(world, "300.00");
    world.clock.advanceMs(-3_500_000);
    const { refund } = await asks(world, { of: { key }, by: "钱经理" });
    const lift = { type: "refund.lift", refundNo: refund.refundNo } as const;
    const clicks = async (who: string) => wordsOf(await chat.clicks("wecom", who, lift));
    expect(await clicks("qian.jingli")).toMatch(/暂扣要由另一位同事解除/);
    expect(await clicks("li.guanjia")).toMatch(/要由该园区的区域经理、财务经理或财务总监办理/);
    expect(await clicks("nobody")).not.toMatch(/TK-|¥/);
    await execute(world.db, Prisma.sql`UPDATE staff SET left_at = now() WHERE code = 'S05'`);
    expect(await clicks("xu.quzong")).not.toMatch(/TK-|¥/);
    expect((await refundOf(world, refund)).openHolds).toEqual(["ASKED_RIGHT_AFTER_PAYMENT"]);
    expect(await clicks("ma.jingli")).toMatch(/暂扣已解除/);
    expect(await clicks("ma.jingli")).toMatch(/没有未解除的暂扣/);
    expect(chat.failures).toEqual([]);
  });
});
