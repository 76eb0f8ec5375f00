import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
import { DUTIES } from "../../domain/reconciliation/difference.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { covers } from "../staff/permissions.ts";
import { findAddressees, type StaffAddress, tellStaff } from "../staff/tell-staff.ts";
import { type GroupNotice, tellProjectGroups } from "../staff-groups/tell-group.ts";
import {
  type ExceptionCards,
  type ExceptionContext,
  type ExceptionItem,
  findExceptions,
  placeOfException,
} from "./exception.ts";

interface TellContext extends ExceptionContext {
  readonly cards?: ExceptionCards | undefined;
}

/** More of one kind on one day are one card: a broken file is one story, not three hundred. */
const alikeKey = (exception: ExceptionItem): string =>
  [exception.entityId, exception.kind, exception.accountCode, exception.date].join("|");

/** Cards to those who own the differences, many alike in one; a difference is told once. */
export async function tellOfExceptions(
  tx: Transaction,
  exceptions: readonly ExceptionItem[],
  context: TellContext,
): Promise<void> {
  const { cards } = context;
  if (!cards) return;
  for (const [key, alike] of groupBy(exceptions, alikeKey)) {
    const [first] = alike;
    if (!first) continue;
    const ids = alike.map((one) => `${one.id}:${one.version}`).sort();
    const to = await whoCovers(tx, first.ownerRole, alike);
    const notice = {
      card: cards.alert(alike),
      subject: alike.length === 1 ? { kind: "exception" as const, id: first.id, version: first.version } : undefined,
      dedupeKey: `exception|${alike.length === 1 ? ids[0] : `${key}|${ids.length}|${ids[0]}|${ids.at(-1)}`}`,
    };
    await tellStaff(tx, { to, ...notice, card: (member) => cards.alert(inReachOf(member, alike)) });
    await tellGroups(tx, first, to, notice);
  }
}

/** People of a role who have at least one of these in their portfolio. */
async function whoCovers(
  tx: Transaction,
  role: StaffRole,
  exceptions: readonly ExceptionItem[],
): Promise<StaffAddress> {
  const members = await findAddressees(tx, { roles: [role] });
  const staffIds = members.filter((member) => inReachOf(member, exceptions).length > 0).map(({ staffId }) => staffId);
  return { roles: [role], staffIds };
}

const inReachOf = (member: StaffMember, exceptions: readonly ExceptionItem[]): ExceptionItem[] =>
  exceptions.filter((exception) => covers(member, placeOfException(exception)));

/** In the groups of the entity's projects everybody sees it; the buttons are for those who own it. */
async function tellGroups(
  tx: Transaction,
  { entityId }: ExceptionItem,
  to: StaffAddress,
  notice: Pick<GroupNotice, "card" | "subject" | "dedupeKey">,
): Promise<void> {
  const projects = await rows<{ projectId: string }>(
    tx,
    Prisma.sql`SELECT id AS "projectId" FROM project p WHERE entity_id = ${entityId}::uuid
      AND EXISTS (SELECT 1 FROM staff_group g WHERE g.project_id = p.id) ORDER BY code COLLATE "C"`,
  );
  if (projects.length === 0) return;
  const buttonsForPersonIds = (await findAddressees(tx, to)).map(({ personId }) => personId);
  for (const { projectId } of projects) {
    await tellProjectGroups(tx, {
      ...notice,
      projectId,
      buttonsForPersonIds,
      dedupeKey: `${notice.dedupeKey}|group|${projectId}`,
    });
  }
}

/** Differences whose deadline has passed are told to the next role, once. Returns how many. */
export async function escalateOverdue(tx: Transaction, context: TellContext): Promise<number> {
  const due = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id::text FROM exception_item WHERE state = 'open' AND account_code IS NOT NULL
      AND escalated_at IS NULL AND due_at <= ${new Date(context.nowMs).toISOString()}::timestamptz
      ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED`,
  );
  if (due.length === 0) return 0;
  const ids = due.map((one) => one.id);
  const exceptions = await findExceptions(tx, { ids });
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET escalated_at = ${new Date(context.nowMs).toISOString()}::timestamptz
      WHERE id::text = ANY (${ids})`,
  );
  const { cards } = context;
  if (!cards) return ids.length;
  for (const [key, alike] of groupBy(exceptions, alikeKey)) {
    const [first] = alike;
    if (!first) continue;
    await tellStaff(tx, {
      to: await whoCovers(tx, DUTIES[first.kind].escalateTo, alike),
      card: (member) => cards.escalated(inReachOf(member, alike)),
      dedupeKey: `exception-escalated|${key}|${alike.map((one) => one.id).sort()[0]}`,
    });
  }
  return ids.length;
}
