import { beforeEach, describe, expect, it } from "vitest";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { OutgoingMessage, SendOutcome } from "../../../src/ports/messenger.ts";
import { recordDelivery } from "../../../src/usecases/outbox/delivery-reports.ts";
import { listMessages, replayMessage } from "../../../src/usecases/outbox/list-messages.ts";
import { withDatabase } from "../../support/database.ts";
import { closedGate } from "../../support/gate.ts";
import {
  ACCEPTED,
  clearOutbox,
  deliveriesOf,
  enqueue,
  NO_ANSWER,
  newOpenId,
  notice,
  outboxOf,
  relayWorld,
} from "./relay-world.ts";

const database = withDatabase();
beforeEach(async () => {
  await clearOutbox(database.db);
});

const MARK = /^（重发/;
const BUSY: SendOutcome = { state: "later", code: "45009", reason: "busy", retryAfterMs: 1_000 };
const REFUSED: SendOutcome = { state: "refused", code: "40037", reason: "invalid template_id", recipientGone: false };

/** The vendor gives these answers in turn, then accepts; what it was shown is kept. */
function vendorWith(world: ReturnType<typeof relayWorld>, ...answers: SendOutcome[]): OutgoingMessage[] {
  const shown: OutgoingMessage[] = [];
  world.vendorAnswers((_to, message) => {
    shown.push(message);
    return answers[shown.length - 1] ?? ACCEPTED;
  });
  return shown;
}

const isMarked = ({ card }: { card: Card }): boolean => MARK.test(card.paragraphs[0] ?? "");

async function idOf(recipient: string): Promise<string> {
  const [found] = await database.db.$queryRaw<{ id: string }[]>(
    Prisma.sql`SELECT id FROM outbox WHERE recipient = ${recipient}`,
  );
  return found?.id ?? "";
}

describe("a second try tells the reader that it may be a second message", () => {
  it.each([
    ["when the first got no answer", NO_ANSWER, true],
    ["but not when the first was turned away", BUSY, false],
  ] as const)("%s", async (_case, first, marked) => {
    const world = relayWorld(database);
    const shown = vendorWith(world, first);
    await enqueue(database.db, notice(newOpenId(), "一"));
    await world.relayAll();
    world.wait(10);
    await world.relayAll();
    expect(shown.map(isMarked)).toEqual([false, marked]);
    expect(shown[1]?.card.paragraphs.at(-1)).toBe("一");
  });
});

describe("outbox replay", () => {
  it("gives a dead letter three more tries, each with its own delivery", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    vendorWith(world, NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER, ACCEPTED);
    await enqueue(database.db, notice(to, "一"));
    for (const seconds of [0, 6, 31]) {
      world.wait(seconds);
      await world.relayAll();
    }
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "dead", attempts: 3 }]);

    expect(await replayMessage(database.db, await idOf(to))).toBe(true);
    await world.relayAll();
    world.wait(6);
    await world.relayAll();
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", attempts: 5 }]);
    expect(await deliveriesOf(database.db, to)).toEqual([
      { attempt: 1, state: "unknown" },
      { attempt: 2, state: "unknown" },
      { attempt: 3, state: "unknown" },
      { attempt: 4, state: "unknown" },
      { attempt: 5, state: "accepted" },
    ]);
  });

  it("is dead again after another three tries", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    world.vendorAnswers(() => NO_ANSWER);
    await enqueue(database.db, notice(to, "一"));
    const threeTries = async () => {
      for (const seconds of [0, 6, 31, 121]) {
        world.wait(seconds);
        await world.relayAll();
      }
    };
    await threeTries();
    await replayMessage(database.db, await idOf(to));
    await threeTries();
    expect(world.sent).toHaveLength(6);
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "dead", attempts: 6 }]);
  });

  it("marks what was refused not as sent again: it never arrived", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    const shown = vendorWith(world, REFUSED);
    await enqueue(database.db, notice(to, "一"));
    await world.relayAll();
    await replayMessage(database.db, await idOf(to));
    await world.relayAll();
    expect(shown.map(isMarked)).toEqual([false, false]);
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", failure: null }]);
  });

  it("sends what was taken and then reported as undelivered, as a message that the platform has not seen", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    const shown = vendorWith(world, { state: "accepted", channel: "template", vendorId: `msg-${to}` });
    await enqueue(database.db, notice(to, "一"));
    await world.relayAll();
    expect(await replayMessage(database.db, await idOf(to))).toBe(false);
    await inTransaction(database.db, (tx) =>
      recordDelivery(tx, { vendorId: `msg-${to}`, delivered: false, detail: "failed:user block" }),
    );
    const [listed] = await listMessages(database.db, "undelivered");
    expect(listed).toMatchObject({ delivery: "undelivered", why: "对方在微信里关闭了本公众号的通知" });
    expect(await replayMessage(database.db, await idOf(to))).toBe(true);
    await world.relayAll();
    // Within ten minutes WeChat would answer an equal client_msg_id as before and show nothing.
    expect(shown[1]?.dedupeKey).not.toBe(shown[0]?.dedupeKey);
    expect(await listMessages(database.db, "undelivered")).not.toContainEqual(
      expect.objectContaining({ id: listed?.id }),
    );
  });

  it("withholds again what OUTBOUND still does not let out", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    const off = { mode: "off", allowlist: new Set<string>() } as const;
    await enqueue(database.db, notice(to, "一"));
    await world.relayAll("relay", off);
    await replayMessage(database.db, await idOf(to));
    await world.relayAll("relay", off);
    expect(world.sent).toEqual([]);
    await replayMessage(database.db, await idOf(to));
    await world.relayAll();
    expect(world.sent).toEqual([`${to}: 一`]);
  });

  it("knows no message that is waiting, sent, or not there", async () => {
    const world = relayWorld(database);
    const [waiting, sent] = [newOpenId(), newOpenId()];
    await enqueue(database.db, notice(sent, "一"));
    await world.relayAll();
    await enqueue(database.db, notice(waiting, "一"));
    for (const id of [await idOf(waiting), await idOf(sent), "nothing"]) {
      expect(await replayMessage(database.db, id)).toBe(false);
    }
  });

  it("is not undone by a try of before that comes back late", async () => {
    const world = relayWorld(database);
    const to = newOpenId();
    await enqueue(database.db, notice(to, "一"));
    const awake = closedGate();
    world.vendorAnswers(async () => {
      await awake.passed;
      return NO_ANSWER;
    });
    const asleep = world.relayOnce("asleep");
    await expect.poll(() => world.sent).toHaveLength(1);
    world.wait(301);
    world.vendorAnswers(() => REFUSED);
    await world.relayAll("alive");
    await replayMessage(database.db, await idOf(to));
    const late = closedGate();
    world.vendorAnswers(async () => {
      await late.passed;
      return ACCEPTED;
    });
    const again = world.relayOnce("again");
    await expect.poll(() => world.sent).toHaveLength(3);
    awake.open();
    await asleep;
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "claimed", attempts: 3 }]);
    late.open();
    await again;
    expect(await outboxOf(database.db, to)).toMatchObject([{ state: "sent", attempts: 3 }]);
  });
});
