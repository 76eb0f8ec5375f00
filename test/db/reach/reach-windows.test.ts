import { describe, expect, it } from "vitest";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import {
  giveBackToReachWindow,
  openReachWindow,
  takeFromReachWindow,
} from "../../../src/usecases/reach/reach-windows.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();

const NINE = Date.parse("2026-09-05T09:00:00+08:00");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let people = 0;
/** Somebody new, whose every event is another one. */
function somebody() {
  people += 1;
  const person = { appId: "wx1", externalId: `o-reach-${people}` };
  let events = 0;
  const event = (content: InboundContent, sentAtMs: number): InboundEvent => {
    events += 1;
    return {
      platform: "official-account",
      appId: person.appId,
      externalKey: `${person.externalId}|${events}`,
      senderId: person.externalId,
      conversationId: person.externalId,
      receiverId: "gh_1",
      sentAtMs,
      ...content,
    };
  };
  return {
    person,
    event,
    does: (content: InboundContent, sentAtMs = NINE) => receiveEvent(database.db, event(content, sentAtMs)),
    take: (nowMs: number) => inTransaction(database.db, (tx) => takeFromReachWindow(tx, person, nowMs)),
    /** How many messages there is room for, by using them up. */
    async room(nowMs: number, atMost = 10): Promise<number> {
      let taken = 0;
      while (taken < atMost && (await this.take(nowMs)) !== undefined) taken += 1;
      return taken;
    },
  };
}

const words: InboundContent = { kind: "text", text: "你好" };
const click: InboundContent = { kind: "menu", key: "BILLS" };

describe("the room for messages after", () => {
  it.each<[string, InboundContent, number, number]>([
    ["words, two days later but a minute", words, 48 * HOUR_MS - MINUTE_MS, 5],
    ["words, two days later", words, 48 * HOUR_MS, 0],
    ["a click, in the same minute", click, 59_999, 3],
    ["a click, a minute later", click, MINUTE_MS, 0],
    ["following", { kind: "subscribe" }, 0, 3],
    ["a scan", { kind: "scan", scene: "A" }, 0, 3],
    ["a delivery report", { kind: "delivery", vendorId: "1", delivered: true, detail: "" }, 0, 0],
  ])("%s", async (_case, content, laterMs, room) => {
    const one = somebody();
    await one.does(content);
    expect(await one.room(NINE + laterMs)).toBe(room);
  });

  it("words and a click: both", async () => {
    const one = somebody();
    await one.does(words);
    await one.does(click);
    expect(await one.room(NINE)).toBe(8);
  });

  it("words and words: the second begins afresh, and adds nothing to what was left", async () => {
    const one = somebody();
    await one.does(words);
    expect(await one.room(NINE, 3)).toBe(3);
    await one.does(words, NINE + MINUTE_MS);
    expect(await one.room(NINE + MINUTE_MS)).toBe(5);
  });

  it("words that WeChat pushed twice: once", async () => {
    const one = somebody();
    const event = one.event(words, NINE);
    await receiveEvent(database.db, event);
    expect(await one.room(NINE)).toBe(5);
    expect(await receiveEvent(database.db, event)).toMatchObject({ duplicate: true });
    expect(await one.room(NINE)).toBe(0);
  });

  it("words that arrive late, behind later ones: what the later ones opened", async () => {
    const one = somebody();
    await one.does(words, NINE + HOUR_MS);
    expect(await one.room(NINE + HOUR_MS, 2)).toBe(2);
    await one.does(words, NINE);
    expect(await one.room(NINE + HOUR_MS)).toBe(3);
  });

  it("a payment: as much as we like for two days", async () => {
    const one = somebody();
    await inTransaction(database.db, (tx) => openReachWindow(tx, one.person, "payment", NINE));
    expect(await one.room(NINE + 48 * HOUR_MS - 1, 40)).toBe(40);
    expect(await one.room(NINE + 48 * HOUR_MS)).toBe(0);
  });

  it("leaving: none, until they are back", async () => {
    const one = somebody();
    await one.does(words);
    await inTransaction(database.db, (tx) => openReachWindow(tx, one.person, "payment", NINE));
    await one.does({ kind: "unsubscribe" }, NINE + 1_000);
    expect(await one.room(NINE + 1_000)).toBe(0);
    await one.does({ kind: "subscribe" }, NINE + 2_000);
    expect(await one.room(NINE + 2_000)).toBe(3);
  });
});

describe("the last of an allowance", () => {
  it("is given away once, however many ask at once", async () => {
    const one = somebody();
    await one.does(words);
    const taken = await Promise.all(Array.from({ length: 20 }, () => one.take(NINE)));
    expect(taken.filter((window) => window !== undefined)).toHaveLength(5);
  });

  it("comes back when the platform has not taken the message", async () => {
    const one = somebody();
    await one.does(click);
    expect(await one.room(NINE, 2)).toBe(2);
    const window = await one.take(NINE);
    await inTransaction(database.db, (tx) => giveBackToReachWindow(tx, window ?? ""));
    expect(await one.room(NINE)).toBe(1);
  });
});
