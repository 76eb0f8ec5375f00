import { describe, expect, it } from "vitest";
import { type PreparedOrder, prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { openPaymentWorld, type PaymentWorld, secondConnection } from "./payment-world.ts";

const payer = { method: "native", createdBy: "h5" } as const;

const payable = (prepared: PreparedOrder) => {
  if (prepared.state !== "payable") throw new Error(`not payable: ${JSON.stringify(prepared)}`);
  return prepared;
};
const ticketOf = (prepared: PreparedOrder): string => {
  const { ticket } = payable(prepared);
  return "codeUrl" in ticket ? ticket.codeUrl : ticket.prepayId;
};

async function vendorCalls(world: PaymentWorld): Promise<string[]> {
  const calls = await world.db.$queryRaw<{ call: string }[]>`
    SELECT operation || ' ' || state AS call FROM vendor_call ORDER BY started_at, id`;
  return calls.map(({ call }) => call);
}

describe("an order at the cashier", () => {
  it("freezes rent and the late fee through yesterday, and ends before midnight because the fee is running", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const { order } = payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    expect(order).toMatchObject({ amountFen: 684361n, frozenAsOf: "2026-09-05", state: "PAYABLE" });
    expect(new Date(order.expiresAtMs).toISOString()).toBe("2026-09-05T15:59:30.000Z");
    expect(order.parts.map(({ component, amountFen }) => [component, amountFen])).toEqual([
      ["late-fee", 7111n],
      ["principal", 677250n],
    ]);
    expect(order.outTradeNo).toMatch(/^PL[0-9A-Z]{26}$/);
    expect(await vendorCalls(world)).toEqual(["create OK"]);
  });

  it("lasts two hours when the bills cost the same tomorrow", async () => {
    const world = await openPaymentWorld();
    world.clock.moveTo("2026-08-11T10:00:00+08:00");
    const selection = await world.selectionOf("T002", "E1");
    const { order } = payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    expect(order).toMatchObject({ amountFen: 677250n });
    expect(new Date(order.expiresAtMs).toISOString()).toBe("2026-08-11T04:00:00.000Z");
  });

  it("is the same one when the same is asked for again", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const first = await prepareOrder(world.db, { ...selection, ...payer }, world.context);
    const second = await prepareOrder(world.db, { ...selection, ...payer }, world.context);
    expect(ticketOf(second)).toBe(ticketOf(first));
    expect(world.wechat.orders.all()).toHaveLength(1);
  });

  it("is one order for two processes that ask at once", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const other = secondConnection(world);
    const prepared = await Promise.all(
      [world.db, other, world.db, other].map((db) => prepareOrder(db, { ...selection, ...payer }, world.context)),
    );
    expect(new Set(prepared.map(ticketOf)).size).toBe(1);
    expect(world.wechat.orders.all()).toHaveLength(1);
  });

  it.each([
    ["another method", { method: "jsapi", payerOpenId: "oDemoOpenId201", createdBy: "openid" } as const],
    ["another amount, the next day", "tomorrow" as const],
  ])("is closed at the channel before there is one with %s", async (_case, change) => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const first = payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context)).order;
    if (change === "tomorrow") world.clock.advanceDays(1);
    const request = change === "tomorrow" ? payer : change;
    const second = payable(await prepareOrder(world.db, { ...selection, ...request }, world.context)).order;
    expect(second.outTradeNo).not.toBe(first.outTradeNo);
    const states = world.wechat.orders.all().map(({ outTradeNo, state }) => [outTradeNo, state]);
    expect(states).toEqual([
      [first.outTradeNo, "CLOSED"],
      [second.outTradeNo, "NOTPAY"],
    ]);
    expect(await vendorCalls(world)).toEqual(["create OK", "query OK", "close OK", "create OK"]);
  });

  it("turns out to be paid while it was to be replaced: the payment is settled and no second order is made", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const first = payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context)).order;
    world.wechat.notifications.dropNext();
    world.wechat.payBeforeNextClose("oStranger");
    const second = await prepareOrder(
      world.db,
      { ...selection, method: "jsapi", payerOpenId: "oDemoOpenId201", createdBy: "openid" },
      world.context,
    );
    expect(second).toEqual({ state: "settled", outTradeNo: first.outTradeNo });
    expect(await prepareOrder(world.db, { ...selection, ...payer }, world.context)).toMatchObject({
      state: "refused",
      code: "NOTHING_OWED",
    });
  });

  it.each([
    ["the answer was lost after the order was made", "drop-after"],
    ["the call never arrived", "drop-before"],
  ] as const)("leaves UNKNOWN only by a query: %s", async (_case, kind) => {
    const world = await openPaymentWorld();
    world.wechat.faults.arm("POST", /native$/, { kind });
    const selection = await world.selectionOf("T002", "E1");
    payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    expect(await vendorCalls(world)).toEqual(["create UNKNOWN", "query OK", "create OK"]);
    expect(world.wechat.orders.all()).toHaveLength(1);
  });

  it("is refused in words while the channel is silent, and made when it answers again", async () => {
    const world = await openPaymentWorld();
    world.wechat.faults.arm("POST", /native$/, { kind: "drop-after" });
    world.wechat.faults.arm("GET", /out-trade-no/, { kind: "drop-before" });
    const selection = await world.selectionOf("T002", "E1");
    const silent = await prepareOrder(world.db, { ...selection, ...payer }, world.context);
    expect(silent).toMatchObject({ state: "refused", code: "CHANNEL_SILENT" });
    payable(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    expect(world.wechat.orders.all()).toHaveLength(1);
  });

  it("gives way to a new one when the payer asks for another code", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const request = { ...selection, ...payer, renew: true };
    const first = ticketOf(await prepareOrder(world.db, request, world.context));
    expect(world.wechat.orders.all()).toHaveLength(1);
    expect(ticketOf(await prepareOrder(world.db, request, world.context))).not.toBe(first);
    expect(world.wechat.orders.all().map(({ state }) => state)).toEqual(["CLOSED", "NOTPAY"]);
  });

  it("gets a fresh ticket under its own number when the old one is about to die", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E1");
    const first = ticketOf(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    world.clock.advanceMs(101 * 60_000);
    const second = ticketOf(await prepareOrder(world.db, { ...selection, ...payer }, world.context));
    expect(second).not.toBe(first);
    expect(world.wechat.orders.all().map(({ ticket, state }) => [ticket, state])).toEqual([[second, "NOTPAY"]]);
  });

  it("is not made in the last minute of a day on which the fee is running", async () => {
    const world = await openPaymentWorld();
    world.clock.moveTo("2026-09-05T23:58:45+08:00");
    const selection = await world.selectionOf("T002", "E1");
    const prepared = await prepareOrder(world.db, { ...selection, ...payer }, world.context);
    expect(prepared).toMatchObject({ state: "refused", code: "NEAR_MIDNIGHT" });
  });

  it("does not exist for a bill of another tenant or entity", async () => {
    const world = await openPaymentWorld();
    const own = await world.selectionOf("T002", "E1");
    const other = await world.selectionOf("T003", "E1");
    const prepared = await prepareOrder(world.db, { ...own, billNos: other.billNos, ...payer }, world.context);
    expect(prepared).toMatchObject({ state: "refused", code: "BILL_NOT_FOUND" });
  });
});
