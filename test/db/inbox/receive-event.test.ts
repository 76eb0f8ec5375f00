import { describe, expect, it } from "vitest";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { withDatabase } from "../../support/database.ts";
import { inboxOf, newPerson } from "./conversation.ts";

const database = withDatabase();

describe("receiving an event", () => {
  it("twenty copies at the same moment are one row, and use up one number", async () => {
    const person = newPerson();
    const event = person.says("查账单");
    const received = await Promise.all(Array.from({ length: 20 }, () => receiveEvent(database.db, event)));
    expect(received.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(received.map(({ inboxEventId }) => inboxEventId)).size).toBe(1);
    await receiveEvent(database.db, person.says("还有呢"));
    expect((await inboxOf(database.db, person.key)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("numbers a burst without gaps, repeats among it", async () => {
    const person = newPerson();
    const events = Array.from({ length: 12 }, (_, index) => person.says(String(index)));
    await Promise.all([...events, ...events].map((event) => receiveEvent(database.db, event)));
    expect((await inboxOf(database.db, person.key)).map(({ sequence }) => sequence)).toEqual(
      events.map((_event, index) => index + 1),
    );
  });

  it("counts each conversation by itself", async () => {
    const [first, second] = [newPerson(), newPerson()];
    for (const person of [first, second, first]) await receiveEvent(database.db, person.says("您好"));
    expect(await inboxOf(database.db, first.key)).toHaveLength(2);
    expect((await inboxOf(database.db, second.key)).map(({ sequence }) => sequence)).toEqual([1]);
  });

  it("knows a repeat that comes back under another conversation", async () => {
    const [person, group] = [newPerson(), newPerson()];
    const event = person.says("查账单");
    const first = await receiveEvent(database.db, event);
    const again = await receiveEvent(database.db, { ...event, conversationId: group.openId });
    expect(again).toEqual({ ...first, duplicate: true });
  });
});
