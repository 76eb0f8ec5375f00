import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { cancelApproval } from "../../../src/usecases/approvals/cancel-approval.ts";
import { payDueRefunds } from "../../../src/usecases/refunds/pay-due-refunds.ts";
import { requestRefund } from "../../../src/usecases/refunds/request-refund.ts";
import { settleRefund } from "../../../src/usecases/refunds/settle-refund.ts";
import { secondConnection } from "../payments/payment-world.ts";
import {
  approves,
  asks,
  balancesOf,
  contextOf,
  decides,
  expectBooksInOrder,
  openRefundWorld,
  paysAhead,
  personId,
  refundOf,
  works,
} from "./refund-world.ts";

const MERCHANT = "1900000001";

describe("many at once", () => {
  it("forty people ask for ¥100 of ¥1,050: ten get it, the rest hear that there is no more", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "1050.00");
    const requestedBy = await personId(world, "陈志强");
    const processes = [world.db, secondConnection(world)];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        inTransaction(processes[index % 2] ?? world.db, (tx) =>
          requestRefund(tx, { of: { key }, amountFen: 10_000n, reason: "重复付款", requestedBy }, contextOf(world)),
        ),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer]));
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["REFUND_TOO_MUCH"]));
    expect(refused.at(-1)?.message.zh).toContain("最多可退 ¥50.00");
    const numbers = await rows<{ no: string }>(
      world.db,
      Prisma.sql`SELECT refund_no AS no FROM refund ORDER BY refund_no`,
    );
    // Gapless, whoever was refused in between.
    expect(numbers.map(({ no }) => Number(no.slice(-6)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await expectBooksInOrder(world);
  }, 120_000);

  it("fifty approvals and cancellations of one refund have exactly one outcome", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "400.00");
    const { refund } = await asks(world, { of: { key } });
    const person = await personId(world, "陈志强");
    const cancel = () =>
      inTransaction(world.db, (tx) =>
        cancelApproval(tx, { requestId: refund.approvalId ?? "", personId: person }, contextOf(world)),
      );
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? decides(world, refund, "S04") : cancel())),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const { state } = await refundOf(world, refund);
    expect(["approved", "cancelled"]).toContain(state);
    expect(await balancesOf(world)).toEqual(state === "approved" ? { "2203": 40_000, "2241.03": -40_000 } : {});
    await expectBooksInOrder(world);
  }, 120_000);

  it("eight workers and sixty witnesses pay one refund once", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "400.00");
    const { refund } = await asks(world, { of: { key } });
    await approves(world, refund, "S04");
    const other = secondConnection(world);
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => payDueRefunds(index % 2 === 0 ? world.db : other, world.refunds)),
    );
    const asked = await rows(
      world.db,
      Prisma.sql`SELECT 1 AS call FROM vendor_call WHERE subject_kind = 'refund' AND operation = 'refund'`,
    );
    expect(asked).toHaveLength(1);
    world.wechat.notifications.dropNext();
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    const status = await world.refunds.gateways.get(MERCHANT)?.query(refund.outRefundNo);
    if (status?.state !== "known") throw new Error("not known");
    const said = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        settleRefund(index % 2 === 0 ? world.db : other, status.fact, "notification", world.refunds),
      ),
    );
    expect(said.filter(({ state }) => state === "followed")).toHaveLength(1);
    expect(await balancesOf(world)).toEqual({ "1012.01": -40_000, "2203": 40_000 });
    await expectBooksInOrder(world);
  }, 120_000);
});

describe("the refund notification", () => {
  it("comes signed and three times: one booking; with another amount it is an exception and nothing is booked", async () => {
    const world = await openRefundWorld();
    const { key } = await paysAhead(world, "400.00");
    const { refund } = await asks(world, { of: { key } });
    await approves(world, refund, "S04");
    await works(world);
    const status = await world.refunds.gateways.get(MERCHANT)?.query(refund.outRefundNo);
    if (status?.state !== "known") throw new Error("not known");
    const wrong = { ...status.fact, state: "succeeded" as const, refundFen: 39_999n };
    for (const _again of [1, 2]) {
      expect(await settleRefund(world.db, wrong, "notification", world.refunds)).toEqual({
        state: "exception",
        differences: ["amount"],
      });
    }
    expect(await settleRefund(world.db, { ...wrong, outRefundNo: "RFNOBODY" }, "notification", world.refunds)).toEqual({
      state: "exception",
      differences: ["outRefundNo"],
    });
    const exceptions = await rows<{ kind: string }>(world.db, Prisma.sql`SELECT kind FROM exception_item`);
    expect(exceptions.map(({ kind }) => kind)).toEqual(["REFUND_MISMATCH", "REFUND_MISMATCH"]);
    expect((await refundOf(world, refund)).state).toBe("processing");

    world.wechat.notifications.duplicateNext(3);
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect(world.wechat.notifications.attempts.filter(({ outcome }) => outcome === "accepted")).toHaveLength(3);
    expect((await refundOf(world, refund)).state).toBe("paid");
    expect(await balancesOf(world)).toEqual({ "1012.01": -40_000, "2203": 40_000 });
    // An old word that comes last changes nothing.
    expect(await settleRefund(world.db, status.fact, "notification", world.refunds)).toEqual({ state: "known" });
    expect((await fetch(`${world.url}/callbacks/wechat-pay/refund`, { method: "POST", body: "{}" })).status).toBe(401);
  });
});
