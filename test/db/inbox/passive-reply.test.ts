import { describe, expect, it } from "vitest";
import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import {
  claimPassiveReply,
  markPassiveReplySent,
  releasePassiveReply,
} from "../../../src/usecases/inbox/passive-reply.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { withDatabase } from "../../support/database.ts";
import { APOLOGY, newPerson } from "./conversation.ts";

const database = withDatabase();

/** A message that has been answered with these words, each a reply of its own. */
async function answered(...words: string[]): Promise<string> {
  const person = newPerson();
  const { inboxEventId } = await receiveEvent(database.db, person.says("查账单"));
  await handleConversation(
    database.db,
    person.key,
    async (_tx, _event, context) => ({ replies: words.map((word) => textCard(word)), context }),
    APOLOGY,
  );
  return inboxEventId;
}

interface Sent {
  readonly state: string;
  readonly via: string | null;
  readonly due: boolean;
}
const sentOf = (inboxEventId: string) =>
  database.db.$queryRaw<Sent[]>(Prisma.sql`SELECT o.state, d.via, o.not_before <= now() AS due FROM outbox o
    LEFT JOIN delivery d ON d.outbox_id = o.id WHERE o.inbox_event_id = ${inboxEventId}::uuid ORDER BY o.stream_seq`);
const claim = (inboxEventId: string) => claimPassiveReply(database.db, inboxEventId);

describe("the reply that the open request carries", () => {
  it("is the first one; when it is out, the next need not wait for the window", async () => {
    const event = await answered("一", "二");
    const reply = await claim(event);
    expect(reply).toMatchObject({ card: textCard("一"), again: false });
    await markPassiveReplySent(database.db, reply?.outboxId ?? "");
    expect(await sentOf(event)).toMatchObject([
      { state: "sent", via: "passive" },
      { state: "pending", via: null, due: true },
    ]);
  });

  it("is carried by one request, however many ask at once", async () => {
    const event = await answered("一");
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(event)));
    expect(claims.filter((reply) => reply !== undefined)).toHaveLength(1);
  });

  it("is nothing before the message is handled, or when there is nothing to say", async () => {
    const person = newPerson();
    const { inboxEventId } = await receiveEvent(database.db, person.says("查账单"));
    expect(await claim(inboxEventId)).toBeUndefined();
    expect(await claim(await answered())).toBeUndefined();
  });

  it("is given again, as stored, when the platform asks again: its answer was lost", async () => {
    const event = await answered("一");
    const first = await claim(event);
    await markPassiveReplySent(database.db, first?.outboxId ?? "");
    expect(await claim(event)).toEqual({ outboxId: first?.outboxId, card: textCard("一"), again: true });
    expect(await claim(event)).toMatchObject({ again: true });
    expect(await sentOf(event)).toHaveLength(1);
  });

  it("goes back to the relay when the connection breaks first", async () => {
    const event = await answered("一");
    const reply = await claim(event);
    await releasePassiveReply(database.db, reply?.outboxId ?? "");
    expect(await sentOf(event)).toMatchObject([{ state: "pending", via: null }]);
    expect(await claim(event)).toMatchObject({ again: false });
  });

  it("is not marked, nor taken back, once the relay has taken it over", async () => {
    const event = await answered("一");
    const reply = await claim(event);
    await database.db.$executeRaw(Prisma.sql`UPDATE outbox SET claimed_by = 'relay-1'
      WHERE inbox_event_id = ${event}::uuid`);
    await markPassiveReplySent(database.db, reply?.outboxId ?? "");
    await releasePassiveReply(database.db, reply?.outboxId ?? "");
    expect(await sentOf(event)).toMatchObject([{ state: "claimed", via: null }]);
  });

  it("is not carried again when it was pushed", async () => {
    const event = await answered("一");
    await database.db.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'sent' WHERE inbox_event_id = ${event}::uuid`);
    expect(await claim(event)).toBeUndefined();
  });
});
