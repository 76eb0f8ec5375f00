import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { erasePhotos } from "../photos/erase-photos.ts";

interface Erasure {
  readonly id: string;
  readonly personId: string;
  readonly platform: string;
  readonly appId: string;
  readonly externalId: string;
}

/**
 * Empties the chats of everybody who was forgotten: what they said, what was said to them and about them by name, and
 * their address on the platform wherever it stands. A chat whose last answer has not left yet is taken next time.
 * Returns how many were emptied.
 */
export async function eraseTraces(db: Database): Promise<number> {
  const waiting = await rows<Erasure>(
    db,
    Prisma.sql`SELECT id, person_id AS "personId", platform, app_id AS "appId", external_id AS "externalId"
      FROM erasure ORDER BY requested_at, id`,
  );
  let erased = 0;
  for (const erasure of waiting) {
    if (await inTransaction(db, (tx) => eraseChat(tx, erasure))) erased += 1;
  }
  await inTransaction(db, erasePhotos);
  return erased;
}

async function eraseChat(tx: Transaction, erasure: Erasure): Promise<boolean> {
  const { platform, appId, externalId } = erasure;
  const key = `${platform}|${appId}|${externalId}`;
  // Held as everybody holds it who answers in it.
  await execute(tx, Prisma.sql`SELECT 1 FROM conversation WHERE key = ${key} FOR UPDATE`);
  const busy = await row(
    tx,
    Prisma.sql`SELECT 1 AS yes WHERE EXISTS (SELECT 1 FROM outbox WHERE channel = ${platform} AND app_id = ${appId}
        AND recipient = ${externalId} AND state IN ('pending', 'claimed'))
      OR EXISTS (SELECT 1 FROM inbox_event WHERE conversation_key = ${key} AND state = 'received')`,
  );
  if (busy) return false;
  await emptyMessages(tx, erasure);
  await deleteConversation(tx, key);
  await execute(tx, Prisma.sql`DELETE FROM reach_window WHERE app_id = ${appId} AND external_id = ${externalId}`);
  await execute(tx, Prisma.sql`DELETE FROM bind_code WHERE conversation_key = ${key}`);
  await execute(tx, Prisma.sql`DELETE FROM rate_count WHERE position(${key} IN key) > 0`);
  await execute(
    tx,
    Prisma.sql`UPDATE tenant_invitation SET applicant_name = NULL, platform = NULL, app_id = NULL, external_id = NULL,
        closed_at = coalesce(closed_at, now())
      WHERE platform = ${platform} AND app_id = ${appId} AND external_id = ${externalId}`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE payment_order SET prepay = prepay - 'payerOpenId',
        created_by = CASE WHEN created_by = ${`openid:${externalId}`} THEN 'openid:forgotten' ELSE created_by END
      WHERE state IN ('PAID', 'CLOSED') AND (created_by = ${`openid:${externalId}`}
        OR prepay->>'payerOpenId' = ${externalId})`,
  );
  await execute(tx, Prisma.sql`DELETE FROM erasure WHERE id = ${erasure.id}::uuid`);
  return true;
}

/** The rows stay, so that what was sent can be counted; whom they went to and what they said does not. */
async function emptyMessages(tx: Transaction, { platform, appId, externalId, personId }: Erasure): Promise<void> {
  const theirs = Prisma.sql`(o.channel = ${platform} AND o.app_id = ${appId} AND o.recipient = ${externalId})
    OR o.person_id = ${personId}::uuid OR position(${personId} IN o.dedupe_key) > 0
    OR position(${externalId} IN o.dedupe_key) > 0`;
  const emptied = Prisma.sql`SELECT o.id FROM outbox o WHERE (${theirs}) AND o.state NOT IN ('pending', 'claimed')`;
  await execute(
    tx,
    Prisma.sql`UPDATE delivery SET recipient = 'forgotten', detail = '' WHERE outbox_id IN (${emptied})`,
  );
  await execute(tx, Prisma.sql`UPDATE card_instance SET recipient = 'forgotten' WHERE outbox_id IN (${emptied})`);
  await execute(
    tx,
    Prisma.sql`UPDATE outbox SET recipient = 'forgotten', stream_key = 'forgotten|' || id, dedupe_key = 'forgotten|' || id,
        message = '{}', inbox_event_id = NULL WHERE id IN (${emptied})`,
  );
  const stream = `${platform}|${appId}|${externalId}`;
  await execute(
    tx,
    Prisma.sql`DELETE FROM outbox_stream WHERE key IN (${stream}, ${`sms|sms|${personId}`})
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.stream_key = outbox_stream.key)`,
  );
}

async function deleteConversation(tx: Transaction, key: string): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE outbox SET inbox_event_id = NULL
      WHERE inbox_event_id IN (SELECT id FROM inbox_event WHERE conversation_key = ${key})`,
  );
  await execute(tx, Prisma.sql`DELETE FROM inbox_event WHERE conversation_key = ${key}`);
  await execute(tx, Prisma.sql`DELETE FROM conversation WHERE key = ${key}`);
}
