import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { InvoiceProvider } from "../../../src/ports/invoice-provider.ts";
import type { InvoiceOrderContext } from "../../../src/usecases/invoice-orders/context.ts";
import { decideOrder } from "../../../src/usecases/invoice-orders/decide-order.ts";
import { stepDueOrders } from "../../../src/usecases/invoice-orders/step-due-orders.ts";
import { expireUnconfirmed } from "../../../src/usecases/invoices/expire-red-letters.ts";
import {
  moveRedLetter,
  type RedCommand,
  type RedStep,
  requestRedLetter,
} from "../../../src/usecases/invoices/red-letters.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { APPROVAL_ENCRYPTION } from "../../support/approval-world.ts";
import { withDatabase } from "../../support/database.ts";
import { AMOUNT_FEN, type OrderWorld, openOrderWorld } from "./order-world.ts";

const HOUR_MS = 3_600_000;

describe("a red letter that 诺诺 makes by itself", () => {
  const database = withDatabase();
  let world: OrderWorld;
  beforeAll(async () => {
    world = await openOrderWorld(database.db);
  }, 120_000);
  afterAll(() => world.close());

  const desk = () => ({
    actor: "staff:S05",
    channel: "test",
    today: world.clock.today(),
    nowMs: world.clock.nowMs(),
    encryption: APPROVAL_ENCRYPTION,
    messaging: world.context.messaging,
    orderCard: world.context.orderCard,
  });
  const step = (redNo: string, event: RedStep["event"], more = {}) =>
    inTransaction(world.db, (tx) => moveRedLetter(tx, { redNo, event, ...more }, desk()));
  /** An invoice that was made by 诺诺, and its red letter, agreed to. */
  const agreed = async (change: Partial<RedCommand> = {}) => {
    const { orderNo, billNo } = await world.applies();
    await world.rounds(4);
    const blue = world.nuonuo.invoices.find((one) => one.orderNo === orderNo)?.number ?? "";
    const begun = await inTransaction(world.db, (tx) =>
      requestRedLetter(tx, { invoiceNumber: blue, reason: "mistake", explanation: "税号错了", ...change }, desk()),
    );
    if (!begun.ok) throw new Error(begun.code);
    const { redNo } = begun.redLetter;
    expect(await step(redNo, { type: "approve" })).toMatchObject({ ok: true });
    return { redNo, blue, billNo };
  };
  const letterOf = (redNo: string) =>
    row<{ state: string; number: string | null; form_no: string | null; needs_peer: boolean | null; files: bigint }>(
      world.db,
      Prisma.sql`SELECT r.state, r.number, r.form_no, r.needs_peer, (SELECT count(*) FROM invoice_file f WHERE f.red_letter_id = r.id) AS files
        FROM red_letter r WHERE r.red_no = ${redNo}`,
    );
  const formsOf = (blue: string) => world.nuonuo.forms.filter((form) => form.blue.number === blue);
  const redsOf = (blue: string) => formsOf(blue).flatMap((form) => (form.red ? [form.red] : []));
  const decide = (orderNo: string, as: "retry" | "by-hand") =>
    inTransaction(world.db, async (tx) => {
      const member = await findStaffMember(tx, { code: "S05" });
      if (!member) throw new Error("no S05");
      return decideOrder(tx, member, { orderNo, as }, desk());
    });
  const said = async (channel: string, about: string): Promise<string[]> =>
    (
      await rows<{ text: string }>(
        world.db,
        Prisma.sql`SELECT message::text AS text FROM outbox WHERE channel = ${channel} AND message::text LIKE ${`%${about}%`} ORDER BY id`,
      )
    ).map((one) => one.text);

  it("is entered, needs nobody's word, and is recorded with its files; the line can be invoiced again", async () => {
    const { redNo, blue, billNo } = await agreed();
    await world.rounds(5);
    const [red] = redsOf(blue);
    expect(await letterOf(redNo)).toMatchObject({
      state: "red-issued",
      number: red?.number,
      needs_peer: false,
      files: 3n,
    });
    expect(await world.invoicedOf(billNo)).toBe(0n);
    expect((await said("official-account", red?.number ?? "?")).join()).toContain("已红冲");
    expect(world.problems).toEqual([]);
  });

  it("waits for the other side, tells the tenant so, goes on when they have confirmed", async () => {
    world.nuonuo.buyersMustConfirm(true);
    const { redNo, blue } = await agreed();
    await world.rounds(4);
    expect(await letterOf(redNo)).toMatchObject({ state: "awaiting-peer", needs_peer: true });
    expect((await said("official-account", blue)).join()).toContain("72小时内");
    world.nuonuo.standAtBureau(redNo, "04");
    await world.rounds(4);
    expect(await letterOf(redNo)).toMatchObject({ state: "red-issued", number: redsOf(blue)[0]?.number });
    world.nuonuo.buyersMustConfirm(false);
  });

  it("falls after 72 hours when the bureau says so, not by our clock a minute before its confirmation", async () => {
    world.nuonuo.buyersMustConfirm(true);
    const first = await agreed();
    const second = await agreed();
    await world.rounds(4);
    world.nuonuo.standAtBureau(second.redNo, "04");
    const later = { ...desk(), nowMs: world.clock.nowMs() + 72 * HOUR_MS };
    expect(await expireUnconfirmed(world.db, later)).toBe(0);
    const start = world.clock.nowMs();
    world.clock.advanceMs(72 * HOUR_MS);
    await world.rounds(4);
    expect(await letterOf(first.redNo)).toMatchObject({ state: "expired", number: null });
    expect(await letterOf(second.redNo)).toMatchObject({ state: "red-issued" });
    expect((await said("official-account", first.blue)).join()).toContain("超过72小时未确认");
    world.clock.advanceMs(start - world.clock.nowMs());
    world.nuonuo.buyersMustConfirm(false);
  });

  it.each([
    ["refuses", "05", "refused"],
    ["is withdrawn there", "08", "withdrawn"],
  ] as const)("ends when the other side or the form %s, and another one may begin", async (_what, status, state) => {
    world.nuonuo.buyersMustConfirm(true);
    const { redNo, blue } = await agreed();
    await world.rounds(3);
    world.nuonuo.standAtBureau(redNo, status);
    await world.rounds(3);
    expect(await letterOf(redNo)).toMatchObject({ state, number: null });
    expect(await world.stateOf(redNo)).toBe("withdrawn");
    world.nuonuo.buyersMustConfirm(false);
    const again = await inTransaction(world.db, (tx) =>
      requestRedLetter(tx, { invoiceNumber: blue, reason: "mistake", explanation: "再来" }, desk()),
    );
    if (!again.ok) throw new Error(again.code);
    await step(again.redLetter.redNo, { type: "approve" });
    await world.rounds(5);
    expect(redsOf(blue)).toHaveLength(1);
  });

  it("takes back a part: the printed line and its net and tax, to the fen", async () => {
    // 109.00 with 9 %: 100.00 and 9.00.
    const { redNo, blue, billNo } = await agreed({ reason: "allowance", amountFen: 10_900n });
    await world.rounds(5);
    expect(formsOf(blue).map((form) => form.amountFen)).toEqual([10_900]);
    expect(await letterOf(redNo)).toMatchObject({ state: "red-issued" });
    expect(await world.invoicedOf(billNo)).toBe(AMOUNT_FEN - 10_900n);
  });

  class Crash extends Error {}
  type Spoil = () => InvoiceOrderContext;
  const dying =
    (method: keyof InvoiceProvider, when: "before" | "after", nth = 1): Spoil =>
    () => {
      let calls = 0;
      const real = world.context.providers.get("nuonuo");
      if (!real) throw new Error("no provider");
      const spoilt = {
        ...real,
        [method]: async (...given: readonly never[]) => {
          calls += 1;
          if (calls === nth && when === "before") throw new Crash("died");
          const answer = await (real[method] as (...all: readonly never[]) => Promise<unknown>)(...given);
          if (calls === nth) throw new Crash("died");
          return answer;
        },
      } as InvoiceProvider;
      return { ...world.context, providers: new Map([["nuonuo", spoilt]]) };
    };
  const answers =
    (method: string, how: Parameters<OrderWorld["nuonuo"]["spoilNext"]>[1]): Spoil =>
    () => {
      world.nuonuo.spoilNext(method, how);
      return world.context;
    };
  const dyingWhileTelling: Spoil = () => {
    let told = 0;
    return {
      ...world.context,
      messaging: {
        ...world.context.messaging,
        cards: {
          ...world.context.messaging.cards,
          redLetter: (letter) => {
            told += 1;
            if (told <= 2) throw new Crash("died in the transaction");
            return world.context.messaging.cards.redLetter(letter);
          },
        },
      },
    };
  };

  it.each<readonly [string, Spoil]>([
    ["dies before it enters the form", dying("requestRedForm", "before")],
    ["dies after it has entered the form", dying("requestRedForm", "after")],
    ["never reaches 诺诺 with the form", answers("saveInvoiceRedConfirm", "lose-before")],
    ["loses the answer to the form", answers("saveInvoiceRedConfirm", "lose-after")],
    ["dies before it looks at the form", dying("queryRedForm", "before")],
    ["dies after it has looked", dying("queryRedForm", "after")],
    ["dies before the look that sees it confirmed", dying("queryRedForm", "before", 2)],
    ["dies after the look that sees it confirmed", dying("queryRedForm", "after", 2)],
    ["loses the answer to a look", answers("queryInvoiceRedConfirm", "lose-after")],
    ["is told of every form twice", answers("queryInvoiceRedConfirm", "twice")],
    ["dies before it looks for the red invoice", dying("queryRedInvoice", "before")],
    ["dies after it has seen the red invoice", dying("queryRedInvoice", "after", 2)],
    ["dies while state, sum and messages are written", dyingWhileTelling],
  ])("is one form and one red invoice, told once, when the worker %s", async (_what, spoil) => {
    const { redNo, blue, billNo } = await agreed();
    await world.rounds(9, spoil());
    expect(formsOf(blue)).toHaveLength(1);
    const reds = redsOf(blue);
    expect(reds).toHaveLength(1);
    expect(await letterOf(redNo)).toMatchObject({ state: "red-issued", number: reds[0]?.number, files: 3n });
    expect(await world.invoicedOf(billNo)).toBe(0n);
    expect(await said("official-account", reds[0]?.number ?? "?")).toHaveLength(1);
    world.problems.length = 0;
  });

  it("that the bureau does not take is a card to finance; another try has another number, and there is one red invoice", async () => {
    world.nuonuo.failNextForm("蓝字发票正在被其他流程锁定");
    const { redNo, blue } = await agreed();
    await world.rounds(4);
    expect(await world.stateOf(redNo)).toBe("failed");
    expect((await said("wecom", redNo)).join()).toContain("锁定");
    expect(await decide(redNo, "retry")).toMatchObject({ ok: true });
    await world.rounds(6);
    expect(formsOf(blue).map((form) => form.billId)).toEqual([redNo, `${redNo}-2`]);
    expect(redsOf(blue)).toHaveLength(1);
    expect(await letterOf(redNo)).toMatchObject({ state: "red-issued" });
    world.problems.length = 0;
  });

  it("is nobody else's while 诺诺 has it; handed over before, finance goes on step by step", async () => {
    const { redNo } = await agreed();
    await stepDueOrders(world.db, world.context);
    const entered = { type: "form-submitted", needsPeer: false } as const;
    expect(await step(redNo, entered, { formNo: "1" })).toMatchObject({ ok: false, code: "ORDER_UNDER_WAY" });
    expect(await step(redNo, { type: "withdraw" })).toMatchObject({ ok: false, code: "ORDER_UNDER_WAY" });
    await world.rounds(5);
    const other = await agreed();
    expect(await decide(other.redNo, "by-hand")).toMatchObject({ ok: true });
    expect((await said("wecom", other.redNo)).join()).toContain("确认单");
    expect(await step(other.redNo, entered, { formNo: "44192600000000000001" })).toMatchObject({ ok: true });
    await world.rounds(3);
    expect(formsOf(other.blue)).toEqual([]);
    expect(await letterOf(other.redNo)).toMatchObject({ state: "confirmed" });
  });

  it("leaves the books in order", async () => {
    expect((await checkLedger(world.db, { today: world.clock.today() })).problems).toEqual([]);
  });
});
