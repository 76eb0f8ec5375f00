import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** What a platform has told of a group. */
export interface SeenGroup {
  readonly appId: string;
  readonly conversationId: string;
  /** Undefined: as before. */
  readonly title?: string | undefined;
  readonly hasRobot: boolean;
}

/** Remembers a group of DingTalk's. Saying it again changes nothing. */
export async function recordSeenGroup(tx: Transaction, group: SeenGroup): Promise<void> {
  const title = group.title ?? "";
  await execute(
    tx,
    Prisma.sql`INSERT INTO dingtalk_group (app_id, external_id, title, has_robot)
      VALUES (${group.appId}, ${group.conversationId}, ${title}, ${group.hasRobot})
      ON CONFLICT (app_id, external_id) DO UPDATE SET has_robot = EXCLUDED.has_robot, seen_at = now(),
        title = CASE WHEN EXCLUDED.title = '' THEN dingtalk_group.title ELSE EXCLUDED.title END`,
  );
}

export interface KnownGroup {
  readonly platform: "wecom" | "dingtalk";
  readonly conversationId: string;
  /** "" when nobody has said anything in it yet. */
  readonly title: string;
  /** False: what is sent there is refused. */
  readonly hasRobot: boolean;
  readonly projectCode: string | undefined;
}

/** Every group that is a project's or could become one. */
export async function listGroups(tx: Transaction): Promise<readonly KnownGroup[]> {
  const found = await rows<{
    platform: "wecom" | "dingtalk";
    external_id: string;
    title: string;
    has_robot: boolean;
    project_code: string | null;
  }>(
    tx,
    Prisma.sql`SELECT coalesce(s.platform, 'dingtalk') AS platform, coalesce(s.external_id, g.external_id) AS external_id,
        coalesce(g.title, '') AS title, coalesce(g.has_robot, true) AS has_robot, p.code AS project_code
      FROM dingtalk_group g
      FULL JOIN staff_group s ON s.platform = 'dingtalk' AND s.app_id = g.app_id AND s.external_id = g.external_id
      LEFT JOIN project p ON p.id = s.project_id
      ORDER BY 1, p.code NULLS LAST, 3, 2`,
  );
  return found.map((group) => ({
    platform: group.platform,
    conversationId: group.external_id,
    title: group.title,
    hasRobot: group.has_robot,
    projectCode: group.project_code ?? undefined,
  }));
}
