import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";

/** The first reply to an event, to be carried by the request that is still open. */
export interface PassiveReply {
  readonly outboxId: string;
  readonly card: Card;
  /** It went out passively before; the platform asks again because that answer never reached it. */
  readonly again: boolean;
}

const CLAIM_MS = 10_000;

/**
 * Claims the first reply to an event for the open request, or nothing: no reply, not handled yet, carried by another
 * request, or already pushed. An event that the platform repeats gets the stored reply again, for a repeat means that
 * the first answer was lost on its way.
 */
export async function claimPassiveReply(db: Database, inboxEventId: string): Promise<PassiveReply | undefined> {
  return inTransaction(db, async (tx) => {
    const [first] = await rows<{ id: string; message: Card; state: string; passive: boolean }>(
      tx,
      Prisma.sql`SELECT o.id, o.message, o.state,
          EXISTS (SELECT 1 FROM delivery d WHERE d.outbox_id = o.id AND d.via = 'passive') AS passive
        FROM outbox o WHERE o.inbox_event_id = ${inboxEventId}::uuid ORDER BY o.stream_seq LIMIT 1 FOR UPDATE OF o`,
    );
    if (!first) return undefined;
    if (first.state === "sent") {
      return first.passive ? { outboxId: first.id, card: first.message, again: true } : undefined;
    }
    if (first.state !== "pending") return undefined;
    await tx.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'claimed', claimed_by = 'request',
      claimed_until = now() + make_interval(secs => ${CLAIM_MS / 1000}::double precision) WHERE id = ${first.id}::uuid`);
    return { outboxId: first.id, card: first.message, again: false };
  });
}

/** The response that carried the reply has finished. */
export async function markPassiveReplySent(db: Database, outboxId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const marked = await tx.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'sent', sent_at = now(),
      attempts = attempts + 1 WHERE id = ${outboxId}::uuid AND state = 'claimed' AND claimed_by = 'request'`);
    if (marked === 0) return;
    await tx.$executeRaw(Prisma.sql`INSERT INTO delivery (id, outbox_id, attempt, recipient, via, state)
      SELECT ${newId()}::uuid, id, attempts, recipient, 'passive', 'accepted' FROM outbox WHERE id = ${outboxId}::uuid`);
    // What follows in the stream need not wait for the passive window any longer.
    await tx.$executeRaw(Prisma.sql`UPDATE outbox SET not_before = now()
      WHERE state = 'pending' AND inbox_event_id = (SELECT inbox_event_id FROM outbox WHERE id = ${outboxId}::uuid)`);
  });
}

/** The connection broke before the reply was out: the relay may push it. */
export async function releasePassiveReply(db: Database, outboxId: string): Promise<void> {
  await db.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'pending', claimed_by = NULL, claimed_until = NULL
    WHERE id = ${outboxId}::uuid AND state = 'claimed' AND claimed_by = 'request'`);
}
