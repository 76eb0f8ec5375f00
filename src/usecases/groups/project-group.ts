import { createHash } from "node:crypto";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

export interface GroupApp {
  readonly platform: "wecom" | "dingtalk";
  readonly appId: string;
}

/**
 * The group of a project on WeCom, made by our app when there is none: nobody can add the app to a group of theirs
 * (reference/platforms.md section 3.1). The id is made of the project, so that two processes make one group. Nobody sees
 * it before something is said in it.
 */
export async function makeProjectGroup(
  tx: Transaction,
  group: GroupApp & {
    readonly projectId: string;
    readonly name: string;
    readonly ownerId: string;
    /** At least two, the owner included. */
    readonly memberIds: readonly string[];
  },
): Promise<string> {
  const externalId = createHash("sha256")
    .update(`${group.platform}|${group.appId}|${group.projectId}`)
    .digest("hex")
    .slice(0, 32);
  const isNew = await recordProjectGroup(tx, group, group.projectId, externalId);
  if (isNew) {
    await enqueueMessages(tx, [
      {
        channel: group.platform,
        appId: group.appId,
        recipient: externalId,
        recipientKind: "group",
        occasion: "notice",
        message: { kind: "new-group", name: group.name, ownerId: group.ownerId, memberIds: group.memberIds },
        dedupeKey: `group|${group.platform}|${group.appId}|${externalId}`,
      },
    ]);
  }
  return externalId;
}

/** Remembers a group that exists, e.g. one to which people added the robot. Returns whether it was not known. */
export async function recordProjectGroup(
  tx: Transaction,
  app: GroupApp,
  projectId: string,
  externalId: string,
): Promise<boolean> {
  const added = await execute(
    tx,
    Prisma.sql`INSERT INTO staff_group (id, project_id, platform, app_id, external_id)
      VALUES (${newId()}::uuid, ${projectId}::uuid, ${app.platform}, ${app.appId}, ${externalId})
      ON CONFLICT DO NOTHING`,
  );
  return added === 1;
}

/** A line to everybody in a project's groups: "退款 ¥3,200.00 已通过（王经理）". Returns in how many groups it is said. */
export async function sayInProjectGroups(
  tx: Transaction,
  line: { readonly projectId: string; readonly card: Card; readonly dedupeKey: string },
): Promise<number> {
  const groups = await rows<{ platform: GroupApp["platform"]; app_id: string; external_id: string }>(
    tx,
    Prisma.sql`SELECT platform, app_id, external_id FROM staff_group WHERE project_id = ${line.projectId}::uuid
      ORDER BY platform, app_id`,
  );
  await enqueueMessages(
    tx,
    groups.map((group) => ({
      channel: group.platform,
      appId: group.app_id,
      recipient: group.external_id,
      recipientKind: "group",
      occasion: "notice",
      message: line.card,
      dedupeKey: `${line.dedupeKey}|${group.platform}|${group.external_id}`,
    })),
  );
  return groups.length;
}
