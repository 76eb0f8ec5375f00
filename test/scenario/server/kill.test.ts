import type pg from "pg";
import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { ChatMessage } from "../../../playground/official-account/chat.ts";
import type { Follower } from "../../../playground/official-account/follower.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { civilDateAt } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { SERVER, startProgram } from "../../support/server.ts";
import { isAnswer, isReceipt, openPark, orderByChat, type Park, pay, WAIT_MS } from "./park.ts";

/* kill -9 of the real process at the moments that hurt most; the moment is held open with locks, not guessed. */

const LIMIT_MS = 120_000;

/** Resolves when so many connections of this database wait for a lock. */
const untilBlocked = (park: Park) =>
  expect.poll(() => blockedConnections(park.db), { timeout: WAIT_MS, interval: 20 }).toBeGreaterThan(0);

async function blockedConnections(db: Database): Promise<number> {
  const [found] = await rows<{ count: number }>(
    db,
    Prisma.sql`SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return found?.count ?? 0;
}

/** What became of the one payment of the story. */
async function bookings(db: Database): Promise<object | undefined> {
  const [counts] = await rows<object>(
    db,
    Prisma.sql`SELECT (SELECT count(*)::int FROM receipt) AS receipts,
      (SELECT count(*)::int FROM ledger_transaction WHERE event_type = 'receipt.recorded') AS bookings,
      (SELECT count(*)::int FROM outbox WHERE dedupe_key LIKE 'receipt|%') AS messages,
      (SELECT coalesce(sum(open_fen), 0)::int FROM receivable) AS "openFen",
      (SELECT array_agg(state) FROM payment_order) AS orders`,
  );
  return counts;
}
const ONCE = { receipts: 1, bookings: 1, messages: 1, openFen: 0, orders: ["PAID"] };

const receiptsOf = (person: Follower): ChatMessage[] => person.messages.filter(isReceipt);
const answersOf = (person: Follower): ChatMessage[] => person.messages.filter(isAnswer);

async function expectTrueBooks(park: Park): Promise<void> {
  expect((await checkLedger(park.db, { today: civilDateAt(Date.now()) })).problems).toEqual([]);
  const charged = park.playground.wechatPay.orders.all().filter((order) => order.payment !== undefined);
  expect(charged).toHaveLength(1);
}

/** Resolves when nothing waits to be said any more. */
const untilAllIsSaid = (park: Park) =>
  expect.poll(() => outboxStates(park.db, "pending", "claimed"), { timeout: WAIT_MS, interval: 50 }).toBe(0);

async function outboxStates(db: Database, ...states: readonly string[]): Promise<number> {
  const [found] = await rows<{ count: number }>(
    db,
    Prisma.sql`SELECT count(*)::int AS count FROM outbox WHERE state = ANY(${states})`,
  );
  return found?.count ?? 0;
}

const resentMarks = (db: Database) =>
  rows<{ state: string; resent: boolean }>(
    db,
    Prisma.sql`SELECT state, resent FROM outbox WHERE dedupe_key LIKE 'receipt|%'`,
  );

async function lockAccounts(client: pg.Client): Promise<void> {
  await client.query("BEGIN");
  await client.query(`INSERT INTO tenant_account (tenant_id, entity_id) SELECT t.id, e.id FROM tenant t, legal_entity e
    ON CONFLICT DO NOTHING`);
  await client.query("COMMIT");
  await client.query("BEGIN");
  await client.query("SELECT 1 FROM tenant_account FOR UPDATE");
}

describe("kill -9 between WeChat Pay's notification and our answer", () => {
  it("loses nothing and books once", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const holder = await park.connection();
    const payer = park.contact(0);
    const first = await park.start();

    const code = await orderByChat(park, payer);
    await lockAccounts(holder);
    pay(park, payer, code);
    await untilBlocked(park);
    await first.killHard();
    await holder.query("ROLLBACK");
    expect(await bookings(park.db)).toMatchObject({ receipts: 0, bookings: 0, messages: 0 });

    await park.start();
    await payer.waitForMessage(isReceipt, WAIT_MS);
    await park.playground.wechatPay.notifications.settled();
    await untilAllIsSaid(park);
    expect(await bookings(park.db)).toEqual(ONCE);
    expect(receiptsOf(payer)).toHaveLength(1);
    // The first sending died with the process, a later one was taken.
    const outcomes = park.playground.wechatPay.notifications.attempts.map((attempt) => attempt.outcome);
    expect(outcomes[0]).toBe("failed");
    expect(outcomes.at(-1)).toBe("accepted");
    await expectTrueBooks(park);
  });
});

describe("kill -9 between the inbox and the reply", () => {
  it("answers by customer-service message, once", { timeout: LIMIT_MS }, async () => {
    // Pushes follow each other so closely that WeChat gives up before the server is back.
    const park = await openPark({ pushSpacingMs: 50 });
    await park.publish();
    const holder = await park.connection();
    const person = park.contact(0);
    const first = await park.start();

    await holder.query("BEGIN");
    await holder.query("LOCK TABLE outbox IN EXCLUSIVE MODE");
    const said = person.say("查账单");
    await expect.poll(() => park.db.inboxEvent.count(), { timeout: WAIT_MS, interval: 20 }).toBe(1);
    await untilBlocked(park);
    await first.killHard();
    await holder.query("ROLLBACK");
    expect((await said).state).toBe("given-up");
    expect(answersOf(person)).toEqual([]);

    await park.start();
    const answer = await person.waitForMessage(isAnswer, WAIT_MS);
    expect(answer.channel).toBe("custom");
    await untilAllIsSaid(park);
    expect(answersOf(person)).toHaveLength(1);
  });
});

describe("kill -9 between the booking and the receipt's message", () => {
  it("tells once, by the process that comes after", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const payer = park.contact(0);
    // The web alone books and says nothing by itself.
    const web = await park.start(["--role", "web"]);
    pay(park, payer, await orderByChat(park, payer));
    await expect.poll(() => bookings(park.db), { timeout: WAIT_MS }).toEqual(ONCE);
    await web.killHard();
    expect(receiptsOf(payer)).toEqual([]);

    await park.start();
    await payer.waitForMessage(isReceipt, WAIT_MS);
    await untilAllIsSaid(park);
    expect(receiptsOf(payer)).toHaveLength(1);
    expect(await resentMarks(park.db)).toEqual([{ state: "sent", resent: false }]);
    await expectTrueBooks(park);
  });
});

describe("an acceptance that we cannot know of", () => {
  const SEND = /^\/cgi-bin\/message\/custom\/send$/;

  it("tells once more when the process was killed before its mark, and marks it", { timeout: LIMIT_MS }, async () => {
    const park = await openPark({ templates: false });
    await park.publish();
    const payer = park.contact(0);
    const first = await park.start();
    await park.playground.wechatPay.notifications.settled();
    pay(park, payer, await orderByChat(park, payer));
    // Armed after the link has come: the next customer-service message is the receipt. WeChat shows it, and its answer
    // is still on the way when the process dies.
    park.playground.officialAccount.faults.arm("POST", SEND, { kind: "delay", delayMs: 60_000 });
    await payer.waitForMessage(isReceipt, WAIT_MS);
    await first.killHard();
    expect(await resentMarks(park.db)).toEqual([{ state: "claimed", resent: false }]);

    const second = await park.start();
    // Five minutes later the claim of the dead process has run out.
    await execute(park.db, Prisma.sql`UPDATE outbox SET claimed_until = now() WHERE state = 'claimed'`);
    await expect.poll(() => receiptsOf(payer).length, { timeout: WAIT_MS }).toBe(2);
    await untilAllIsSaid(park);
    expect(await resentMarks(park.db)).toEqual([{ state: "sent", resent: true }]);
    expect(await second.stop()).toBe(0);
    expect(receiptsOf(payer)).toHaveLength(2);
    expect(await bookings(park.db)).toEqual(ONCE);
    await expectTrueBooks(park);
  });

  it.each([
    ["was lost behind a gateway", { kind: "lose-answer", status: 502, body: "bad gateway" }],
    ["was lost with the connection", { kind: "drop-after" }],
  ] as const)("tells once more when the answer %s, and marks it", { timeout: LIMIT_MS }, async (_name, fault) => {
    const park = await openPark({ templates: false });
    await park.publish();
    const payer = park.contact(0);
    const server = await park.start();
    park.playground.wechatPay.notifications.hold();
    pay(park, payer, await orderByChat(park, payer));
    park.playground.officialAccount.faults.arm("POST", SEND, fault);
    await park.playground.wechatPay.notifications.release();
    await expect.poll(() => receiptsOf(payer).length, { timeout: WAIT_MS }).toBe(2);
    await untilAllIsSaid(park);
    expect(await resentMarks(park.db)).toEqual([{ state: "sent", resent: true }]);
    expect(await server.stop()).toBe(0);
    expect(receiptsOf(payer)).toHaveLength(2);
    await expectTrueBooks(park);
  });

  it("shows a template message once, for WeChat knows the repeat", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const payer = park.contact(0);
    const server = await park.start();
    park.playground.officialAccount.faults.arm("POST", /template\/send$/, { kind: "drop-after" });
    pay(park, payer, await orderByChat(park, payer));
    await expect.poll(() => resentMarks(park.db), { timeout: WAIT_MS }).toEqual([{ state: "sent", resent: true }]);
    expect(await server.stop()).toBe(0);
    expect(receiptsOf(payer)).toHaveLength(1);
  });
});

describe("SIGTERM in the middle of a conversation", () => {
  it("ends with 0 and every question is answered once", { timeout: LIMIT_MS }, async () => {
    const people = 12;
    const park = await openPark({ tenants: people });
    await park.publish();
    const everybody = Array.from({ length: people }, (_, number) => park.contact(number));
    const first = await park.start();
    const said = everybody.map((person) => person.say("查账单"));
    // Some are answered, some are being answered, some have only just arrived.
    await Promise.race(said);
    const stopped = first.stop();
    expect(await stopped).toBe(0);
    const log = first.log();
    expect(log.map((entry) => entry.msg)).toContain("stopped");
    expect(log.filter((entry) => entry.level === "error")).toEqual([]);

    // WeChat pushes again after 5 s what was not answered.
    const second = await park.start();
    expect((await Promise.all(said)).map((result) => result.state)).toEqual(everybody.map(() => "answered"));
    await Promise.all(everybody.map((person) => person.waitForMessage(isAnswer, WAIT_MS)));
    await untilAllIsSaid(park);
    expect(everybody.map((person) => answersOf(person).length)).toEqual(everybody.map(() => 1));
    expect(everybody.flatMap((person) => person.messages.filter(({ channel }) => channel === "banner"))).toEqual([]);
    expect(await second.stop()).toBe(0);
  });

  it("lets a start come to its end and then ends with 0", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    const starting = startProgram(SERVER, [], park.variables);
    // The log's first line comes with the database open and nothing else.
    await expect.poll(() => starting.stdout(), { timeout: WAIT_MS, interval: 5 }).toContain("is off");
    starting.send("SIGTERM");
    const end = await starting.ended;
    expect(end).toMatchObject({ exitCode: 0, stderr: "" });
    expect(end.stdout).toContain('"msg":"stopped"');
  });

  it("marks what it has just said, so that nobody says it again", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const holder = await park.connection();
    const person = park.contact(0);
    const first = await park.start();
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE delivery IN EXCLUSIVE MODE");
    await person.say("查账单");
    expect(answersOf(person)).toHaveLength(1);
    await untilBlocked(park);
    const stopped = first.stop();
    await expect.poll(() => first.log().map((entry) => entry.msg), { timeout: WAIT_MS }).toContain("jobs.stopped");
    await holder.query("ROLLBACK");
    expect(await stopped).toBe(0);
    expect(await rows(park.db, Prisma.sql`SELECT state, resent FROM outbox`)).toEqual([
      { state: "sent", resent: false },
    ]);
  });

  it("finishes the payment that it is booking", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const holder = await park.connection();
    const payer = park.contact(0);
    const server = await park.start();
    const code = await orderByChat(park, payer);
    await lockAccounts(holder);
    pay(park, payer, code);
    await untilBlocked(park);
    const stopped = server.stop();
    await expect.poll(() => server.log().map((entry) => entry.msg)).toContain("stopping");
    await holder.query("ROLLBACK");
    expect(await stopped).toBe(0);
    expect(await bookings(park.db)).toMatchObject({ receipts: 1, bookings: 1, openFen: 0 });
    expect(park.playground.wechatPay.notifications.attempts.map((attempt) => attempt.outcome)).toEqual(["accepted"]);
  });
});
