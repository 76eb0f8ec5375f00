import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { InvoiceProvider } from "../../../src/ports/invoice-provider.ts";
import type { InvoiceOrderContext } from "../../../src/usecases/invoice-orders/context.ts";
import { decideOrder } from "../../../src/usecases/invoice-orders/decide-order.ts";
import { stepDueOrders } from "../../../src/usecases/invoice-orders/step-due-orders.ts";
import { closeApplication, issueInvoice } from "../../../src/usecases/invoices/issue-invoice.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { APPROVAL_ENCRYPTION } from "../../support/approval-world.ts";
import { withDatabase } from "../../support/database.ts";
import { AMOUNT_FEN, type OrderWorld, openOrderWorld } from "./order-world.ts";

const TYPED = "26442999999999999999";

describe("an invoice that 诺诺 makes by itself", () => {
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
    encryption: APPROVAL_ENCRYPTION,
    messaging: world.context.messaging,
    orderCard: world.context.orderCard,
  });
  const decide = (orderNo: string, as: "retry" | "by-hand", code = "S05") =>
    inTransaction(world.db, async (tx) => {
      const member = await findStaffMember(tx, { code });
      if (!member) throw new Error(`no ${code}`);
      return decideOrder(tx, member, { orderNo, as }, desk());
    });
  const madeThere = (orderNo: string) => world.nuonuo.invoices.filter((one) => one.orderNo === orderNo);
  /** What stands in our books about an order's invoice. */
  const invoiceOf = (applicationNo: string) =>
    row<{ state: string; number: string | null; provider: string | null; issuedOn: string | null; files: bigint }>(
      world.db,
      Prisma.sql`SELECT i.state, i.number, i.provider, i.issued_on::text AS "issuedOn",
          (SELECT count(*) FROM invoice_file f WHERE f.invoice_id = i.id) AS files
        FROM invoice i JOIN invoice_application a ON a.id = i.application_id WHERE a.application_no = ${applicationNo}`,
    );
  /** The words of everything that went to a channel and speaks of this. */
  const said = async (channel: string, about: string): Promise<string[]> =>
    (
      await rows<{ text: string }>(
        world.db,
        Prisma.sql`SELECT message::text AS text FROM outbox WHERE channel = ${channel} AND message::text LIKE ${`%${about}%`} ORDER BY id`,
      )
    ).map((one) => one.text);

  it("is asked for, waited for, recorded with its files, told in the chat and by e-mail; finance has nothing to do", async () => {
    const { applicationNo, orderNo, billNo } = await world.applies();
    expect(await world.stateOf(orderNo)).toBe("waiting");
    await stepDueOrders(world.db, world.context);
    expect(await world.stateOf(orderNo)).toBe("making");
    expect((await invoiceOf(applicationNo))?.state).toBe("requested");
    await world.rounds(3);
    const [there] = madeThere(orderNo);
    expect(await invoiceOf(applicationNo)).toEqual({
      state: "issued",
      number: there?.number,
      provider: "nuonuo",
      issuedOn: "2026-03-01",
      files: 3n,
    });
    expect(await world.invoicedOf(billNo)).toBe(AMOUNT_FEN);
    expect((await said("official-account", there?.number ?? "?")).join()).toContain("http://files/");
    const [mail] = await said("email", there?.number ?? "?");
    expect(JSON.parse(mail ?? "{}")).toMatchObject({
      fileIds: [expect.any(String), expect.any(String), expect.any(String)],
    });
    expect(await said("wecom", applicationNo)).toEqual([]);
    expect(world.problems).toEqual([]);
  });

  /** Something that dies, once, at one place: the process, the connection, or the answer on its way. */
  type Spoil = (world: OrderWorld) => InvoiceOrderContext | undefined;
  class Crash extends Error {}
  const dying = (method: keyof InvoiceProvider, when: "before" | "after", nth = 1): Spoil => {
    return ({ context }) => {
      let calls = 0;
      const real = context.providers.get("nuonuo");
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
      return { ...context, providers: new Map([["nuonuo", spoilt]]) };
    };
  };
  const dyingWhileTelling: Spoil = ({ context }) => {
    let told = 0;
    return {
      ...context,
      messaging: {
        ...context.messaging,
        cards: {
          ...context.messaging.cards,
          issued: (...all) => {
            told += 1;
            if (told === 1) throw new Crash("died in the transaction");
            return context.messaging.cards.issued(...all);
          },
        },
      },
    };
  };
  const answers = (method: string, how: Parameters<OrderWorld["nuonuo"]["spoilNext"]>[1]): Spoil => {
    return ({ nuonuo }) => {
      nuonuo.spoilNext(method, how);
      return undefined;
    };
  };

  it.each<readonly [string, Spoil]>([
    ["dies before it asks", dying("requestInvoice", "before")],
    ["dies after it has asked, before the answer is written", dying("requestInvoice", "after")],
    ["never reaches 诺诺", answers("requestBillingNew", "lose-before")],
    ["loses 诺诺's answer to the order", answers("requestBillingNew", "lose-after")],
    ["finds 诺诺 too busy for the order", answers("requestBillingNew", { code: "E9999", describe: "系统繁忙" })],
    ["dies before it looks", dying("queryInvoice", "before")],
    ["dies after it has looked", dying("queryInvoice", "after")],
    ["dies before the look that sees it made", dying("queryInvoice", "before", 2)],
    ["dies after the look that sees it made", dying("queryInvoice", "after", 2)],
    ["loses the answer to a look", answers("queryInvoiceResult", "lose-after")],
    ["is told everything twice", answers("queryInvoiceResult", "twice")],
    [
      "hears that 诺诺 knows nothing of what it took on",
      answers("queryInvoiceResult", { code: "E9500", describe: "未查询到" }),
    ],
    ["dies before a file is there", dying("fetchFile", "before")],
    ["dies after the first file", dying("fetchFile", "after")],
    ["dies while number, cover and messages are written", dyingWhileTelling],
    ["loses a token", ({ nuonuo }) => void nuonuo.revokeTokens()],
    ["finds no file at first", ({ nuonuo }) => void nuonuo.withholdFiles(3)],
  ])("is one invoice, whole and told once, when the worker %s", async (_what, spoil) => {
    const { applicationNo, orderNo, billNo } = await world.applies();
    const spoilt = spoil(world) ?? world.context;
    await world.rounds(8, spoilt);
    const there = madeThere(orderNo);
    expect(there.map((one) => one.status)).toEqual(["2"]);
    expect(await invoiceOf(applicationNo)).toMatchObject({ state: "issued", number: there[0]?.number, files: 3n });
    expect(await world.invoicedOf(billNo)).toBe(AMOUNT_FEN);
    const withFile = (await said("official-account", there[0]?.number ?? "?")).filter((text) =>
      text.includes("http://files/"),
    );
    expect(withFile).toHaveLength(1);
    world.problems.length = 0;
  });

  it("is taken on by many workers at a time and asked for once", async () => {
    const { orderNo } = await world.applies();
    const before = world.nuonuo.calls.length;
    await Promise.all([1, 2, 3, 4].map(() => stepDueOrders(world.db, world.context)));
    expect(world.nuonuo.calls.slice(before).filter((call) => call === "requestBillingNew")).toHaveLength(1);
    await world.rounds(3);
    expect(madeThere(orderNo)).toHaveLength(1);
  });

  it("fails with a card to finance, once; after a login one tap tries the same order again", async () => {
    const { applicationNo, orderNo } = await world.applies();
    world.nuonuo.failNextOrder("开票员未登录电子税务局，请扫码登录");
    await world.rounds(4);
    expect(await world.stateOf(orderNo)).toBe("failed");
    const cards = await said("wecom", orderNo);
    // Two finance managers and a cashier of the park.
    expect(cards).toHaveLength(3);
    expect(cards[0]).toContain("请开票员登录电子税务局并完成身份认证");
    expect(cards[0]).toContain(`"orderNo": "${orderNo}"`);
    expect(await decide(orderNo, "retry", "S04")).toMatchObject({ ok: false, code: "ORDER_UNKNOWN" });
    expect(await decide(orderNo, "retry")).toMatchObject({ ok: true });
    expect(await decide(orderNo, "retry")).toMatchObject({ ok: true });
    await world.rounds(4);
    expect(await invoiceOf(applicationNo)).toMatchObject({ state: "issued", files: 3n });
    expect(madeThere(orderNo)).toHaveLength(1);
    expect(world.nuonuo.calls.filter((call) => call === "reInvoice")).toHaveLength(1);
    expect(await decide(orderNo, "retry")).toMatchObject({ ok: false, code: "ORDER_CLOSED" });
    world.problems.length = 0;
  });

  const answering = (answers: Partial<InvoiceProvider>): InvoiceOrderContext => {
    const [[name, provider] = []] = world.context.providers;
    if (!name || !provider) throw new Error("no provider");
    return { ...world.context, providers: new Map([[name, { ...provider, ...answers }]]) };
  };

  it("wants a login: said once with its buttons while it is asked again and again, and anew when a retry has not helped", async () => {
    const { applicationNo, orderNo } = await world.applies();
    const loggedOut = answering({
      requestInvoice: async () => ({ state: "identity-needed", reason: "请开票员扫码登录" }),
      queryInvoice: async () => ({ state: "not-known" }),
    });
    await world.rounds(3, loggedOut);
    expect(await world.stateOf(orderNo)).toBe("waiting");
    const withButtons = async () => (await said("wecom", orderNo)).filter((text) => text.includes("invoice.by-hand"));
    // Two finance managers and a cashier of the park.
    expect(await withButtons()).toHaveLength(3);
    await decide(orderNo, "retry");
    expect(await withButtons()).toHaveLength(0);
    await world.rounds(2, loggedOut);
    expect(await withButtons()).toHaveLength(3);
    await world.rounds(4);
    expect((await invoiceOf(applicationNo))?.state).toBe("issued");
  });

  it("is not given up for a failure that was seen before a retry and comes in after it", async () => {
    const { applicationNo, orderNo } = await world.applies();
    world.nuonuo.failNextOrder("税局系统维护");
    await world.rounds(1);
    // This worker looks, sees the failure, and stands still; another one sees it too, and a person says once more.
    const slow = answering({
      queryInvoice: async (order) => {
        const [provider] = world.context.providers.values();
        if (!provider) throw new Error("no provider");
        const seen = await provider.queryInvoice(order);
        await world.rounds(2);
        expect(await decide(orderNo, "retry")).toMatchObject({ ok: true });
        await world.rounds(1);
        return seen;
      },
    });
    await world.rounds(1, slow);
    expect(await world.stateOf(orderNo)).not.toBe("failed");
    await world.rounds(4);
    expect((await invoiceOf(applicationNo))?.state).toBe("issued");
    expect(madeThere(orderNo)).toHaveLength(1);
    world.problems.length = 0;
  });

  it("is one invoice when the worker dies at a retry, too", async () => {
    const { applicationNo, orderNo } = await world.applies();
    world.nuonuo.failNextOrder("税局系统维护");
    await world.rounds(4);
    await decide(orderNo, "retry");
    await world.rounds(1, dying("retryInvoice", "before")(world));
    await world.rounds(3);
    // The wish was spent: the failure stands again, and a person says once more.
    expect(await world.stateOf(orderNo)).toBe("failed");
    await decide(orderNo, "retry");
    await world.rounds(1, dying("retryInvoice", "after")(world));
    await world.rounds(4);
    expect(await invoiceOf(applicationNo)).toMatchObject({ state: "issued" });
    expect(madeThere(orderNo)).toHaveLength(1);
    world.problems.length = 0;
  });

  it("is refused for what it says, shown with 诺诺's words, and made by hand", async () => {
    const { applicationNo, orderNo, billNo } = await world.applies();
    world.nuonuo.spoilNext("requestBillingNew", { code: "E9105", describe: "购方税号不存在" });
    await world.rounds(3);
    expect(await world.stateOf(orderNo)).toBe("failed");
    expect((await said("wecom", orderNo))[0]).toContain("购方税号不存在（E9105）");
    expect(await decide(orderNo, "by-hand")).toMatchObject({ ok: true, order: { state: "by-hand" } });
    // From here on it is an application like any other: everything to copy goes to finance.
    expect((await said("wecom", applicationNo)).some((text) => text.includes("税收编码"))).toBe(true);
    const issue = { applicationNo, number: TYPED, issuedOn: world.clock.today() };
    expect(await inTransaction(world.db, (tx) => issueInvoice(tx, issue, desk()))).toMatchObject({ ok: true });
    await world.rounds(2);
    expect(madeThere(orderNo)).toEqual([]);
    expect(await world.invoicedOf(billNo)).toBe(AMOUNT_FEN);
    world.problems.length = 0;
  });

  it("is nobody else's while 诺诺 has it: no number by hand, no cancelling, no second try, no way out of its hands", async () => {
    const { applicationNo, orderNo } = await world.applies();
    await stepDueOrders(world.db, world.context);
    const issue = { applicationNo, number: "26442999999999999998", issuedOn: world.clock.today() };
    expect(await inTransaction(world.db, (tx) => issueInvoice(tx, issue, desk()))).toMatchObject({
      code: "ORDER_UNDER_WAY",
    });
    const close = { applicationNo, as: "cancelled", reason: "租户撤销" } as const;
    expect(await inTransaction(world.db, (tx) => closeApplication(tx, close, desk()))).toMatchObject({
      code: "ORDER_UNDER_WAY",
    });
    expect(await decide(orderNo, "retry")).toMatchObject({ code: "ORDER_UNDER_WAY" });
    expect(await decide(orderNo, "by-hand")).toMatchObject({ code: "ORDER_UNDER_WAY" });
    await world.rounds(4);
    expect((await invoiceOf(applicationNo))?.state).toBe("issued");
  });

  it("is not asked for any more when the application is taken back before", async () => {
    const { applicationNo, orderNo, billNo } = await world.applies();
    const close = { applicationNo, as: "cancelled", reason: "租户撤销" } as const;
    expect(await inTransaction(world.db, (tx) => closeApplication(tx, close, desk()))).toMatchObject({ ok: true });
    await world.rounds(3);
    expect(await world.stateOf(orderNo)).toBe("withdrawn");
    expect(madeThere(orderNo)).toEqual([]);
    expect(await world.invoicedOf(billNo)).toBe(0n);
  });

  it("waits for what is not set up: the building's certificate, then the keys", async () => {
    const { orderNo } = await world.applies();
    await world.db.$executeRaw`UPDATE building_certificate SET certificate_no = ''`;
    await world.rounds(1);
    expect((await said("wecom", orderNo))[0]).toContain("invoice certificate");
    await world.db.$executeRaw`UPDATE building_certificate SET certificate_no = '粤1号'`;
    await decide(orderNo, "retry");
    await world.rounds(1, { ...world.context, providers: new Map() });
    expect((await said("wecom", orderNo)).some((text) => text.includes("PROVIDER_OFF"))).toBe(true);
    await decide(orderNo, "retry");
    await world.rounds(4);
    expect(await world.stateOf(orderNo)).toBe("made");
    world.problems.length = 0;
  });

  it("comes without files for an hour: the number is told at once, a person hands the file in", async () => {
    const { applicationNo, orderNo } = await world.applies();
    world.nuonuo.withholdFiles(1_000);
    await world.rounds(20);
    world.nuonuo.withholdFiles(0);
    expect(await invoiceOf(applicationNo)).toMatchObject({ state: "issued", files: 0n });
    expect((await said("wecom", orderNo))[0]).toContain("没有给文件");
    expect(await said("official-account", madeThere(orderNo)[0]?.number ?? "?")).toHaveLength(1);
  });

  it("leaves the books in order", async () => {
    expect((await checkLedger(world.db, { today: world.clock.today() })).problems).toEqual([]);
  });
});
