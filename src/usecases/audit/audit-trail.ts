import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { requestInPortfolio } from "../approvals/place-of-request.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { leaseInPortfolio, moneyInPortfolio } from "../staff/portfolio.ts";

/** One thing that somebody did, as a person reads it. */
export interface TrailEntry {
  readonly on: CivilDate;
  /** "approval.approved" */
  readonly action: string;
  /** Name of the colleague or contact; a job or a channel keeps its technical name. */
  readonly who: string;
  readonly channel: string;
  /** Number of the document that the event is about, where it has one. */
  readonly number?: string | undefined;
  readonly reason?: string | undefined;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

interface TrailRow {
  readonly on: CivilDate;
  readonly action: string;
  readonly who: string;
  readonly channel: string;
  readonly number: string | null;
  readonly reason: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

/** More fits no screen; `trace` and the tables have the rest. */
const MOST_ENTRIES = 12;

/**
 * What happened to the document of a number (bill, approval, receipt, refund), the latest first, with the approvals that it
 * hangs on. Rows are filtered by the reader's projects; undefined: no such document in reach.
 */
export async function findTrailOf(
  tx: Transaction,
  reader: StaffMember,
  number: string,
): Promise<readonly TrailEntry[] | undefined> {
  if (!may(reader, "audit.read")) return undefined;
  const subjects = await rows<{ kind: string; id: string }>(tx, subjectsOf(reader, number));
  if (subjects.length === 0) return undefined;
  const keys = subjects.map(({ kind, id }) => `${kind}|${id}`);
  return entries(tx, Prisma.sql`a.subject_kind || '|' || a.subject_id = ANY (${keys})`, MOST_ENTRIES);
}

/** The latest decisions about approvals in the reader's reach. */
export async function findRecentApprovals(
  tx: Transaction,
  reader: StaffMember,
  limit: number,
): Promise<readonly TrailEntry[]> {
  if (!may(reader, "audit.read")) return [];
  return entries(
    tx,
    Prisma.sql`a.subject_kind = 'approval' AND a.action IN ('approval.approved', 'approval.rejected', 'approval.cancelled',
        'approval.expired', 'approval.requested', 'approval.changed')
      AND EXISTS (SELECT 1 FROM approval_request r WHERE r.id::text = a.subject_id AND ${requestInPortfolio(reader)})`,
    limit,
  );
}

/** The audit subjects behind a number: the document itself, its lines, its run, and the approvals of all of them. */
function subjectsOf(reader: StaffMember, number: string): Prisma.Sql {
  const projects = Prisma.sql`ANY (${[...reader.projectIds]}::uuid[])`;
  // Columns with their tables: inside the portfolio's subqueries a bare tenant_id would be another table's.
  const inReach = (table: Prisma.Sql) =>
    moneyInPortfolio(Prisma.sql`${table}.entity_id`, Prisma.sql`${table}.tenant_id`, reader);
  return Prisma.sql`WITH bills AS (SELECT id, run_id FROM bill
        WHERE upper(bill_no) = ${number.toUpperCase()} AND project_id = ${projects}
          AND ${leaseInPortfolio(Prisma.sql`bill.lease_id`, reader)}),
      receipts AS (SELECT id FROM receipt WHERE upper(receipt_no) = ${number.toUpperCase()} AND ${inReach(Prisma.sql`receipt`)}),
      refunds AS (SELECT id FROM refund WHERE upper(refund_no) = ${number.toUpperCase()} AND ${inReach(Prisma.sql`refund`)}
        AND (project_id IS NULL OR project_id = ${projects}) AND (lease_id IS NULL OR ${leaseInPortfolio(Prisma.sql`refund.lease_id`, reader)})),
      lines AS (SELECT l.id FROM bill_line l JOIN bills b ON b.id = l.bill_id),
      things AS (
        SELECT 'bill' AS kind, id FROM bills
        UNION ALL SELECT 'billing-run', run_id FROM bills WHERE run_id IS NOT NULL AND ${reader.buildingIds.length === 0}
        UNION ALL SELECT 'receipt', id FROM receipts
        UNION ALL SELECT 'refund', id FROM refunds
        UNION ALL SELECT 'bill-line', id FROM lines)
    SELECT kind, id::text FROM things
    UNION SELECT 'approval', r.id::text FROM approval_request r WHERE ${requestInPortfolio(reader)}
      AND (r.number = ${number.toUpperCase()} OR r.subject_id IN (SELECT id FROM things)
        OR r.id IN (SELECT approval_id FROM billing_run WHERE id IN (SELECT run_id FROM bills)))`;
}

async function entries(tx: Transaction, condition: Prisma.Sql, limit: number): Promise<TrailEntry[]> {
  const found = await rows<TrailRow>(
    tx,
    Prisma.sql`SELECT a.business_date::text AS on, a.action, a.channel, a.before, a.after,
        coalesce(s.name, p.name, a.actor) AS who, coalesce(a.after->>'number', r.number) AS number,
        a.after->>'reason' AS reason
      FROM audit_event a
      LEFT JOIN staff s ON a.actor = 'staff:' || s.code
      LEFT JOIN person p ON a.actor = 'person:' || p.id::text
      LEFT JOIN approval_request r ON a.subject_kind = 'approval' AND r.id::text = a.subject_id
      WHERE ${condition} ORDER BY a.sequence DESC LIMIT ${limit}`,
  );
  return found.map(({ number, reason, before, after, ...entry }) => ({
    ...entry,
    number: number ?? undefined,
    reason: reason ?? undefined,
    before: before ?? undefined,
    after: after ?? undefined,
  }));
}
