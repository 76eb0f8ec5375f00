import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { findOrder } from "../../../src/usecases/payments/stored-order.ts";
import { openPaymentWorld, type PaymentWorld } from "../../db/payments/payment-world.ts";
import { eventually } from "../../support/eventually.ts";

/** The link from the chat, for any phone's browser. */
async function linkOf(world: PaymentWorld): Promise<string> {
  const { tenantId, entityId } = await world.selectionOf("T002", "E1");
  return world.linkTo({ tenantId, entityId, billNos: [] }, "prepay");
}

const formTokenIn = (page: string): string => /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";

const submit = (link: string, page: string, amount: string): Promise<Response> =>
  fetch(link, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ form: formTokenIn(page), amount }),
  });

describe("paying ahead", () => {
  it("pays what is open first and keeps the rest as prepayment", async () => {
    const world = await openPaymentWorld();
    const link = await linkOf(world);
    const page = await (await fetch(`${link}&amount=8000.00`)).text();
    expect(page).toContain('value="8000.00"');
    expect(page).toContain("东莞腾跃园区开发有限公司");
    // Whoever holds the link learns nothing about the tenant.
    expect(page).not.toContain("锐达");
    const made = await submit(link, page, "8,000.00");
    expect(made.status).toBe(303);
    const target = made.headers.get("location") ?? "";
    expect(await (await fetch(`${world.url}${target}`)).text()).toContain("请用微信扫码支付");
    const outTradeNo = new URL(target, world.url).searchParams.get("o") ?? "";
    const order = await findOrder(world.db, outTradeNo);
    const ticket = order?.prepay.ticket;
    world.wechat.pay(ticket && "codeUrl" in ticket ? ticket.codeUrl : "", "oAnybody");
    await eventually(async () => (await findOrder(world.db, outTradeNo))?.state).toBe("PAID");
    // 8,000.00 − rent 6,772.50 − fee 71.11 = 1,156.39.
    const standing = await row(
      world.db,
      Prisma.sql`SELECT p.amount_fen AS "prepaidFen", o.purpose FROM prepayment p JOIN receipt r ON r.id = p.receipt_id
        JOIN payment_order o ON o.id = r.payment_order_id WHERE o.out_trade_no = ${outTradeNo}`,
    );
    expect(standing).toEqual({ prepaidFen: 115_639n, purpose: "prepayment" });
    const said = await rows<{ text: string }>(world.db, Prisma.sql`SELECT message::text AS text FROM outbox`);
    expect(said.some(({ text }) => text.includes("1,156.39"))).toBe(true);
    expect(said.some(({ text }) => text.includes("之前已经付清"))).toBe(false);
    expect(world.problems).toEqual([]);
  });

  it.each(["0.5", "1000000.01", "1e3", "-5", "", "五千"])("asks again for an amount like %j", async (amount) => {
    const world = await openPaymentWorld();
    const link = await linkOf(world);
    const answer = await submit(link, await (await fetch(link)).text(), amount);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("请填写1到1,000,000之间的金额");
    expect(await rows(world.db, Prisma.sql`SELECT 1 AS one FROM payment_order`)).toEqual([]);
  });

  it("makes one order of a double tap, and a link for bills does not open it", async () => {
    const world = await openPaymentWorld();
    const link = await linkOf(world);
    const page = await (await fetch(link)).text();
    const [first, second] = await Promise.all([submit(link, page, "100"), submit(link, page, "100")]);
    const targets = [first, second].map((answer) => answer.headers.get("location") ?? "");
    expect(targets.filter((target) => target.includes("/h5/pay/order"))).toHaveLength(1);
    expect(targets.filter((target) => target.includes("again=1"))).toHaveLength(1);
    const forBills = world.linkTo(await world.selectionOf("T002", "E1")).replace("/h5/pay", "/h5/prepay");
    expect((await fetch(forBills)).status).toBe(400);
  });
});
