import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { recordDelivery } from "../../../src/usecases/outbox/delivery-reports.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { closedGate } from "../../support/gate.ts";
import {
  ACCEPTED,
  clearOutbox,
  deliveriesOf,
  enqueue,
  NO_ANSWER,
  newOpenId,
  newPerson,
  notice,
  outboxOf,
  relayWorld,
} from "./relay-world.ts";

const database = withDatabase();
beforeEach(async () => {
  await clearOutbox(database.db);
});

describe("the relay", () => {
  it("says things to a person in the order in which they became true", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    for (const words of ["一", "二", "三"]) await enqueue(database.db, notice(to, words));
    expect(await world.relayOnce()).toBe(1);
    await world.relayAll();
    expect(world.sent).toEqual([`${to}: 一`, `${to}: 二`, `${to}: 三`]);
    expect(await deliveriesOf(database.db, to)).toHaveLength(3);
  });

  it("does not speak before its time", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, { ...notice(to, "一"), notBeforeMs: Date.now() + 60_000 });
    await world.relayAll();
    expect(world.sent).toEqual([]);
    world.wait(61);
    await world.relayAll();
    expect(world.sent).toEqual([`${to}: 一`]);
  });

  it("does not let one person's slow vendor keep the others waiting", async () => {
    const world = relayWorld(database);
    const [slow, quick] = [newOpenId(), newOpenId()];
    const answered = closedGate();
    const quickDone = closedGate();
    world.vendorAnswers(async (to) => {
      if (to === slow) await answered.passed;
      else quickDone.open();
      return ACCEPTED;
    });
    await enqueue(database.db, notice(slow, "一"), notice(quick, "一"));
    const relayed = world.relayOnce();
    await quickDone.passed;
    answered.open();
    await relayed;
    expect(await outboxOf(database.db, slow)).toMatchObject([{ state: "sent" }]);
  });

  it("sends each message once, whatever the number of relays", async () => {
    const world = relayWorld(database);
    const people = Array.from({ length: 8 }, newOpenId);
    await enqueue(database.db, ...people.flatMap((to) => ["一", "二", "三"].map((words) => notice(to, words))));
    await Promise.all(["a", "b", "c", "d"].map((worker) => world.relayAll(worker)));
    await world.relayAll();
    for (const to of people) {
      expect(world.sent.filter((line) => line.startsWith(`${to}:`))).toEqual([`${to}: 一`, `${to}: 二`, `${to}: 三`]);
    }
  });

  it("tries three times, with pauses; then it is a dead letter and the stream goes on", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    world.vendorAnswers((_to, { card }) => (card.paragraphs.at(-1) === "坏" ? NO_ANSWER : ACCEPTED));
    await enqueue(database.db, notice(to, "坏"), notice(to, "好"));
    const tries: number[] = [];
    // 5 s after the first try, 30 s after the second.
    for (const seconds of [0, 4, 2, 29, 2]) {
      world.wait(seconds);
      await world.relayAll();
      tries.push(world.sent.filter((line) => line.endsWith("坏")).length);
    }
    expect(tries).toEqual([1, 1, 2, 2, 3]);
    expect(await outboxOf(database.db, to)).toMatchObject([
      { state: "dead", attempts: 3, resent: true, failure: "no answer in 10 s" },
      { state: "sent", attempts: 1, resent: false },
    ]);
    expect(world.sent.at(-1)).toBe(`${to}: 好`);
    expect(await deliveriesOf(database.db, to)).toEqual([
      { attempt: 1, state: "unknown" },
      { attempt: 2, state: "unknown" },
      { attempt: 3, state: "unknown" },
      { attempt: 1, state: "accepted" },
    ]);
  });

  it("waits as long as the platform asks", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    let busy = true;
    world.vendorAnswers(() =>
      busy ? { state: "later", code: "45009", reason: "reach max api daily quota", retryAfterMs: 600_000 } : ACCEPTED,
    );
    await enqueue(database.db, notice(to, "一"));
    await world.relayAll();
    busy = false;
    world.wait(599);
    await world.relayAll();
    expect(world.sent).toHaveLength(1);
    world.wait(2);
    await world.relayAll();
    // The platform did not take the first one: the second is no repetition.
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", attempts: 2, resent: false }]);
  });

  it("does not insist when it is refused, and remembers that a person has gone", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await newPerson(database.db, { openId: to });
    world.vendorAnswers(() => ({
      state: "refused",
      code: "43004",
      reason: "require subscribe",
      recipientGone: true,
    }));
    await enqueue(database.db, notice(to, "一"));
    await world.relayAll();
    expect(await outboxOf(database.db, to)).toMatchObject([
      { state: "dead", attempts: 1, failure: "43004 require subscribe" },
    ]);
    const identities = await database.db.$queryRaw(
      Prisma.sql`SELECT reachable FROM channel_identity WHERE external_id = ${to}`,
    );
    expect(identities).toEqual([{ reachable: false }]);
  });

  it("puts a message of a platform that is off aside", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, { ...notice(to, "一"), channel: "wecom", appId: "ww1" });
    await world.relayAll();
    expect(await outboxOf(database.db, to)).toMatchObject([
      { state: "dead", failure: "CHANNEL_OFF wecom is not configured" },
    ]);
  });

  it("survives a messenger that throws: that message has no answer, the others are sent", async () => {
    const world = relayWorld(database);
    const [broken, fine] = [newOpenId(), newOpenId()];
    world.vendorAnswers((to) => {
      if (to === broken) throw new TypeError("undefined is not a function");
      return ACCEPTED;
    });
    await enqueue(database.db, notice(broken, "一"), notice(fine, "一"));
    await world.relayAll();
    expect(await outboxOf(database.db, fine)).toMatchObject([{ state: "sent" }]);
    expect(await outboxOf(database.db, broken)).toMatchObject([
      { state: "pending", attempts: 1, failure: "TypeError" },
    ]);
  });
});

describe("a relay that died", () => {
  const dies = () => new Promise<never>(() => {});

  it("loses its message to another one when its claim has run out, which is then marked as sent again", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "一"), notice(to, "二"));
    world.vendorAnswers(dies);
    void world.relayOnce("died");
    await eventually(() => world.sent).toHaveLength(1);
    world.vendorAnswers(() => ACCEPTED);
    world.wait(299);
    await world.relayAll("alive");
    expect(world.sent).toHaveLength(1);
    world.wait(2);
    await world.relayAll("alive");
    expect(world.sent).toEqual([`${to}: 一`, `${to}: 一`, `${to}: 二`]);
    expect(await outboxOf(database.db, to)).toMatchObject([
      { state: "sent", attempts: 2, resent: true },
      { state: "sent", attempts: 1, resent: false },
    ]);
  });

  it("is not imitated for ever: what three relays died of is a dead letter", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "毒"), notice(to, "好"));
    world.vendorAnswers((_to, { card }) => (card.paragraphs.at(-1) === "毒" ? dies() : ACCEPTED));
    for (let death = 1; death <= 3; death += 1) {
      void world.relayOnce(`died-${death}`);
      await eventually(() => world.sent).toHaveLength(death);
      world.wait(301);
    }
    await world.relayAll("alive");
    expect(world.sent.filter((line) => line.endsWith("毒"))).toHaveLength(3);
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "dead" }, { state: "sent" }]);
  });

  it("that was only asleep does not undo what another has recorded meanwhile", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "一"));
    const awake = closedGate();
    world.vendorAnswers(async () => {
      await awake.passed;
      return NO_ANSWER;
    });
    const asleep = world.relayOnce("asleep");
    await eventually(() => world.sent).toHaveLength(1);
    world.wait(301);
    world.vendorAnswers(() => ACCEPTED);
    await world.relayAll("alive");
    awake.open();
    await asleep;
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", attempts: 2, resent: true }]);
    expect(await deliveriesOf(database.db, to)).toEqual(
      expect.arrayContaining([
        { attempt: 1, state: "unknown" },
        { attempt: 2, state: "accepted" },
      ]),
    );
  });
});

describe("a relay that wakes up late", () => {
  it("does not give away what another is sending at that moment", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "一"));
    const [awake, answered] = [closedGate(), closedGate()];
    world.vendorAnswers(async () => {
      await awake.passed;
      return NO_ANSWER;
    });
    const asleep = world.relayOnce("asleep");
    await eventually(() => world.sent).toHaveLength(1);
    world.wait(301);
    world.vendorAnswers(async () => {
      await answered.passed;
      return ACCEPTED;
    });
    const alive = world.relayOnce("alive");
    await eventually(() => world.sent).toHaveLength(2);
    awake.open();
    await asleep;
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "claimed", attempts: 2 }]);
    answered.open();
    await alive;
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", attempts: 2 }]);
  });
});

describe("OUTBOUND", () => {
  it("off: nothing leaves, nothing is lost from sight, nothing piles up", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "一"), notice(to, "二"));
    await world.relayAll("relay", { mode: "off", allowlist: new Set([to]) });
    expect(world.sent).toEqual([]);
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "withheld" }, { state: "withheld" }]);
    expect(await deliveriesOf(database.db, to)).toEqual([]);
    // Switching it on later does not pour out what was withheld.
    await world.relayAll();
    expect(world.sent).toEqual([]);
  });

  it("allowlist: only those on it hear from us, by SMS as well", async () => {
    const world = relayWorld(database);
    const [pilot, other] = [newOpenId(), newOpenId()];
    const person = await newPerson(database.db, { phone: "13800000001" });
    await enqueue(database.db, notice(pilot, "一"), notice(other, "一"), sms(person, "bill-1"));
    await world.relayAll("relay", { mode: "allowlist", allowlist: new Set([pilot]) });
    expect(world.sent).toEqual([`${pilot}: 一`]);
    expect(world.smsSent).toEqual([]);
    await enqueue(database.db, sms(person, "bill-2"));
    await world.relayAll("relay", { mode: "allowlist", allowlist: new Set([person]) });
    expect(world.smsSent).toHaveLength(1);
  });
});

const sms = (personId: string, dedupeKey: string) =>
  ({
    channel: "sms",
    appId: "",
    recipient: personId,
    occasion: "notice",
    message: { template: "bill-notice", parameters: { amount: "7453.00" } },
    dedupeKey,
  }) as const;

describe("an SMS", () => {
  it("gets its number at the last moment: it is in no outbox row", async () => {
    const world = relayWorld(database);
    const person = await newPerson(database.db, { phone: "13800000002" });
    await enqueue(database.db, sms(person, "bill-3"));
    const stored = await database.db.$queryRaw(Prisma.sql`SELECT * FROM outbox WHERE recipient = ${person}`);
    expect(JSON.stringify(stored, (_key, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(
      "13800000002",
    );
    await world.relayAll();
    expect(world.smsSent).toMatchObject([{ phone: "13800000002", template: "bill-notice", dedupeKey: "bill-3" }]);
  });

  it("to a person without a phone is a dead letter", async () => {
    const world = relayWorld(database);
    const person = await newPerson(database.db, {});
    await enqueue(database.db, sms(person, "bill-4"));
    await world.relayAll();
    expect(await outboxOf(database.db, person)).toMatchObject([
      { state: "dead", failure: "NO_PHONE the person has no phone number" },
    ]);
  });
});

describe("what the platform reports later", () => {
  it("is written on the delivery that it names", async () => {
    const world = relayWorld(database);
    const [first, second] = [newOpenId(), newOpenId()];
    world.vendorAnswers((to) => ({ state: "accepted", channel: "template", vendorId: `msg-${to}` }));
    await enqueue(database.db, notice(first, "一"), notice(second, "一"));
    await world.relayAll();
    await inTransaction(database.db, (tx) =>
      recordDelivery(tx, { vendorId: `msg-${first}`, delivered: false, detail: "failed:user block" }),
    );
    expect(await deliveriesOf(database.db, first)).toEqual([{ attempt: 1, state: "undelivered" }]);
    expect(await deliveriesOf(database.db, second)).toEqual([{ attempt: 1, state: "accepted" }]);
  });
});
