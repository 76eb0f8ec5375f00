import type { InboundEvent } from "../../../bot/events.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { recordClickCode } from "../cards/card-copies.ts";
import { recordReach } from "../reach/reach-windows.ts";

export interface ReceivedEvent {
  readonly inboxEventId: string;
  readonly conversationKey: string;
  /** The platform has sent this event before; it was not stored again. */
  readonly duplicate: boolean;
}

/** In a group everybody talks with the bot for themselves: nobody answers another's question. */
export const conversationKeyOf = (event: InboundEvent): string =>
  [event.platform, event.appId, event.conversationId, ...(event.group ? [event.senderId] : [])].join("|");

// NUL and half of a surrogate pair: a JSON body may carry them, PostgreSQL's text and jsonb can not.
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const storable = (_key: string, value: unknown): unknown =>
  typeof value === "string" ? value.replace(UNSTORABLE, "\uFFFD") : value;

/**
 * Stores an event before anything is done about it (design.md, way 1): at-least-once delivery becomes exactly-once
 * by the unique key (platform, app, external key). Numbered within its conversation, so that two quick taps are
 * answered in the order in which they came. What the event lets us say to the person counts from here, too.
 */
export async function receiveEvent(db: Database, event: InboundEvent): Promise<ReceivedEvent> {
  const conversationKey = conversationKeyOf(event);
  return inTransaction(db, async (tx) => {
    await tx.$executeRaw(Prisma.sql`INSERT INTO conversation (key) VALUES (${conversationKey}) ON CONFLICT DO NOTHING`);
    // The lock makes "is it known?" and "take the next number" one step: a duplicate must not use up a number.
    const [conversation] = await rows<{ last_sequence: bigint }>(
      tx,
      Prisma.sql`SELECT last_sequence FROM conversation WHERE key = ${conversationKey} FOR UPDATE`,
    );
    const [known] = await rows<{ id: string; conversation_key: string }>(
      tx,
      Prisma.sql`SELECT id, conversation_key FROM inbox_event
        WHERE platform = ${event.platform} AND app_id = ${event.appId} AND external_key = ${event.externalKey}`,
    );
    if (known) return { inboxEventId: known.id, conversationKey: known.conversation_key, duplicate: true };

    const sequence = (conversation?.last_sequence ?? 0n) + 1n;
    const inboxEventId = newId();
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO inbox_event (id, platform, app_id, external_key, conversation_key, sequence, event, state)
      VALUES (${inboxEventId}::uuid, ${event.platform}, ${event.appId}, ${event.externalKey}, ${conversationKey},
        ${sequence}, ${JSON.stringify(event, storable)}::jsonb, 'received')`);
    await tx.$executeRaw(
      Prisma.sql`UPDATE conversation SET last_sequence = ${sequence}, updated_at = now() WHERE key = ${conversationKey}`,
    );
    await recordReach(tx, event);
    await recordClickCode(tx, event);
    return { inboxEventId, conversationKey, duplicate: false };
  });
}
