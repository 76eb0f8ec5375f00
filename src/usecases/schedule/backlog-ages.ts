import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row, rows } from "../../db/rows.ts";

export interface BacklogAges {
  /** Age of the oldest message that no handler has finished; 0 when there is none. */
  readonly inboxSeconds: number;
  /** By channel: how long the oldest message has been due without being sent. */
  readonly outboxSeconds: ReadonlyMap<string, number>;
}

export async function backlogAges(db: Database): Promise<BacklogAges> {
  const inbox = await row<{ seconds: number | null }>(
    db,
    Prisma.sql`SELECT extract(epoch FROM now() - min(received_at))::float8 AS seconds FROM inbox_event
      WHERE state = 'received'`,
  );
  // Messages that may leave at once carry 1970 as their time.
  const outbox = await rows<{ channel: string; seconds: number }>(
    db,
    Prisma.sql`SELECT channel, extract(epoch FROM now() - min(greatest(not_before, created_at)))::float8 AS seconds
      FROM outbox WHERE state IN ('pending', 'claimed') AND not_before <= now() GROUP BY channel`,
  );
  return {
    inboxSeconds: inbox?.seconds ?? 0,
    outboxSeconds: new Map(outbox.map(({ channel, seconds }) => [channel, seconds])),
  };
}
