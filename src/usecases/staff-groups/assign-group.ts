import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

export interface GroupAssignment extends Actor {
  readonly conversationId: string;
  readonly projectCode: string;
  readonly today: CivilDate;
}

export type AssignmentResult =
  | { readonly ok: true; readonly title: string; readonly projectName: string }
  | {
      readonly ok: false;
      readonly code: "UNKNOWN_PROJECT" | "UNKNOWN_GROUP" | "GROUP_TAKEN";
      readonly message: string;
    };

/**
 * Makes a group of DingTalk's the one in which a project's staff see what becomes of things, in the place of the one
 * before. Only a group that the platform has told us of: a made-up id would swallow every message.
 */
export async function assignGroup(tx: Transaction, assignment: GroupAssignment): Promise<AssignmentResult> {
  const { conversationId, projectCode } = assignment;
  const project = await row<{ id: string; name: string }>(
    tx,
    Prisma.sql`SELECT id, name FROM project WHERE code = ${projectCode} FOR UPDATE`,
  );
  if (!project) return refused("UNKNOWN_PROJECT", `没有编号为 ${projectCode} 的园区`);
  const group = await row<{ app_id: string; title: string; has_robot: boolean; project_code: string | null }>(
    tx,
    Prisma.sql`SELECT g.app_id, g.title, g.has_robot, p.code AS project_code FROM dingtalk_group g
      LEFT JOIN staff_group s ON s.platform = 'dingtalk' AND s.app_id = g.app_id AND s.external_id = g.external_id
      LEFT JOIN project p ON p.id = s.project_id
      WHERE g.external_id = ${conversationId}`,
  );
  if (!group?.has_robot) {
    return refused(
      "UNKNOWN_GROUP",
      "机器人不在这个群里；请先把机器人加进群，并在群里 @ 它说一句话，再用 group list 查看",
    );
  }
  if (group.project_code !== null && group.project_code !== projectCode) {
    return refused("GROUP_TAKEN", `这个群已经是园区 ${group.project_code} 的群；一个群只属于一个园区`);
  }
  const before = await row<{ external_id: string }>(
    tx,
    Prisma.sql`SELECT external_id FROM staff_group
      WHERE project_id = ${project.id}::uuid AND platform = 'dingtalk' AND app_id = ${group.app_id}`,
  );
  if (before?.external_id !== conversationId) {
    await execute(
      tx,
      Prisma.sql`INSERT INTO staff_group (id, project_id, platform, app_id, external_id)
        VALUES (${newId()}::uuid, ${project.id}::uuid, 'dingtalk', ${group.app_id}, ${conversationId})
        ON CONFLICT (project_id, platform, app_id) DO UPDATE SET external_id = EXCLUDED.external_id`,
    );
    await recordAudit(tx, [
      {
        actor: assignment.actor,
        channel: assignment.channel,
        businessDate: assignment.today,
        action: "project.group-assigned",
        subjectKind: "project",
        subjectId: project.id,
        ...(before === undefined ? {} : { before: { platform: "dingtalk", group: before.external_id } }),
        after: { platform: "dingtalk", group: conversationId },
      },
    ]);
  }
  return { ok: true, title: group.title, projectName: project.name };
}

const refused = (code: "UNKNOWN_PROJECT" | "UNKNOWN_GROUP" | "GROUP_TAKEN", message: string): AssignmentResult => ({
  ok: false,
  code,
  message,
});
