import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { MemberActor } from "./member-change.ts";
import { isLastOwner, lockMembers, revokeMember } from "./members.ts";

export const FORGOTTEN_NAME = "已注销";

/**
 * Forgets a person at their own wish: phones, identities, name and e-mail go now, what was said in their chats with
 * eraseTraces, once the last answer has left. Memberships end. Money rows, receipts, allocations and the audit trail
 * stay: they name ids, and the law wants them kept.
 *
 * Refused to staff, whose data belongs to their employment, and to the last owner of a tenant that still rents or owes.
 */
export async function forgetPerson(tx: Transaction, actor: MemberActor): Promise<{ readonly ok: true } | Refusal> {
  const { personId } = actor;
  const isStaff = await row(
    tx,
    Prisma.sql`SELECT 1 AS yes FROM staff WHERE person_id = ${personId}::uuid AND left_at IS NULL LIMIT 1`,
  );
  if (isStaff) {
    return refuse(
      "IS_STAFF",
      "您登记为园区员工，个人信息请联系园区管理员办理。",
      "This person is staff; the park's administrator handles their data.",
    );
  }
  const tenants = await rows<{ id: string; name: string; isActive: boolean }>(
    tx,
    Prisma.sql`SELECT t.id, t.name,
        EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = t.id AND l.end_date >= ${actor.today}::date)
        OR EXISTS (SELECT 1 FROM receivable r WHERE r.tenant_id = t.id AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))
          AS "isActive"
      FROM tenant_member m JOIN tenant t ON t.id = m.tenant_id
      WHERE m.person_id = ${personId}::uuid AND m.revoked_at IS NULL ORDER BY t.id`,
  );
  const ending = [];
  for (const tenant of tenants) {
    const members = await lockMembers(tx, tenant.id);
    const member = members.find((one) => one.personId === personId);
    if (!member) continue;
    if (tenant.isActive && isLastOwner(member, members)) return lastOwnerOf(tenant.name);
    ending.push({ tenantId: tenant.id, member });
  }
  for (const { tenantId, member } of ending) await revokeMember(tx, actor, tenantId, member);
  await deletePersonalData(tx, personId);
  await recordAudit(tx, [
    {
      actor: `person:${personId}`,
      channel: actor.channel,
      businessDate: actor.today,
      action: "person.forgotten",
      subjectKind: "person",
      subjectId: personId,
    },
  ]);
  return { ok: true };
}

const lastOwnerOf = (tenantName: string): Refusal =>
  refuse(
    "LAST_OWNER",
    `您是${tenantName}唯一的负责人。请先回复“我的同事”，把另一位同事设为负责人，再来注销；也可以回复“转人工”。`,
    `This is the last owner of ${tenantName}, which still rents or owes. Make a colleague owner first.`,
  );

async function deletePersonalData(tx: Transaction, personId: string): Promise<void> {
  const identities = await rows<{ platform: string; appId: string; externalId: string }>(
    tx,
    Prisma.sql`DELETE FROM channel_identity WHERE person_id = ${personId}::uuid
      RETURNING platform, app_id AS "appId", external_id AS "externalId"`,
  );
  for (const { platform, appId, externalId } of identities) {
    await execute(
      tx,
      Prisma.sql`INSERT INTO erasure (id, person_id, platform, app_id, external_id)
        VALUES (${newId()}::uuid, ${personId}::uuid, ${platform}, ${appId}, ${externalId})
        ON CONFLICT (platform, app_id, external_id) DO UPDATE SET requested_at = now()`,
    );
  }
  // Nothing more is said to somebody who has gone; what is being sent at this moment is beyond us.
  await execute(
    tx,
    Prisma.sql`UPDATE outbox SET state = 'withheld', failure = 'FORGOTTEN'
      WHERE person_id = ${personId}::uuid AND state = 'pending'`,
  );
  await execute(
    tx,
    Prisma.sql`DELETE FROM bind_code WHERE phone_hash IN
      (SELECT phone_hash FROM person_phone WHERE person_id = ${personId}::uuid)`,
  );
  await execute(
    tx,
    Prisma.sql`DELETE FROM rate_count c USING person_phone p
      WHERE p.person_id = ${personId}::uuid AND c.key LIKE 'bind-code|phone|' || encode(p.phone_hash, 'hex') || '%'`,
  );
  // What others were told about them by name: rosters, decisions, handoffs. A namesake's message goes with it, unharmed
  // otherwise, because it has been read; a name of one character would take half the chats along.
  await execute(
    tx,
    Prisma.sql`UPDATE outbox o SET message = '{}' FROM person p WHERE p.id = ${personId}::uuid AND char_length(p.name) >= 2
      AND o.state IN ('sent', 'dead', 'withheld') AND position(p.name IN o.message::text) > 0`,
  );
  // Free text of theirs may hold anything; that the line was disputed, and when, stays.
  await execute(
    tx,
    Prisma.sql`UPDATE dispute SET reason = ${FORGOTTEN_NAME} WHERE raised_by = ${`person:${personId}`}`,
  );
  await execute(tx, Prisma.sql`DELETE FROM person_phone WHERE person_id = ${personId}::uuid`);
  await execute(
    tx,
    Prisma.sql`UPDATE person SET name = ${FORGOTTEN_NAME}, email = NULL, forgotten_at = now() WHERE id = ${personId}::uuid`,
  );
}
