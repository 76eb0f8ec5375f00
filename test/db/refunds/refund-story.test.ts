import { describe, expect, it } from "vitest";
import {
  approves,
  asks,
  balancesOf,
  decides,
  expectBooksInOrder,
  heard,
  openRefundWorld,
  paysAhead,
  refundOf,
  tryToAsk,
  works,
} from "./refund-world.ts";

const MERCHANT = "1900000001";

describe("a refund over WeChat Pay", () => {
  it("is asked for, approved, on its way and arrived; the books and the tenant follow each step", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "800.00");
    const { refund } = await asks(world, { of: { key }, yuan: "300.00" });
    expect(refund).toMatchObject({
      state: "requested",
      route: "wechat",
      amountFen: 30_000n,
      refundNo: "TK-E1-2026-000001",
    });
    expect(await balancesOf(world)).toEqual({});
    expect((await works(world)).stepped).toBe(0);

    await approves(world, refund, "S04");
    // 2203 → 2241.03
    expect(await balancesOf(world)).toEqual({ "2203": 30_000, "2241.03": -30_000 });
    await works(world);
    expect(await refundOf(world, refund)).toMatchObject({ state: "processing" });

    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect(await refundOf(world, refund)).toMatchObject({ state: "paid", paidOn: "2026-09-05" });
    // 2241.03 → 1012.01: the debt is gone and so is the money.
    expect(await balancesOf(world)).toEqual({ "1012.01": -30_000, "2203": 30_000 });
    expect(await heard(world, "陈志强")).toEqual(["退款已批准", "退款正在路上", "退款已到账"]);
    expect(await heard(world, "林会计")).toEqual(["已收到退款申请", "退款已批准", "退款正在路上", "退款已到账"]);
    await expectBooksInOrder(world);
  });

  it("of what is left goes on until nothing is, several times on one payment, and then is refused", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "800.00");
    const first = (await asks(world, { of: { key }, yuan: "300.00" })).refund;
    expect(await tryToAsk(world, { of: { key }, yuan: "500.01" })).toMatchObject({
      code: "REFUND_TOO_MUCH",
      message: { zh: "这笔款最多可退 ¥500.00（已用于账单、已退和正在退的部分除外）。" },
    });
    const second = (await asks(world, { of: { key }, yuan: "500.00" })).refund;
    expect(await tryToAsk(world, { of: { key }, yuan: "0.01" })).toMatchObject({ code: "REFUND_TOO_MUCH" });
    await approves(world, first, "S04");
    await approves(world, second, "S05");
    await works(world);
    // One order takes one refund a minute: the second one waits, with its own number.
    expect([await refundOf(world, first), await refundOf(world, second)].map(({ state }) => state).sort()).toEqual([
      "approved",
      "processing",
    ]);
    world.later(62_000);
    world.clock.advanceMs(62_000);
    await works(world);
    for (const refund of [first, second]) {
      expect((await refundOf(world, refund)).state).toBe("processing");
      world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    }
    await world.wechat.notifications.settled();
    expect(await balancesOf(world)).toEqual({ "1012.01": -80_000, "2203": 80_000 });
    await expectBooksInOrder(world);
  });

  it("that is rejected tells the reason and leaves the money where it was", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "800.00");
    const { refund } = await asks(world, { of: { key } });
    expect(await decides(world, refund, "S04", "reject", "还有未结账单")).toMatchObject({ ok: true });
    expect(await refundOf(world, refund)).toMatchObject({ state: "rejected", closingReason: "还有未结账单" });
    expect(await heard(world, "陈志强")).toEqual(["退款申请未通过"]);
    expect(await balancesOf(world)).toEqual({});
    expect((await asks(world, { of: { key } })).refund.amountFen).toBe(80_000n);
    await expectBooksInOrder(world);
  });
});
