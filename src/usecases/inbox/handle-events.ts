import type { InboundEvent } from "../../../bot/events.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { OutboxContent } from "../../db/outbox/content.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";

/** What is remembered of a conversation between two messages: what was last shown, the open dialog. Plain JSON. */
export type ConversationContext = Readonly<Record<string, unknown>>;

export interface HandledEvent {
  /** What is said back, in order. */
  readonly replies: readonly Card[];
  /** Takes the place of the card that was clicked; said before the replies where there is none or none can change. */
  readonly replacement?: Card | undefined;
  readonly context: ConversationContext;
}

/** Answers one event inside the transaction that holds the conversation; its writes and its replies commit together. */
export type EventHandler = (
  tx: Transaction,
  event: InboundEvent,
  context: ConversationContext,
) => Promise<HandledEvent>;

/** The open request may answer until then; afterwards the relay pushes (5 s less the way back, platforms.md section 2). */
export const PASSIVE_REPLY_WINDOW_MS = 4_500;
const MAX_ATTEMPTS = 5;

interface WaitingEvent {
  readonly id: string;
  readonly sequence: bigint;
  readonly event: InboundEvent;
  readonly received_ms: bigint;
  readonly attempts: number;
  /** False while it waits for its next try. */
  readonly due: boolean;
}

/**
 * Handles the waiting events of one conversation, oldest first, each in its own transaction under the conversation's
 * lock; with `untilEventId` only up to that event, so that an open request answers it before what came after is begun. A
 * handler that throws leaves the event waiting with a growing delay; after five tries it is put aside as `failed`, with
 * an apology, and the conversation goes on.
 */
export async function handleConversation(
  db: Database,
  conversationKey: string,
  handle: EventHandler,
  apology: Card,
  untilEventId?: string,
): Promise<void> {
  for (;;) {
    let tried: WaitingEvent | undefined;
    try {
      const more = await inTransaction(db, (tx) =>
        handleNext(tx, conversationKey, handle, untilEventId, (event) => {
          tried = event;
        }),
      );
      if (!more) return;
    } catch (failure) {
      // No message was reached: the database failed, which is no message's fault.
      if (tried === undefined) throw failure;
      const { id } = tried;
      const goOn = await inTransaction(db, (tx) => recordFailure(tx, conversationKey, id, failure, apology));
      if (!goOn) throw failure;
    }
  }
}

/**
 * Conversations whose next message may be answered now and that nobody is answering, the longest waiting first: what the
 * sweeper visits after a crash or a failure.
 */
export async function waitingConversations(db: Database, limit: number): Promise<string[]> {
  const found = await rows<{ key: string }>(
    db,
    Prisma.sql`
      WITH candidate AS MATERIALIZED (
        SELECT DISTINCT conversation_key AS key FROM inbox_event WHERE state = 'received' AND next_attempt_at <= now()
      )
      SELECT c.key FROM candidate JOIN conversation c USING (key)
      CROSS JOIN LATERAL (SELECT next_attempt_at FROM inbox_event
        WHERE conversation_key = c.key AND state = 'received' ORDER BY sequence LIMIT 1) AS head
      WHERE head.next_attempt_at <= now() ORDER BY head.next_attempt_at LIMIT ${limit} FOR UPDATE OF c SKIP LOCKED`,
  );
  return found.map((row) => row.key);
}

/** Returns whether there was a message to answer; `trying` hears which one before it is tried. */
async function handleNext(
  tx: Transaction,
  conversationKey: string,
  handle: EventHandler,
  untilEventId: string | undefined,
  trying: (event: WaitingEvent) => void,
): Promise<boolean> {
  const [conversation] = await rows<{ context: ConversationContext }>(
    tx,
    Prisma.sql`SELECT context FROM conversation WHERE key = ${conversationKey} FOR UPDATE`,
  );
  const next = await nextWaiting(tx, conversationKey);
  // What follows a message that waits for its next try waits with it: answers keep the order of what was said.
  if (!conversation || !next?.due || (await isPast(tx, untilEventId, next))) return false;

  trying(next);
  const { replies, replacement, context } = await handle(tx, next.event, conversation.context);
  await say(tx, next, replacement === undefined ? replies : [replacing(next.event, replacement), ...replies]);
  await tx.$executeRaw(Prisma.sql`UPDATE conversation SET context = ${JSON.stringify(context)}::jsonb,
    handled_sequence = ${next.sequence}, updated_at = now() WHERE key = ${conversationKey}`);
  await tx.$executeRaw(Prisma.sql`UPDATE inbox_event SET state = 'handled', handled_at = now(), attempts = attempts + 1
    WHERE id = ${next.id}::uuid`);
  return true;
}

async function nextWaiting(tx: Transaction, conversationKey: string): Promise<WaitingEvent | undefined> {
  const [next] = await rows<WaitingEvent>(
    tx,
    Prisma.sql`SELECT id, sequence, event, attempts, (extract(epoch FROM received_at) * 1000)::bigint AS received_ms,
        next_attempt_at <= clock_timestamp() AS due
      FROM inbox_event WHERE conversation_key = ${conversationKey} AND state = 'received' ORDER BY sequence LIMIT 1`,
  );
  return next;
}

async function isPast(tx: Transaction, eventId: string | undefined, next: WaitingEvent): Promise<boolean> {
  if (eventId === undefined || eventId === next.id) return false;
  const [last] = await rows<{ sequence: bigint }>(
    tx,
    Prisma.sql`SELECT sequence FROM inbox_event WHERE id = ${eventId}::uuid`,
  );
  return last !== undefined && next.sequence > last.sequence;
}

/** Returns whether to go on: the event was given up, or another process has meanwhile handled it. */
async function recordFailure(
  tx: Transaction,
  conversationKey: string,
  inboxEventId: string,
  failure: unknown,
  apology: Card,
): Promise<boolean> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM conversation WHERE key = ${conversationKey} FOR UPDATE`);
  const next = await nextWaiting(tx, conversationKey);
  if (next?.id !== inboxEventId) return true;
  const attempts = next.attempts + 1;
  const gaveUp = attempts >= MAX_ATTEMPTS;
  if (gaveUp) await say(tx, next, [apology]);
  const delaySeconds = 2 ** attempts;
  await tx.$executeRaw(Prisma.sql`UPDATE inbox_event SET attempts = ${attempts},
    failure = ${failure instanceof Error ? failure.name : "unknown"},
    state = ${gaveUp ? "failed" : "received"},
    next_attempt_at = now() + make_interval(secs => ${delaySeconds}::double precision)
    WHERE id = ${next.id}::uuid`);
  return gaveUp;
}

const replacing = (event: InboundEvent, card: Card): OutboxContent =>
  event.kind === "action" && event.cardTaskId !== undefined
    ? { kind: "card-update", taskId: event.cardTaskId, version: 0, card, isFinal: true }
    : card;

async function say(tx: Transaction, answered: WaitingEvent, replies: readonly OutboxContent[]): Promise<void> {
  const { event } = answered;
  await enqueueMessages(
    tx,
    replies.map((message, index) => ({
      channel: event.platform,
      appId: event.appId,
      recipient: event.conversationId,
      recipientKind: event.conversationId === event.senderId ? "person" : "group",
      occasion: "reply",
      message,
      dedupeKey: `reply|${answered.id}|${index}`,
      notBeforeMs: Number(answered.received_ms) + PASSIVE_REPLY_WINDOW_MS,
      inboxEventId: answered.id,
    })),
  );
}
