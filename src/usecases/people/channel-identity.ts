import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Platform } from "../../ports/messenger.ts";

/** Somebody as one app of one platform names them: an openid means nothing at another app. */
export interface ChannelIdentity {
  readonly platform: Platform;
  readonly appId: string;
  readonly externalId: string;
}

/** Says that this identity is this person, from now on and only this person. */
export async function bindIdentity(
  tx: Transaction,
  identity: ChannelIdentity,
  personId: string,
  today: CivilDate,
): Promise<void> {
  const before = await personOf(tx, identity);
  await execute(
    tx,
    Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
      VALUES (${newId()}::uuid, ${personId}::uuid, ${identity.platform}, ${identity.appId}, ${identity.externalId})
      ON CONFLICT (platform, app_id, external_id)
      DO UPDATE SET person_id = EXCLUDED.person_id, reachable = true, bound_at = now()`,
  );
  await recordAudit(tx, [
    {
      actor: `person:${personId}`,
      channel: identity.platform,
      businessDate: today,
      action: "identity.bound",
      subjectKind: "person",
      subjectId: personId,
      before: before === undefined ? undefined : { personId: before },
      after: { personId, platform: identity.platform, appId: identity.appId },
    },
  ]);
}

/** Forgets who this identity is: it is a stranger again. Returns whether it was bound. */
export async function unbindIdentity(tx: Transaction, identity: ChannelIdentity, today: CivilDate): Promise<boolean> {
  const removed = await row<{ person_id: string }>(
    tx,
    Prisma.sql`DELETE FROM channel_identity WHERE ${isThe(identity)} RETURNING person_id`,
  );
  if (!removed) return false;
  await recordAudit(tx, [
    {
      actor: `person:${removed.person_id}`,
      channel: identity.platform,
      businessDate: today,
      action: "identity.unbound",
      subjectKind: "person",
      subjectId: removed.person_id,
      before: { personId: removed.person_id, platform: identity.platform, appId: identity.appId },
    },
  ]);
  return true;
}

/** Whether notices reach the person here. A stranger's identity is not stored, so nothing happens to it. */
export async function setReachable(tx: Transaction, identity: ChannelIdentity, reachable: boolean): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE channel_identity SET reachable = ${reachable} WHERE ${isThe(identity)} AND reachable <> ${reachable}`,
  );
}

async function personOf(tx: Transaction, identity: ChannelIdentity): Promise<string | undefined> {
  const found = await row<{ person_id: string }>(
    tx,
    Prisma.sql`SELECT person_id FROM channel_identity WHERE ${isThe(identity)} FOR UPDATE`,
  );
  return found?.person_id;
}

const isThe = (identity: ChannelIdentity): Prisma.Sql =>
  Prisma.sql`platform = ${identity.platform} AND app_id = ${identity.appId} AND external_id = ${identity.externalId}`;

/** Every way to reach a person, on any app. */
export const findIdentities = (tx: Transaction, personId: string): Promise<ChannelIdentity[]> =>
  rows<ChannelIdentity>(
    tx,
    Prisma.sql`SELECT platform, app_id AS "appId", external_id AS "externalId" FROM channel_identity
      WHERE person_id = ${personId}::uuid AND reachable ORDER BY platform, app_id, external_id`,
  );
