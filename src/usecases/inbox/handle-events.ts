import type { InboundEvent } from "../../../bot/events.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";

/** What is remembered of a conversation between two messages: what was last shown, the open dialog. Plain JSON. */
export type ConversationContext = Readonly<Record<string, unknown>>;

export interface HandledEvent {
  /** What is said back, in order. */
  readonly replies: readonly Card[];
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
}

/**
 * Handles the waiting events of one conversation, oldest first, each in its own transaction under the conversation's
 * lock. A handler that throws leaves the event waiting with a growing delay; after five tries it is put aside as
 * `failed`, with an apology, and the conversation goes on.
 */
export async function handleConversation(
  db: Database,
  conversationKey: string,
  handle: EventHandler,
  apology: Card,
): Promise<void> {
  for (;;) {
    const failure = await inTransaction(db, (tx) => handleNext(tx, conversationKey, handle)).then(
      (more) => (more ? undefined : "nothing-left"),
      (error: unknown) => error,
    );
    if (failure === undefined) continue;
    if (failure === "nothing-left") return;
    const gaveUp = await inTransaction(db, (tx) => recordFailure(tx, conversationKey, failure, apology));
    if (!gaveUp) throw failure;
  }
}

/** Conversations that have something waiting: what the sweeper visits after a crash. */
export async function waitingConversations(db: Database, limit: number): Promise<string[]> {
  const found = await rows<{ conversation_key: string }>(
    db,
    Prisma.sql`SELECT DISTINCT conversation_key FROM inbox_event
      WHERE state = 'received' AND next_attempt_at <= now() LIMIT ${limit}`,
  );
  return found.map((row) => row.conversation_key);
}

async function handleNext(tx: Transaction, conversationKey: string, handle: EventHandler): Promise<boolean> {
  const [conversation] = await rows<{ context: ConversationContext }>(
    tx,
    Prisma.sql`SELECT context FROM conversation WHERE key = ${conversationKey} FOR UPDATE`,
  );
  const next = await nextWaiting(tx, conversationKey);
  if (!conversation || !next) return false;

  const { replies, context } = await handle(tx, next.event, conversation.context);
  await say(tx, next, replies);
  await tx.$executeRaw(Prisma.sql`UPDATE conversation SET context = ${JSON.stringify(context)}::jsonb,
    handled_sequence = ${next.sequence}, updated_at = now() WHERE key = ${conversationKey}`);
  await tx.$executeRaw(Prisma.sql`UPDATE inbox_event SET state = 'handled', handled_at = now(), attempts = attempts + 1
    WHERE id = ${next.id}::uuid`);
  return true;
}

async function nextWaiting(tx: Transaction, conversationKey: string): Promise<WaitingEvent | undefined> {
  const [next] = await rows<WaitingEvent>(
    tx,
    Prisma.sql`SELECT id, sequence, event, attempts, (extract(epoch FROM received_at) * 1000)::bigint AS received_ms
      FROM inbox_event WHERE conversation_key = ${conversationKey} AND state = 'received' ORDER BY sequence LIMIT 1`,
  );
  return next;
}

/** Returns whether the event was given up, so that the next one may be handled. */
async function recordFailure(
  tx: Transaction,
  conversationKey: string,
  failure: unknown,
  apology: Card,
): Promise<boolean> {
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM conversation WHERE key = ${conversationKey} FOR UPDATE`);
  const next = await nextWaiting(tx, conversationKey);
  if (!next) return true;
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

async function say(tx: Transaction, answered: WaitingEvent, replies: readonly Card[]): Promise<void> {
  const { event } = answered;
  await enqueueMessages(
    tx,
    replies.map((card, index) => ({
      channel: event.platform,
      appId: event.appId,
      recipient: event.conversationId,
      occasion: "reply",
      message: card,
      dedupeKey: `reply|${answered.id}|${index}`,
      notBeforeMs: Number(answered.received_ms) + PASSIVE_REPLY_WINDOW_MS,
      inboxEventId: answered.id,
    })),
  );
}
