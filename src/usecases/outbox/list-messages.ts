import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { whyUndelivered } from "./why-undelivered.ts";

/** What was said to whom and what became of it. The recipient is masked: an openid is personal data. */
export interface ListedMessage {
  readonly id: string;
  readonly channel: string;
  readonly recipient: string;
  /** The tenant that the card names, else those that the person speaks for; null for a stranger. */
  readonly tenant: string | null;
  /** The card's name, or the template of an SMS. */
  readonly what: string;
  readonly occasion: string;
  readonly state: string;
  readonly attempts: number;
  readonly resent: boolean;
  readonly via: string | null;
  readonly delivery: string | null;
  readonly failure: string | null;
  /** The same in words, for those that were not delivered. */
  readonly why: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
}

const LIMIT = 500;

/** `undelivered`: given up, withheld, or taken by the vendor and reported as not delivered. `dead`: given up only. */
export async function listMessages(
  db: Database,
  filter: "all" | "undelivered" | "dead",
): Promise<readonly ListedMessage[]> {
  const condition = {
    all: Prisma.sql`true`,
    dead: Prisma.sql`o.state = 'dead'`,
    undelivered: Prisma.sql`(o.state IN ('dead', 'withheld') OR d.state = 'undelivered')`,
  }[filter];
  const found = await rows<Omit<ListedMessage, "why">>(
    db,
    Prisma.sql`SELECT o.id, o.channel, left(o.recipient, 4) || '…' || right(o.recipient, 2) AS recipient,
        coalesce(CASE WHEN o.message->>'name' IN ('bill', 'receipt') THEN o.message->'notice'->0->>'value' END,
          (SELECT string_agg(t.name, '、' ORDER BY t.name COLLATE "C") FROM tenant_member m JOIN tenant t ON t.id = m.tenant_id
            WHERE m.revoked_at IS NULL AND m.person_id = coalesce(o.person_id, c.person_id,
              CASE WHEN o.channel = 'sms' THEN o.recipient::uuid END))) AS tenant,
        coalesce(o.message->>'name', o.message->'card'->>'name', o.message->>'template', o.message->>'kind') AS what, o.occasion, o.state, o.attempts, o.resent,
        d.via, d.state AS delivery, coalesce(o.failure, nullif(d.detail, '')) AS failure,
        to_char(o.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS "createdAt",
        to_char(o.sent_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS "sentAt"
      FROM outbox o
      LEFT JOIN LATERAL (SELECT * FROM delivery x WHERE x.outbox_id = o.id ORDER BY x.attempt DESC LIMIT 1) d ON true
      LEFT JOIN channel_identity c ON c.platform = o.channel AND c.app_id = o.app_id AND c.external_id = o.recipient
      WHERE ${condition} ORDER BY o.created_at DESC, o.stream_seq DESC LIMIT ${LIMIT}`,
  );
  return found.map((message) => ({ ...message, why: whyUndelivered(message) ?? null }));
}

/**
 * Puts a message that was given up, withheld or reported as not delivered back in line, for three more tries. Returns
 * whether there was one. It is marked as sent again only if an earlier try may have arrived.
 */
export async function replayMessage(db: Database, id: string): Promise<boolean> {
  const replayed = await execute(
    db,
    Prisma.sql`UPDATE outbox o SET state = 'pending', earlier_attempts = attempts, failure = NULL,
        not_before = least(not_before, now()),
        sent_at = NULL, claimed_by = NULL,
        resent = EXISTS (SELECT 1 FROM delivery d WHERE d.outbox_id = o.id AND d.state = 'unknown')
      WHERE id::text = ${id} AND (state IN ('dead', 'withheld') OR (state = 'sent' AND 'undelivered' =
        (SELECT d.state FROM delivery d WHERE d.outbox_id = o.id ORDER BY d.attempt DESC LIMIT 1)))`,
  );
  return replayed === 1;
}
