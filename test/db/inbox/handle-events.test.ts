import { describe, expect, it } from "vitest";
import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { connectDatabase, type Database } from "../../../src/db/client.ts";
import {
  type EventHandler,
  handleConversation,
  waitingConversations,
} from "../../../src/usecases/inbox/handle-events.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { closedGate } from "../../support/gate.ts";
import { APOLOGY, delayIsOver, echo, inboxOf, newPerson, saidTo } from "./conversation.ts";

const database = withDatabase();
const broken: EventHandler = async () => {
  throw new TypeError("no such bill");
};
const handle = (key: string, handler: EventHandler = echo) => handleConversation(database.db, key, handler, APOLOGY);

describe("answering a conversation", () => {
  it("answers in the order in which things were said, whoever is at work", async () => {
    const person = newPerson();
    const texts = ["一", "二", "三", "四", "五"];
    for (const text of texts) await receiveEvent(database.db, person.says(text));
    await Promise.all([handle(person.key), handle(person.key), handle(person.key)]);
    expect(await saidTo(database.db, person.openId)).toEqual(texts.map((text) => `${text}!`));
    expect((await inboxOf(database.db, person.key)).every(({ state }) => state === "handled")).toBe(true);
  });

  it("remembers from one message to the next", async () => {
    const person = newPerson();
    for (const text of ["一", "二", "三"]) await receiveEvent(database.db, person.says(text));
    await handle(person.key);
    const [conversation] = await database.db.$queryRaw<{ context: unknown; handled: number }[]>(
      Prisma.sql`SELECT context, handled_sequence::int AS handled FROM conversation WHERE key = ${person.key}`,
    );
    expect(conversation).toEqual({ context: { answered: 3 }, handled: 3 });
  });

  it("up to the message of an open request, if it says which: what came after has a request of its own", async () => {
    const person = newPerson();
    const events: string[] = [];
    for (const text of ["一", "二", "三"]) {
      events.push((await receiveEvent(database.db, person.says(text))).inboxEventId);
    }
    await handleConversation(database.db, person.key, echo, APOLOGY, events[1]);
    expect(await saidTo(database.db, person.openId)).toEqual(["一!", "二!"]);
    await handleConversation(database.db, person.key, echo, APOLOGY, events[1]);
    expect(await saidTo(database.db, person.openId)).toEqual(["一!", "二!"]);
  });

  it("several replies to one message leave in their order, none before the request has had its chance", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("查账单"));
    await handle(person.key, async (_tx, _event, context) => ({
      replies: [textCard("第一张"), textCard("第二张")],
      context,
    }));
    expect(await saidTo(database.db, person.openId)).toEqual(["第一张", "第二张"]);
    const [timing] = await database.db.$queryRaw<{ waits: number }[]>(
      Prisma.sql`SELECT extract(epoch FROM min(o.not_before) - i.received_at)::float8 AS waits
        FROM outbox o JOIN inbox_event i ON i.id = o.inbox_event_id WHERE o.recipient = ${person.openId} GROUP BY i.id`,
    );
    // Milliseconds of the reception are cut off on the way.
    expect(timing?.waits).toBeCloseTo(4.5, 2);
  });

  it("what a failing handler wrote is undone, and the event waits with a growing delay", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("查账单"));
    const writes: EventHandler = async (tx) => {
      await tx.$executeRaw(
        Prisma.sql`INSERT INTO rate_count (key, window_start, count) VALUES (${person.key}, now(), 1)`,
      );
      throw new TypeError("half done");
    };
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await expect(handle(person.key, writes)).rejects.toThrow("half done");
      const [row] = await database.db.$queryRaw<{ delay: number }[]>(
        Prisma.sql`SELECT extract(epoch FROM next_attempt_at - now())::float8 AS delay FROM inbox_event
          WHERE conversation_key = ${person.key}`,
      );
      delays.push(Math.round(row?.delay ?? 0));
      await delayIsOver(database.db, person.key);
    }
    expect(delays).toEqual([2, 4, 8, 16]);
    const left = await database.db.$queryRaw(Prisma.sql`SELECT 1 FROM rate_count WHERE key = ${person.key}`);
    expect(left).toEqual([]);
  });

  it("a handler that recovers answers as if nothing had been", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("查账单"));
    await expect(handle(person.key, broken)).rejects.toThrow("no such bill");
    await delayIsOver(database.db, person.key);
    await handle(person.key);
    expect(await saidTo(database.db, person.openId)).toEqual(["查账单!"]);
    expect(await inboxOf(database.db, person.key)).toMatchObject([{ state: "handled", attempts: 2 }]);
  });

  it("while the first message waits for its next try, neither it nor what follows is handled", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("一"));
    await expect(handle(person.key, broken)).rejects.toThrow();
    // Every further message brings its request, which must not use up the tries of the first one.
    for (const text of ["二", "三", "四", "五", "六"]) {
      await receiveEvent(database.db, person.says(text));
      await handle(person.key, broken);
    }
    expect((await inboxOf(database.db, person.key))[0]).toMatchObject({ state: "received", attempts: 1 });
    await delayIsOver(database.db, person.key);
    await handle(person.key);
    expect(await saidTo(database.db, person.openId)).toEqual(["一!", "二!", "三!", "四!", "五!", "六!"]);
  });

  it("gives up after five tries with an apology, and the conversation goes on", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("坏的"));
    await receiveEvent(database.db, person.says("好的"));
    const failsOnFirst: EventHandler = (tx, event, context) =>
      event.kind === "text" && event.text === "坏的" ? broken(tx, event, context) : echo(tx, event, context);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await expect(handle(person.key, failsOnFirst)).rejects.toThrow("no such bill");
      await delayIsOver(database.db, person.key);
    }
    await handle(person.key, failsOnFirst);
    expect(await inboxOf(database.db, person.key)).toEqual([
      { sequence: 1, state: "failed", attempts: 5, failure: "TypeError" },
      { sequence: 2, state: "handled", attempts: 1, failure: null },
    ]);
    expect(await saidTo(database.db, person.openId)).toEqual(["抱歉，出了点问题。", "好的!"]);
  });

  it("blames a failure on the message that failed, not on one that another process reached meanwhile", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("一"));
    await receiveEvent(database.db, person.says("二"));
    const begun = closedGate();
    const fail = closedGate();
    const taken = closedGate();
    // The first process fails on 一; the second one waits for the conversation and handles 一 before the first can say so.
    const failing: EventHandler = async () => {
      begun.open();
      await fail.passed;
      throw new TypeError("the connection broke");
    };
    const first = handleConversation(slowToSayThatItFailed(taken.passed), person.key, failing, APOLOGY);
    await begun.passed;
    const second = handle(person.key, async (tx, event, context) => {
      taken.open();
      if (event.kind === "text" && event.text === "一") await someoneWaitsForALock();
      return echo(tx, event, context);
    });
    await someoneWaitsForALock();
    fail.open();
    await Promise.all([first, second]);
    expect(await inboxOf(database.db, person.key)).toMatchObject([
      { state: "handled", attempts: 1, failure: null },
      { state: "handled", attempts: 1, failure: null },
    ]);
  });

  it("counts no try when it was the database that failed", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("一"));
    const away = connectDatabase(database.url.replace(/\/[^/]*$/, "/no_such_database"));
    await expect(handleConversation(away, person.key, echo, APOLOGY)).rejects.toThrow("no_such_database");
    await away.$disconnect();
    expect(await inboxOf(database.db, person.key)).toMatchObject([{ state: "received", attempts: 0 }]);
  });
});

/** Whose second transaction begins after `mayBegin`: PostgreSQL may give a free row to a newcomer before one who waits. */
function slowToSayThatItFailed(mayBegin: Promise<void>): Database {
  let begun = 0;
  const transaction = async (...given: readonly unknown[]) => {
    begun += 1;
    if (begun === 2) await mayBegin;
    return Reflect.apply(database.db.$transaction, database.db, given) as unknown;
  };
  return new Proxy(database.db, {
    get: (db, name) => (name === "$transaction" ? transaction : Reflect.get(db, name)),
  });
}

const someoneWaitsForALock = () =>
  eventually(() =>
    database.db.$queryRaw(Prisma.sql`SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`),
  ).toHaveLength(1);

describe("conversations that wait", () => {
  const waits = async (key: string) => (await waitingConversations(database.db, 1_000)).includes(key);

  it("are those with something to answer now", async () => {
    const person = newPerson();
    expect(await waits(person.key)).toBe(false);
    await receiveEvent(database.db, person.says("一"));
    expect(await waits(person.key)).toBe(true);
    await handle(person.key);
    expect(await waits(person.key)).toBe(false);
  });

  it("not those whose first message waits for its next try, whatever came after it", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("一"));
    await expect(handle(person.key, broken)).rejects.toThrow();
    await receiveEvent(database.db, person.says("二"));
    expect(await waits(person.key)).toBe(false);
    await delayIsOver(database.db, person.key);
    expect(await waits(person.key)).toBe(true);
  });

  it("not those that somebody is answering", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("一"));
    const begun = closedGate();
    const goOn = closedGate();
    const handled = handle(person.key, async (tx, event, context) => {
      begun.open();
      await goOn.passed;
      return echo(tx, event, context);
    });
    await begun.passed;
    expect(await waits(person.key)).toBe(false);
    goOn.open();
    await handled;
  });

  it("the longest waiting first, for there may be more than one look can take", async () => {
    const people = [newPerson(), newPerson(), newPerson()];
    for (const person of people) await receiveEvent(database.db, person.says("一"));
    const keys = people.map(({ key }) => key);
    expect((await waitingConversations(database.db, 1_000)).filter((key) => keys.includes(key))).toEqual(keys);
    expect(await waitingConversations(database.db, 2)).toHaveLength(2);
  });
});
