import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import type { StoredRefund } from "../../../src/usecases/refunds/stored-refund.ts";
import {
  approves,
  asks,
  balancesOf,
  expectBooksInOrder,
  heard,
  idsOf,
  lifts,
  openRefundWorld,
  paysAhead,
  type RefundWorld,
  refundOf,
  works,
} from "./refund-world.ts";

const MERCHANT = "1900000001";
const ACCOUNT = { holder: "东莞恒芯电子有限公司", bank: "招商银行东莞分行", accountNo: "6225880212345678" };

/** Held, alert, and however often the worker looks the money stays; somebody else lifts, and it goes. */
async function staysUntilLifted(world: RefundWorld, refund: StoredRefund, kind: string, alert: RegExp): Promise<void> {
  expect((await refundOf(world, refund)).openHolds).toEqual([kind]);
  const alerts = await rows<{ text: string }>(
    world.db,
    Prisma.sql`SELECT array_to_string(ARRAY(SELECT jsonb_array_elements_text(message->'paragraphs')), ' ') AS text FROM outbox
      WHERE dedupe_key LIKE ${`refund|${refund.refundId}|alert|held|%`}`,
  );
  expect(alerts).toHaveLength(2);
  expect(alerts[0]?.text).toMatch(alert);
  expect(await heard(world, "钱经理")).toContain("退款被暂扣，请核实");
  await approves(world, refund, "S04");
  await works(world);
  world.later(3_600_000);
  await works(world);
  expect(await refundOf(world, refund)).toMatchObject({ state: "approved", openHolds: [kind] });
  expect(world.wechat.refunds.find(MERCHANT, refund.outRefundNo)).toBeUndefined();
  // Nor by hand: the table refuses a payout while the hold stands.
  await expect(
    execute(world.db, Prisma.sql`UPDATE refund SET state = 'paying' WHERE id = ${refund.refundId}::uuid`),
  ).rejects.toThrow(/held/);
  await expectBooksInOrder(world);
  // A steward may not, the colleague who asked may not; a finance manager may.
  expect(await lifts(world, refund, "S01")).toMatchObject({ code: "HOLD_NOT_YOURS" });
  expect(await lifts(world, refund, "S06")).toMatchObject({ ok: true, lifted: [kind] });
  expect(await lifts(world, refund, "S07")).toMatchObject({ code: "NO_HOLD" });
}

async function leaves(world: RefundWorld, refund: StoredRefund): Promise<void> {
  await works(world);
  expect((await refundOf(world, refund)).state).toBe("processing");
  world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
  await world.wechat.notifications.settled();
  expect((await refundOf(world, refund)).state).toBe("paid");
  await expectBooksInOrder(world);
}

describe("a risk that a person must look at", () => {
  it("three refunds of one tenant in seven days, each under the first tier", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "1500.00");
    const first = (await asks(world, { of: { key }, yuan: "500.00" })).refund;
    world.clock.advanceDays(3);
    const second = (await asks(world, { of: { key }, yuan: "100.00" })).refund;
    world.clock.advanceDays(4);
    const third = (await asks(world, { of: { key }, yuan: "50.00" })).refund;
    expect([first.openHolds, second.openHolds]).toEqual([[], []]);
    await staysUntilLifted(world, third, "MANY_SMALL_REFUNDS", /7天内有3笔/);
    await leaves(world, third);
  });

  it("not two small ones and a large one, nor a third after the seven days", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "3000.00");
    await asks(world, { of: { key }, yuan: "100.00" });
    await asks(world, { of: { key }, yuan: "100.00" });
    expect((await asks(world, { of: { key }, yuan: "500.01" })).risks).toEqual([]);
    world.clock.advanceDays(8);
    expect((await asks(world, { of: { key }, yuan: "100.00" })).risks).toEqual([]);
  });

  it("asked within ten minutes of the payment", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "300.00");
    world.clock.advanceMs(-3_600_000 + 600_000);
    const { refund } = await asks(world, { of: { key } });
    await staysUntilLifted(world, refund, "ASKED_RIGHT_AFTER_PAYMENT", /付款后10分钟内/);
    await leaves(world, refund);
  });

  it("not a second later", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "300.00");
    world.clock.advanceMs(-3_600_000 + 601_000);
    expect((await asks(world, { of: { key } })).risks).toEqual([]);
  });

  it("the same payer account on two tenants", async () => {
    const world = await openRefundWorld();
    await paysAhead(world, "10.00", { tenant: "T003", openId: "oOnePhone" });
    const { key } = await paysAhead(world, "300.00", { openId: "oOnePhone" });
    const { refund } = await asks(world, { of: { key } });
    await staysUntilLifted(world, refund, "SHARED_PAYER_ACCOUNT", /涉及其他租户：T003/);
    await leaves(world, refund);
  });

  it("the payout account changed within seven days", async () => {
    const world = await openRefundWorld();
    const { tenantId } = await idsOf(world, "T001", "E1");
    const lease = await rows<{ id: string }>(world.db, Prisma.sql`SELECT id FROM lease WHERE code = 'L001'`);
    const of = { key: `deposit:${lease[0]?.id}:`, tenantId };
    // The first account of a tenant takes no other's place.
    expect((await asks(world, { of, yuan: "1.00", payoutAccount: ACCOUNT })).risks).toEqual([]);
    world.clock.advanceDays(30);
    const other = { ...ACCOUNT, accountNo: "6222021234567890123" };
    const { refund } = await asks(world, { of, yuan: "100.00", payoutAccount: other });
    await staysUntilLifted(world, refund, "PAYOUT_ACCOUNT_CHANGED", /收款账户在7天内改过/);
    // Lifted, it stands on the list of bank payouts.
    expect((await refundOf(world, refund)).state).toBe("bank-due");
    expect(await balancesOf(world)).toEqual({ "2241.01": 10_000, "2241.03": -10_000 });
    world.clock.advanceDays(8);
    expect((await asks(world, { of, yuan: "600.00" })).risks).toEqual([]);
  });

  it("who asked does not lift it, also with the role", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "300.00");
    world.clock.advanceMs(-3_500_000);
    const { refund } = await asks(world, { of: { key }, by: "钱经理" });
    expect(await lifts(world, refund, "S06")).toMatchObject({ code: "HOLD_OF_OWN_REQUEST" });
    await expect(
      execute(
        world.db,
        Prisma.sql`UPDATE refund_hold SET lifted_at = now(), lifted_by = (SELECT id FROM person WHERE name = '钱经理')`,
      ),
    ).rejects.toThrow(/never lifts its hold/);
    expect(await lifts(world, refund, "S07")).toMatchObject({ ok: true });
  });
});
