import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CardUpdate } from "../../db/outbox/content.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Platform } from "../../ports/messenger.ts";

export interface SubjectChange {
  readonly subject: { readonly kind: string; readonly id: string };
  /** Copies that show this version or a later one already are left alone. */
  readonly version: number;
  /** What takes their place: usually without buttons, with `outcome`. */
  readonly card: Card;
  /** Nothing will follow; see CardUpdate. */
  readonly isFinal: boolean;
  /** The copy that was clicked: the answer to the click replaces it (`Answer.replacement`). */
  readonly exceptTaskId?: string | undefined;
}

interface Copy {
  readonly task_id: string;
  readonly outbox_id: string;
  readonly channel: Platform;
  readonly app_id: string;
  readonly recipient: string;
  readonly recipient_kind: "person" | "group";
  readonly person_id: string | null;
  readonly state: string;
}

/**
 * Replaces every copy of a subject's card, in the transaction that changes the subject. A card that has not left yet
 * leaves in its new form; an update that waits is overwritten by this one; the rest becomes one update per copy. Call it
 * under the subject's lock, so that versions grow.
 */
export async function updateCards(tx: Transaction, change: SubjectChange): Promise<void> {
  const copies = await rows<Copy>(
    tx,
    Prisma.sql`SELECT c.task_id, c.outbox_id, o.channel, o.app_id, o.recipient, o.recipient_kind, o.person_id, o.state
      FROM card_instance c JOIN outbox o ON o.id = c.outbox_id
      WHERE c.subject_kind = ${change.subject.kind} AND c.subject_id = ${change.subject.id}::uuid
        AND coalesce(c.replaced_version, c.subject_version - 1) < ${change.version}
      ORDER BY c.task_id FOR UPDATE OF c`,
  );
  if (copies.length === 0) return;
  const replaced = copies.filter((copy) => copy.task_id !== change.exceptTaskId);
  const inPlace = new Set([
    ...(await rewriteCards(tx, change, replaced)),
    ...(await rewriteUpdates(tx, change, replaced)),
  ]);
  await enqueueMessages(
    tx,
    replaced
      .filter((copy) => !inPlace.has(copy.task_id) && copy.state !== "dead" && copy.state !== "withheld")
      .map((copy) => ({
        channel: copy.channel,
        appId: copy.app_id,
        recipient: copy.recipient,
        recipientKind: copy.recipient_kind,
        personId: copy.person_id ?? undefined,
        occasion: "notice",
        message: updateOf(change, copy.task_id),
        dedupeKey: `card-update|${copy.task_id}|${change.version}`,
      })),
  );
  await execute(
    tx,
    Prisma.sql`UPDATE card_instance SET replaced_version = ${change.version}
      WHERE task_id = ANY (${copies.map((copy) => copy.task_id)})`,
  );
}

const updateOf = (change: SubjectChange, taskId: string): CardUpdate => ({
  kind: "card-update",
  taskId,
  version: change.version,
  card: change.card,
  isFinal: change.isFinal,
});

/** Cards that no relay has touched leave in their new form. */
async function rewriteCards(tx: Transaction, change: SubjectChange, copies: readonly Copy[]): Promise<string[]> {
  const rewritten = await rows<{ task_id: string }>(
    tx,
    Prisma.sql`UPDATE outbox SET message = jsonb_set(message, '{card}', ${JSON.stringify(change.card)}::jsonb)
      WHERE id = ANY (${copies.map((copy) => copy.outbox_id)}::uuid[]) AND state = 'pending' AND attempts = 0
        AND message->>'kind' = 'subject-card' RETURNING id::text AS task_id`,
  );
  return rewritten.map((one) => one.task_id);
}

/** Many changes while a stream waits become one update per copy. */
async function rewriteUpdates(tx: Transaction, change: SubjectChange, copies: readonly Copy[]): Promise<string[]> {
  const rewritten = await rows<{ task_id: string }>(
    tx,
    Prisma.sql`UPDATE outbox SET message = message || ${JSON.stringify({
      version: change.version,
      card: change.card,
      isFinal: change.isFinal,
    })}::jsonb
      WHERE state = 'pending' AND message->>'kind' = 'card-update' AND inbox_event_id IS NULL
        AND message->>'taskId' = ANY (${copies.map((copy) => copy.task_id)})
      RETURNING message->>'taskId' AS task_id`,
  );
  return rewritten.map((one) => one.task_id);
}
