import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";

/** What was said to whom and what became of it. The recipient is masked: an openid is personal data. */
export interface ListedMessage {
  readonly id: string;
  readonly channel: string;
  readonly recipient: string;
  /** The card's name, or the template of an SMS. */
  readonly what: string;
  readonly occasion: string;
  readonly state: string;
  readonly attempts: number;
  readonly resent: boolean;
  readonly via: string | null;
  readonly delivery: string | null;
  readonly failure: string | null;
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
  return rows<ListedMessage>(
    db,
    Prisma.sql`SELECT o.id, o.channel, left(o.recipient, 4) || '…' || right(o.recipient, 2) AS recipient,
        coalesce(o.message->>'name', o.message->>'template') AS what, o.occasion, o.state, o.attempts, o.resent,
        d.via, d.state AS delivery, coalesce(o.failure, nullif(d.detail, '')) AS failure,
        to_char(o.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS "createdAt",
        to_char(o.sent_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"') AS "sentAt"
      FROM outbox o
      LEFT JOIN LATERAL (SELECT * FROM delivery x WHERE x.outbox_id = o.id ORDER BY x.attempt DESC LIMIT 1) d ON true
      WHERE ${condition} ORDER BY o.created_at DESC, o.stream_seq DESC LIMIT ${LIMIT}`,
  );
}

/** Puts a message that was given up or withheld back in line. Returns whether there was one. */
export async function replayMessage(db: Database, id: string): Promise<boolean> {
  const replayed = await execute(
    db,
    Prisma.sql`UPDATE outbox SET state = 'pending', attempts = 0, not_before = now(), failure = NULL, resent = true
      WHERE id::text = ${id} AND state IN ('dead', 'withheld')`,
  );
  return replayed === 1;
}
