import { describe, expect, it } from "vitest";
import type { BillSelection } from "../../../src/usecases/payments/payable-bills.ts";
import { prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { findOrder } from "../../../src/usecases/payments/stored-order.ts";
import { countsOf, openPaymentWorld, type PaymentWorld } from "../../db/payments/payment-world.ts";
import { closedGate } from "../../support/gate.ts";

/** Notifications over HTTP from the pretend WeChat Pay, which resends what is not accepted. */

async function pay(world: PaymentWorld, selection: BillSelection): Promise<string> {
  const prepared = await prepareOrder(world.db, { ...selection, method: "native", createdBy: "h5" }, world.context);
  if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error(prepared.state);
  expect(world.wechat.pay(prepared.ticket.codeUrl, "oDemoOpenId201").state).toBe("paid");
  await world.wechat.notifications.settled();
  return prepared.order.outTradeNo;
}

const outcomes = (world: PaymentWorld) =>
  world.wechat.notifications.attempts.map(({ outcome, status }) => `${outcome} ${status ?? "-"}`);

const ONE_RECEIPT = { receipts: 1, bookings: 1, exceptions: 0, messages: 1 };

describe("a payment's notification", () => {
  it("books the payment and is answered with 204", async () => {
    const world = await openPaymentWorld();
    const outTradeNo = await pay(world, await world.selectionOf("T002", "E1"));
    expect(outcomes(world)).toEqual(["accepted 204"]);
    expect((await findOrder(world.db, outTradeNo))?.state).toBe("PAID");
    expect(await countsOf(world.db)).toEqual(ONE_RECEIPT);
  });

  it("arrives five times at once, late, and books once", async () => {
    const world = await openPaymentWorld();
    world.wechat.notifications.duplicateNext(5);
    world.wechat.notifications.delayNext(100);
    await pay(world, await world.selectionOf("T002", "E1"));
    expect(outcomes(world)).toEqual(Array.from({ length: 5 }, () => "accepted 204"));
    expect(await countsOf(world.db)).toEqual(ONE_RECEIPT);
  });

  it("with a probe's wrong signature is refused, and the good resend books", async () => {
    const world = await openPaymentWorld();
    world.wechat.notifications.signTestNext();
    await pay(world, await world.selectionOf("T002", "E1"));
    expect(outcomes(world)).toEqual(["refused 401", "accepted 204"]);
    expect(await countsOf(world.db)).toEqual(ONE_RECEIPT);
  });

  it("that we cannot store is answered with 500 and books when it is resent", async () => {
    const world = await openPaymentWorld({ resendTimeScale: 0.02 });
    await world.db.$executeRaw`ALTER TABLE audit_event RENAME TO audit_event_away`;
    const repaired = (async () => {
      while (!outcomes(world).includes("refused 500")) await new Promise((resolve) => setImmediate(resolve));
      await world.db.$executeRaw`ALTER TABLE audit_event_away RENAME TO audit_event`;
    })();
    await pay(world, await world.selectionOf("T002", "E1"));
    await repaired;
    expect(outcomes(world)).toEqual(["refused 500", "accepted 204"]);
    expect(await countsOf(world.db)).toEqual(ONE_RECEIPT);
  });

  it("that takes too long to store is answered in time and found done when it is resent", async () => {
    const gate = closedGate();
    const world = await openPaymentWorld(
      { resendTimeScale: 0.02 },
      { answerWithinMs: 50, beforeSettling: gate.passed },
    );
    const paid = pay(world, await world.selectionOf("T002", "E1"));
    while (!outcomes(world).includes("refused 503")) await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    await paid;
    expect(outcomes(world).at(-1)).toBe("accepted 204");
    expect(await countsOf(world.db)).toEqual(ONE_RECEIPT);
  });

  it("to another merchant's address is not ours to open", async () => {
    const world = await openPaymentWorld();
    const [forged, nowhere, unsigned] = await Promise.all(
      ["payment/WX2", "payment/WX9", "payment"].map((path) =>
        fetch(`${world.url}/callbacks/wechat-pay/${path}`, { method: "POST", body: "{}" }),
      ),
    );
    expect([forged?.status, nowhere?.status, unsigned?.status]).toEqual([401, 404, 401]);
    expect(await nowhere?.json()).toEqual({ code: "FAIL", message: "no such merchant account" });
    expect(await countsOf(world.db)).toMatchObject({ receipts: 0, exceptions: 0 });
  });
});
