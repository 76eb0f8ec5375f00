import { describe, expect, it } from "vitest";
import type { Card } from "../../../cards/card.ts";
import type { PaymentFact } from "../../../src/ports/payment-gateway.ts";
import type { BillSelection } from "../../../src/usecases/payments/payable-bills.ts";
import { prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { queryDueOrders } from "../../../src/usecases/payments/query-due-orders.ts";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import { findOrder, type StoredOrder } from "../../../src/usecases/payments/stored-order.ts";
import { APP_ID, countsOf, openPaymentWorld, type PaymentWorld, secondConnection } from "./payment-world.ts";

async function orderFor(world: PaymentWorld, selection: BillSelection): Promise<{ order: StoredOrder; code: string }> {
  const prepared = await prepareOrder(world.db, { ...selection, method: "native", createdBy: "h5" }, world.context);
  if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error(JSON.stringify(prepared.state));
  return { order: prepared.order, code: prepared.ticket.codeUrl };
}

/** The payer scans and pays; nobody tells us. */
async function paySilently(world: PaymentWorld, selection: BillSelection, openId = "oStranger"): Promise<PaymentFact> {
  const { order, code } = await orderFor(world, selection);
  world.wechat.notifications.dropNext();
  expect(world.wechat.pay(code, openId).state).toBe("paid");
  const status = await world.context.gateways.get(order.merchantId)?.gateway.query(order.outTradeNo);
  if (status?.state !== "paid") throw new Error("not paid");
  return status.fact;
}

async function receiptCards(world: PaymentWorld): Promise<{ recipient: string; card: Card }[]> {
  return world.db.$queryRaw<{ recipient: string; card: Card }[]>`
    SELECT recipient, message AS card FROM outbox WHERE dedupe_key LIKE 'receipt|%' ORDER BY recipient`;
}

describe("a payment that the channel states", () => {
  it("is one receipt, one booking and one message each, whoever says it how often and at the same time", async () => {
    const world = await openPaymentWorld();
    const fact = await paySilently(world, await world.selectionOf("T002", "E1"));
    const order = await findOrder(world.db, fact.outTradeNo);
    if (!order) throw new Error("no order");
    // 100 notifications and 20 queries through two processes: one of them books, 119 find it done.
    const processes = [world.db, secondConnection(world)];
    const said = await Promise.all(
      Array.from({ length: 120 }, (_, index) => {
        const db = processes[index % 2] ?? world.db;
        return settlePayment(db, fact, index < 100 ? "notification" : "query", world.context);
      }),
    );
    expect(said.filter(({ state }) => state === "settled")).toHaveLength(1);
    expect(said.filter(({ state }) => state === "already-settled")).toHaveLength(119);
    expect(new Set(said.map((one) => ("receiptNo" in one ? one.receiptNo : one.state))).size).toBe(1);
    // T002 has one member (oDemoOpenId201); the payer is a stranger to whom only the amount is said.
    expect(await countsOf(world.db)).toEqual({ receipts: 1, bookings: 1, exceptions: 0, messages: 2 });
  }, 120_000);

  it("pays late fee and rent as frozen, with the day on which the payer paid as value date", async () => {
    const world = await openPaymentWorld();
    const fact = await paySilently(world, await world.selectionOf("T002", "E1"));
    world.clock.advanceDays(2);
    await settlePayment(world.db, fact, "query", world.context);
    const allocations = await world.db.$queryRaw`
      SELECT component, amount_fen::int AS amount, value_date::text AS date FROM allocation ORDER BY sequence`;
    expect(allocations).toEqual([
      { component: "late-fee", amount: 7111, date: "2026-09-05" },
      { component: "principal", amount: 677250, date: "2026-09-05" },
    ]);
    const [receipt] = await world.db.$queryRaw<object[]>`
      SELECT channel, account_code, channel_no, amount_fen::int AS amount, value_date::text AS date FROM receipt`;
    expect(receipt).toEqual({
      channel: "wechat",
      account_code: "WX1",
      channel_no: fact.transactionId,
      amount: 684361,
      date: "2026-09-05",
    });
    expect((await findOrder(world.db, fact.outTradeNo))?.state).toBe("PAID");
  });

  it.each([
    ["another amount", { amountFen: 1n }, "amount"],
    ["another currency", { currency: "USD" }, "currency"],
    ["another appid", { appId: "wx0000000000000000" }, "appId"],
    ["another merchant", { merchantId: "1900000002" }, "merchantId"],
  ] as const)("is not booked with %s than its order, but put before people once", async (_case, change, difference) => {
    const world = await openPaymentWorld();
    const fact = { ...(await paySilently(world, await world.selectionOf("T002", "E1"))), ...change };
    for (const witness of ["notification", "query"] as const) {
      expect(await settlePayment(world.db, fact, witness, world.context)).toEqual({
        state: "exception",
        kind: "AMOUNT_MISMATCH",
        differences: [difference],
      });
    }
    expect(await countsOf(world.db)).toEqual({ receipts: 0, bookings: 0, exceptions: 1, messages: 0 });
    expect(world.problems.map(({ code }) => code)).toEqual(["PAYMENT_MISMATCH", "PAYMENT_MISMATCH"]);
  });

  it("of no order of ours is an exception of the entity whose merchant account received it", async () => {
    const world = await openPaymentWorld();
    const fact = { ...(await paySilently(world, await world.selectionOf("T002", "E1"))), outTradeNo: "PLUNKNOWN0001" };
    expect(await settlePayment(world.db, fact, "statement", world.context)).toMatchObject({ kind: "LOCAL_MISSING" });
    expect(await countsOf(world.db)).toMatchObject({ receipts: 0, exceptions: 1 });
  });

  it("for lines that were paid in between becomes prepayment, and the card says so", async () => {
    const world = await openPaymentWorld();
    const selection = await world.selectionOf("T002", "E2");
    const first = await paySilently(world, selection, "oDemoOpenId201");
    await settlePayment(world.db, first, "notification", world.context);
    // The same money once more under another number, as when two people had paid two orders at the same second.
    const { order_id } = await secondOrderLike(world, first);
    const second = { ...first, outTradeNo: order_id, transactionId: "4200000000202609050000000002" };
    expect(await settlePayment(world.db, second, "notification", world.context)).toMatchObject({ state: "settled" });
    const prepaid = await world.db.$queryRaw`SELECT amount_fen::int AS amount FROM prepayment WHERE origin = 'receipt'`;
    expect(prepaid).toEqual([{ amount: Number(first.amountFen) }]);
    const cards = (await receiptCards(world)).map(({ card }) => card.paragraphs[0]);
    expect(cards).toHaveLength(2);
    expect(
      cards.filter((text) => text?.startsWith("这些账单之前已经付清。这次多付的¥760.40已转入预存款")),
    ).toHaveLength(1);
  });
});

/** Puts a second order over the same lines beside the first; the cashier itself would never make one. */
async function secondOrderLike(world: PaymentWorld, fact: PaymentFact): Promise<{ order_id: string }> {
  const number = "PL00000000000000000000000002";
  await world.db.$executeRaw`
    INSERT INTO payment_order SELECT gen_random_uuid(), entity_id, tenant_id, merchant_account_id, ${number}, purpose,
      amount_fen, frozen_as_of, expires_at, 'CLOSED', method, created_by, prepay, NULL, created_at
    FROM payment_order WHERE out_trade_no = ${fact.outTradeNo}`;
  await world.db.$executeRaw`
    INSERT INTO payment_order_line SELECT n.id, l.line_id, l.component, l.amount_fen, false
    FROM payment_order n, payment_order_line l JOIN payment_order o ON o.id = l.order_id
    WHERE n.out_trade_no = ${number} AND o.out_trade_no = ${fact.outTradeNo}`;
  return { order_id: number };
}

describe("the receipt's card", () => {
  it("tells the tenant's member everything and a stranger who paid nothing about the tenant", async () => {
    const world = await openPaymentWorld();
    await settlePayment(
      world.db,
      await paySilently(world, await world.selectionOf("T002", "E1"), "oStranger"),
      "notification",
      world.context,
    );
    const cards = await receiptCards(world);
    expect(cards.map(({ recipient }) => recipient)).toEqual(["oDemoOpenId201", "oStranger"]);
    const [member = "", stranger = ""] = cards.map(({ card }) => JSON.stringify(card));
    expect(member).toContain("东莞锐达模具有限公司");
    expect(member).toContain("租金");
    expect(stranger).toContain("¥6,843.61");
    expect(stranger).not.toContain("锐达");
    expect(stranger).not.toContain("租金");
  });

  it("goes once to a member who paid", async () => {
    const world = await openPaymentWorld();
    const fact = await paySilently(world, await world.selectionOf("T002", "E1"), "oDemoOpenId201");
    expect(fact.appId).toBe(APP_ID);
    await settlePayment(world.db, fact, "notification", world.context);
    expect((await receiptCards(world)).map(({ recipient }) => recipient)).toEqual(["oDemoOpenId201"]);
  });
});

describe("the safety net", () => {
  it("asks when it is time to and finds a payment whose notification was lost", async () => {
    const world = await openPaymentWorld();
    let nowMs = Date.now();
    const context = { ...world.context, wireClock: { nowMs: () => nowMs } };
    const selection = await world.selectionOf("T002", "E1");
    const prepared = await prepareOrder(world.db, { ...selection, method: "native", createdBy: "h5" }, context);
    if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error(prepared.state);
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 0, paid: 0, closed: 0 });
    nowMs += 5_000;
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 1, paid: 0, closed: 0 });
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 0, paid: 0, closed: 0 });
    world.wechat.notifications.dropNext();
    world.wechat.pay(prepared.ticket.codeUrl, "oStranger");
    nowMs += 25_000;
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 1, paid: 1, closed: 0 });
    expect(await countsOf(world.db)).toMatchObject({ receipts: 1 });
  });

  it("closes an expired order at the channel after a last look, and lets go of its lines", async () => {
    const world = await openPaymentWorld();
    const { order } = await orderFor(world, await world.selectionOf("T002", "E1"));
    world.clock.advanceDays(1);
    const context = { ...world.context, wireClock: { nowMs: () => Date.now() + 5_000 } };
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 1, paid: 0, closed: 1 });
    expect(world.wechat.orders.all().map(({ state }) => state)).toEqual(["CLOSED"]);
    expect((await findOrder(world.db, order.outTradeNo))?.state).toBe("CLOSED");
    expect(await world.db.$queryRaw`SELECT 1 FROM payment_order_line WHERE active`).toEqual([]);
    expect(await queryDueOrders(world.db, context)).toEqual({ queried: 0, paid: 0, closed: 0 });
  });
});
