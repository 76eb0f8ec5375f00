import type { InboundEvent } from "../../../bot/events.ts";
import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import type { EventHandler } from "../../../src/usecases/inbox/handle-events.ts";
import { conversationKeyOf } from "../../../src/usecases/inbox/receive-event.ts";

export const APOLOGY = textCard("抱歉，出了点问题。");

let made = 0;
/** A conversation of its own for each test, so that tests share a database and not a person. */
export function newPerson(): { readonly openId: string; readonly key: string; says(text: string): InboundEvent } {
  made += 1;
  const openId = `o-person-${made}`;
  let messages = 0;
  const says = (text: string): InboundEvent => {
    messages += 1;
    return {
      platform: "official-account",
      appId: "wx1",
      externalKey: `${openId}-${messages}`,
      senderId: openId,
      conversationId: openId,
      receiverId: "gh_1",
      sentAtMs: Date.parse("2026-08-15T09:00:00+08:00"),
      kind: "text",
      text,
    };
  };
  return { openId, key: conversationKeyOf(says("")), says };
}

/** Answers every text with "<text>!" and remembers how many it has answered. */
export const echo: EventHandler = async (_tx, event, context) => ({
  replies: [textCard(`${event.kind === "text" ? event.text : event.kind}!`)],
  context: { answered: Number(context.answered ?? 0) + 1 },
});

export interface InboxRow {
  readonly sequence: number;
  readonly state: string;
  readonly attempts: number;
  readonly failure: string | null;
}

export const inboxOf = (db: Database, key: string): Promise<InboxRow[]> =>
  db.$queryRaw<InboxRow[]>(Prisma.sql`SELECT sequence::int AS sequence, state, attempts, failure FROM inbox_event
    WHERE conversation_key = ${key} ORDER BY sequence`);

/** What was said to a person, in the order in which it leaves. */
export async function saidTo(db: Database, openId: string): Promise<string[]> {
  const found = await db.$queryRaw<{ said: string }[]>(Prisma.sql`SELECT message->'paragraphs'->>0 AS said FROM outbox
    WHERE recipient = ${openId} ORDER BY stream_seq`);
  return found.map(({ said }) => said);
}

/** The delay after a failed try is over. */
export const delayIsOver = (db: Database, key: string): Promise<number> =>
  db.$executeRaw(Prisma.sql`UPDATE inbox_event SET next_attempt_at = now() WHERE conversation_key = ${key}`);
