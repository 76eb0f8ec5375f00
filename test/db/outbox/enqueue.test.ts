import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { enqueueMessages } from "../../../src/db/outbox/enqueue.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { withDatabase } from "../../support/database.ts";
import { clearOutbox, enqueue, newOpenId, notice, outboxOf, relayWorld } from "./relay-world.ts";

const database = withDatabase();
beforeEach(async () => {
  await clearOutbox(database.db);
});

describe("what is to be said", () => {
  it("is said once, however often it is asked for", async () => {
    const to = newOpenId();
    const bill = notice(to, "八月账单");
    await enqueue(database.db, bill, bill);
    await Promise.all(Array.from({ length: 10 }, () => enqueue(database.db, bill)));
    expect(await outboxOf(database.db, to)).toHaveLength(1);
  });

  it("is not said when what it says did not become true", async () => {
    const to = newOpenId();
    const undone = inTransaction(database.db, async (tx) => {
      await enqueueMessages(tx, [notice(to, "已收款")]);
      throw new Error("rolled back");
    });
    await expect(undone).rejects.toThrow("rolled back");
    expect(await outboxOf(database.db, to)).toEqual([]);
  });

  it("keeps the order within a batch and between batches, from twenty processes at once", async () => {
    const to = newOpenId();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        enqueue(database.db, notice(to, `${index} 一`), notice(to, `${index} 二`)),
      ),
    );
    const found = await database.db.$queryRaw<{ seq: number; words: string }[]>(
      Prisma.sql`SELECT stream_seq::int AS seq, message->'paragraphs'->>0 AS words FROM outbox
        WHERE recipient = ${to} ORDER BY stream_seq`,
    );
    expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    for (let pair = 0; pair < 40; pair += 2) {
      const batch = found[pair]?.words.split(" ")[0];
      expect(found.slice(pair, pair + 2).map(({ words }) => words)).toEqual([`${batch} 一`, `${batch} 二`]);
    }
  });

  it("may share a stream across people, when the sender wants one after the other", async () => {
    const [first, second] = [newOpenId(), newOpenId()];
    const streamKey = `card|${first}`;
    await enqueue(database.db, { ...notice(first, "一"), streamKey }, { ...notice(second, "二"), streamKey });
    const world = relayWorld(database);
    expect(await world.relayOnce()).toBe(1);
    expect(world.sent).toEqual([`${first}: 一`]);
    await world.relayAll();
  });
});
