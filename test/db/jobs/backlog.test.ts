import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { setGauges } from "../../../jobs/gauges.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { backlogAges } from "../../../src/usecases/schedule/backlog-ages.ts";
import { withDatabase } from "../../support/database.ts";
import { APOLOGY, echo, newPerson } from "../inbox/conversation.ts";
import { enqueue, notice } from "../outbox/relay-world.ts";

const database = withDatabase();
const queue = { backlog: async () => ({ work: 3, documents: 0 }) };

describe("what waits, and for how long", () => {
  it("is nothing in an empty house", async () => {
    expect(await backlogAges(database.db)).toEqual({ inboxSeconds: 0, outboxSeconds: new Map() });
  });

  it("is the oldest message unanswered and, by channel, the oldest due and unsent", async () => {
    const person = newPerson();
    await receiveEvent(database.db, person.says("查账单"));
    await database.db.$executeRaw(Prisma.sql`UPDATE inbox_event SET received_at = received_at - interval '90 seconds'`);
    await enqueue(database.db, notice("o-1", "一"), { ...notice("o-2", "以后"), notBeforeMs: Date.now() + 3_600_000 });
    await database.db.$executeRaw(Prisma.sql`UPDATE outbox SET created_at = created_at - interval '30 seconds'`);

    const { inboxSeconds, outboxSeconds } = await backlogAges(database.db);
    expect(Math.floor(inboxSeconds / 10)).toBe(9);
    expect([...outboxSeconds.keys()]).toEqual(["official-account"]);
    expect(Math.floor((outboxSeconds.get("official-account") ?? 0) / 10)).toBe(3);
  });

  it("is what /metrics shows, and is gone from there when it is gone", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const ages = () => backlogAges(database.db);
    await setGauges({ metrics, ages }, queue);
    expect(await metrics.registry.metrics()).toContain('parkledger_queue_backlog{queue="work"} 3');
    expect(await metrics.registry.metrics()).toMatch(
      /parkledger_outbox_oldest_seconds\{channel="official-account"\} 3\d/,
    );

    const [waiting] = await database.db.$queryRaw<{ key: string }[]>(Prisma.sql`SELECT key FROM conversation`);
    await handleConversation(database.db, waiting?.key ?? "", echo, APOLOGY);
    await database.db.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'sent'`);
    await setGauges({ metrics, ages }, queue);
    expect(await metrics.registry.metrics()).toContain("parkledger_inbox_oldest_seconds 0");
    expect(await metrics.registry.metrics()).not.toContain("channel=");
  });
});
