import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Place } from "../staff/permissions.ts";
import { buildingsOfLease, leaseInPortfolio, type Portfolio } from "../staff/portfolio.ts";
import type { MoveOutContext } from "./context.ts";

/** A lease that is being given back, or was. */
export interface StoredMoveOut {
  readonly moveOutId: string;
  /** "TZ-202610-00001" */
  readonly number: string;
  readonly state: "open" | "closed" | "cancelled";
  readonly entityId: string;
  readonly entityCode: string;
  readonly entityName: string;
  readonly projectId: string;
  readonly projectCode: string;
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly tenantName: string;
  readonly leaseId: string;
  readonly leaseCode: string;
  readonly leaseStart: CivilDate;
  /** In force: an early end that waits for its approval is not in it. */
  readonly leaseEnd: CivilDate;
  readonly units: readonly string[];
  /** Where the units are: whose stewards see to it. */
  readonly buildingIds: readonly string[];
  readonly lastDay: CivilDate;
  readonly noticeOn: CivilDate;
  readonly reason: string;
  readonly endApprovalId: string | null;
  readonly billedOn: CivilDate | null;
  readonly sheetVersion: number;
  readonly consent: "asked" | "confirmed" | "objected" | null;
  readonly consentedBy: string | null;
  readonly consentedOn: CivilDate | null;
  readonly objection: string | null;
  readonly closedOn: CivilDate | null;
}

/** By number, lease code (the one that is not cancelled) or id. */
export interface MoveOutKey {
  readonly number?: string;
  readonly leaseCode?: string;
  readonly moveOutId?: string;
}

const SELECT = Prisma.sql`SELECT m.id AS "moveOutId", m.number, m.state, m.entity_id AS "entityId", e.code AS "entityCode",
    e.name AS "entityName", m.project_id AS "projectId", p.code AS "projectCode", m.tenant_id AS "tenantId",
    t.code AS "tenantCode", t.name AS "tenantName", m.lease_id AS "leaseId", l.code AS "leaseCode",
    l.start_date::text AS "leaseStart", l.end_date::text AS "leaseEnd",
    ARRAY(SELECT DISTINCT u.code FROM lease_unit h JOIN unit u ON u.id = h.unit_id WHERE h.lease_id = l.id ORDER BY u.code) AS units,
    ${buildingsOfLease(Prisma.sql`l.id`)} AS "buildingIds",
    m.last_day::text AS "lastDay", m.notice_on::text AS "noticeOn", m.reason, m.end_approval_id AS "endApprovalId",
    m.billed_on::text AS "billedOn", m.sheet_version AS "sheetVersion", m.consent, m.consented_by AS "consentedBy",
    m.consented_on::text AS "consentedOn", m.objection, m.closed_on::text AS "closedOn"
  FROM move_out m JOIN legal_entity e ON e.id = m.entity_id JOIN project p ON p.id = m.project_id
    JOIN tenant t ON t.id = m.tenant_id JOIN lease l ON l.id = m.lease_id`;

/** The settlement of a number or of a lease; undefined: there is none. */
export async function findMoveOut(tx: Transaction, key: MoveOutKey): Promise<StoredMoveOut | undefined> {
  const { number, leaseCode, moveOutId } = key;
  if (moveOutId !== undefined) return row<StoredMoveOut>(tx, Prisma.sql`${SELECT} WHERE m.id = ${moveOutId}::uuid`);
  if (number !== undefined) return row<StoredMoveOut>(tx, Prisma.sql`${SELECT} WHERE m.number = ${number}`);
  return row<StoredMoveOut>(tx, Prisma.sql`${SELECT} WHERE l.code = ${leaseCode ?? ""} AND m.state <> 'cancelled'`);
}

/** Those of a tenant, the latest first. */
export const findMoveOutsOfTenant = (tx: Transaction, tenantId: string): Promise<StoredMoveOut[]> =>
  rows<StoredMoveOut>(
    tx,
    Prisma.sql`${SELECT} WHERE m.tenant_id = ${tenantId}::uuid AND m.state <> 'cancelled' ORDER BY m.number DESC`,
  );

/** Where a settlement lies: its money is the entity's, its work the building's. */
export const placeOfMoveOut = ({ projectId, buildingIds }: StoredMoveOut): Place => ({ projectId, buildingIds });

/** Open ones of a portfolio, the oldest first. */
export const findOpenMoveOuts = (tx: Transaction, portfolio: Portfolio): Promise<StoredMoveOut[]> =>
  rows<StoredMoveOut>(
    tx,
    Prisma.sql`${SELECT} WHERE m.state = 'open' AND ${leaseInPortfolio(Prisma.sql`m.lease_id`, portfolio)} ORDER BY m.number`,
  );

/** The accounts of the tenant first, as everybody who moves money, then the settlement: whatever a step decides holds until it commits. */
export async function lockMoveOut(tx: Transaction, key: MoveOutKey): Promise<StoredMoveOut | undefined> {
  const seen = await findMoveOut(tx, key);
  if (!seen) return undefined;
  const accounts = await rows<{ tenantId: string; entityId: string }>(
    tx,
    Prisma.sql`SELECT tenant_id AS "tenantId", entity_id AS "entityId" FROM tenant_account
      WHERE tenant_id = ${seen.tenantId}::uuid`,
  );
  await lockTenantAccounts(tx, [{ tenantId: seen.tenantId, entityId: seen.entityId }, ...accounts]);
  await execute(tx, Prisma.sql`SELECT 1 FROM move_out WHERE id = ${seen.moveOutId}::uuid FOR UPDATE`);
  return findMoveOut(tx, { moveOutId: seen.moveOutId });
}

/** Trail of one step. */
export const auditMoveOut = (
  tx: Transaction,
  context: Pick<MoveOutContext, "actor" | "channel" | "ip" | "today">,
  moveOutId: string,
  action: string,
  after: object = {},
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: `move-out.${action}`,
      subjectKind: "move-out",
      subjectId: moveOutId,
      after,
    },
  ]);
