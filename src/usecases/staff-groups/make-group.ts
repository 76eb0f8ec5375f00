import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { findAllStaff } from "../staff/find-staff-member.ts";

export interface GroupMaking extends Actor {
  /** The app of WeCom that makes the group: its company's id. */
  readonly appId: string;
  readonly projectCode: string;
  readonly today: CivilDate;
}

export type MakingResult =
  | {
      readonly ok: true;
      readonly conversationId: string;
      readonly name: string;
      readonly memberNames: readonly string[];
    }
  | {
      readonly ok: false;
      readonly code: "UNKNOWN_PROJECT" | "GROUP_EXISTS" | "TOO_FEW_MEMBERS";
      readonly message: string;
    };

/** A group needs an owner and somebody else (reference/platforms.md section 4). */
const MEMBERS_MIN = 2;

/**
 * Has our app make the group of a project on WeCom, of everybody whose portfolio holds it: nobody can add the app to a
 * group of theirs (reference/platforms.md section 3.1). Managers come first, the first of them owns it. The id is made of
 * the project, so that making it twice makes it once; nobody sees it before something is said in it.
 */
export async function makeGroup(tx: Transaction, making: GroupMaking): Promise<MakingResult> {
  const { appId, projectCode } = making;
  const project = await row<{ id: string; name: string }>(
    tx,
    Prisma.sql`SELECT id, name FROM project WHERE code = ${projectCode} FOR UPDATE`,
  );
  if (!project) return refused("UNKNOWN_PROJECT", `没有编号为 ${projectCode} 的园区`);
  const members = await membersOf(tx, appId, project.id);
  const [owner] = members;
  if (!owner || members.length < MEMBERS_MIN) {
    return refused(
      "TOO_FEW_MEMBERS",
      `园区 ${projectCode} 只有 ${members.length} 位员工绑定了企业微信，建群至少要 2 位`,
    );
  }
  const conversationId = createHash("sha256").update(`${appId}|${project.id}`).digest("hex").slice(0, 32);
  const added = await execute(
    tx,
    Prisma.sql`INSERT INTO staff_group (id, project_id, platform, app_id, external_id)
      VALUES (${newId()}::uuid, ${project.id}::uuid, 'wecom', ${appId}, ${conversationId}) ON CONFLICT DO NOTHING`,
  );
  if (added === 0) return refused("GROUP_EXISTS", `园区 ${projectCode} 已经有企业微信群`);
  const name = `${project.name} · 收费`;
  await enqueueMessages(tx, [
    {
      channel: "wecom",
      appId,
      recipient: conversationId,
      recipientKind: "group",
      occasion: "notice",
      message: {
        kind: "new-group",
        name,
        ownerId: owner.externalId,
        memberIds: members.map((member) => member.externalId),
      },
      dedupeKey: `new-group|wecom|${conversationId}`,
    },
  ]);
  await recordAudit(tx, [
    {
      actor: making.actor,
      channel: making.channel,
      businessDate: making.today,
      action: "project.group-assigned",
      subjectKind: "project",
      subjectId: project.id,
      after: { platform: "wecom", group: conversationId },
    },
  ]);
  return { ok: true, conversationId, name, memberNames: members.map((member) => member.name) };
}

async function membersOf(tx: Transaction, appId: string, projectId: string) {
  const staff = (await findAllStaff(tx)).filter((member) => member.projectIds.includes(projectId));
  const reachable = await rows<{ personId: string; externalId: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (person_id) person_id AS "personId", external_id AS "externalId" FROM channel_identity
      WHERE platform = 'wecom' AND app_id = ${appId} AND reachable
        AND person_id = ANY (${staff.map((member) => member.personId)}::uuid[])
      ORDER BY person_id, external_id`,
  );
  const idByPerson = new Map(reachable.map(({ personId, externalId }) => [personId, externalId]));
  const isManager = (roles: readonly string[]): boolean => roles.some((role) => role.endsWith("manager"));
  return staff
    .flatMap((member) => {
      const externalId = idByPerson.get(member.personId);
      return externalId === undefined ? [] : [{ externalId, name: member.name, leads: isManager(member.roles) }];
    })
    .sort((one, other) => Number(other.leads) - Number(one.leads));
}

const refused = (code: "UNKNOWN_PROJECT" | "GROUP_EXISTS" | "TOO_FEW_MEMBERS", message: string): MakingResult => ({
  ok: false,
  code,
  message,
});
