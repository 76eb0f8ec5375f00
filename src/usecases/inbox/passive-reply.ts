import { setTimeout as delay } from "node:timers/promises";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { cardOf, type OutboxContent } from "../../db/outbox/content.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";

/** The first reply to an event, to be carried by the request that is still open. */
export interface PassiveReply {
  readonly outboxId: string;
  readonly card: Card;
  /** The card takes the place of this copy, the one that was clicked. */
  readonly replacesTaskId?: string;
  /** It went out passively before; the platform asks again because that answer never reached it. */
  readonly again: boolean;
}

/** Whether a platform's passive form holds a reply; what it cannot is pushed at once. */
export type CanCarry = (reply: Pick<PassiveReply, "card" | "replacesTaskId">) => boolean;

const CLAIM_MS = 10_000;
/** How long an answer waits for the one before it, whose own request is about to carry it. */
const PREDECESSOR_MS = 300;
const PREDECESSOR_POLL_MS = 20;

/**
 * Claims the first reply to an event for the open request, or nothing: no reply, not handled yet, carried by another
 * request, or already pushed. An event that the platform repeats gets the stored reply again, for a repeat means that
 * the first answer was lost on its way. Of two messages said at once the second is answered after the first, by waiting
 * a moment for the other request, else by the relay.
 */
export async function claimPassiveReply(
  db: Database,
  inboxEventId: string,
  canCarry: CanCarry = () => true,
): Promise<PassiveReply | undefined> {
  for (let waitedMs = 0; waitedMs <= PREDECESSOR_MS; waitedMs += PREDECESSOR_POLL_MS) {
    const claimed = await claimInOrder(db, inboxEventId, canCarry);
    if (claimed !== "predecessor-waits") return claimed;
    await delay(PREDECESSOR_POLL_MS);
  }
  return undefined;
}

function claimInOrder(
  db: Database,
  inboxEventId: string,
  canCarry: CanCarry,
): Promise<PassiveReply | undefined | "predecessor-waits"> {
  return inTransaction(db, async (tx) => {
    const [first] = await rows<{
      id: string;
      message: OutboxContent;
      state: string;
      passive: boolean;
      overtakes: boolean;
    }>(
      tx,
      Prisma.sql`SELECT o.id, o.message, o.state,
          EXISTS (SELECT 1 FROM delivery d WHERE d.outbox_id = o.id AND d.via = 'passive') AS passive,
          EXISTS (SELECT 1 FROM outbox p WHERE p.stream_key = o.stream_key AND p.stream_seq < o.stream_seq
            AND p.inbox_event_id <> o.inbox_event_id AND ((p.state = 'claimed' AND p.claimed_by = 'request')
              OR (p.state = 'pending' AND p.attempts = 0 AND p.not_before > now()))) AS overtakes
        FROM outbox o WHERE o.inbox_event_id = ${inboxEventId}::uuid ORDER BY o.stream_seq LIMIT 1 FOR UPDATE OF o`,
    );
    if (!first) return undefined;
    const said = saidOf(first.message);
    if (first.state === "sent") {
      return first.passive && said ? { outboxId: first.id, ...said, again: true } : undefined;
    }
    if (first.state !== "pending" || !said) return undefined;
    if (!canCarry(said)) {
      await pushAtOnce(tx, inboxEventId);
      return undefined;
    }
    if (first.overtakes) return "predecessor-waits";
    await tx.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'claimed', claimed_by = 'request',
      claimed_until = now() + make_interval(secs => ${CLAIM_MS / 1000}::double precision) WHERE id = ${first.id}::uuid`);
    return { outboxId: first.id, ...said, again: false };
  });
}

type Said = Pick<PassiveReply, "card" | "replacesTaskId">;

function saidOf(content: OutboxContent): Said | undefined {
  const card = cardOf(content);
  if (card === undefined) return undefined;
  return "kind" in content && content.kind === "card-update" ? { card, replacesTaskId: content.taskId } : { card };
}

/** What the open request cannot carry need not wait for it either. */
async function pushAtOnce(tx: Transaction, inboxEventId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE outbox SET not_before = now()
    WHERE state = 'pending' AND not_before > now() AND attempts = 0 AND inbox_event_id = ${inboxEventId}::uuid`);
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
