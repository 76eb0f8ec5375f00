import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { loadLeases } from "../../db/stored-leases.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { buildLeaseTimeline, termsOn } from "../../domain/charging/lease-timeline.ts";
import { groupBy } from "../../domain/group-by.ts";
import { addDays, type CivilDate, dayOfMonth, later, type Month, toDayNumber } from "../../domain/time/civil-date.ts";
import type { BillingCommand } from "./command.ts";
import type { RunContext } from "./run-billing.ts";

/** Says to the tenants of these bills that they are there; a function of compose, because words are not ours. */
export type BillNotices = (
  tx: Transaction,
  billIds: readonly string[],
  asOf: CivilDate,
) => Promise<readonly OutboxMessage[]>;

interface PublishableBill {
  readonly id: string;
  readonly lease_id: string;
  readonly issue_date: CivilDate;
  readonly due_date: CivilDate;
  readonly period: Month;
}

const SHORTEST_TERM_DAYS = 3;
const CHUNK_BILLS = 200;
const CHUNK_LIMIT_MS = 60_000;

/**
 * Publishes what is issued of a month. The issue date is the later of the one planned and the day of publishing, and the
 * due date moves with it (money-rules 2, "Dates"). Notices leave with the same transaction. Repeating it publishes what
 * is not published yet.
 */
export async function publishBills(
  db: Database,
  command: BillingCommand,
  context: RunContext,
  noticesOf: BillNotices,
): Promise<readonly string[]> {
  const published: string[] = [];
  for (;;) {
    const ids = await inTransaction(db, (tx) => publishSome(tx, command, context, noticesOf), {
      timeoutMs: CHUNK_LIMIT_MS,
    });
    if (ids.length === 0) break;
    published.push(...ids);
  }
  await execute(
    db,
    Prisma.sql`UPDATE billing_run SET state = 'published' WHERE state = 'issued' AND period = ${command.period}
      AND (${command.project ?? ""} = '' OR project_code = ${command.project ?? ""})`,
  );
  return published;
}

async function publishSome(
  tx: Transaction,
  command: BillingCommand,
  context: RunContext,
  noticesOf: BillNotices,
): Promise<string[]> {
  const bills = await rows<PublishableBill>(
    tx,
    Prisma.sql`SELECT b.id, b.lease_id, b.issue_date::text, b.due_date::text, b.period FROM bill b
      JOIN project p ON p.id = b.project_id
      WHERE b.state = 'issued' AND b.period = ${command.period}
        AND (${command.project ?? ""} = '' OR p.code = ${command.project ?? ""})
      ORDER BY b.bill_no LIMIT ${CHUNK_BILLS} FOR UPDATE OF b`,
  );
  if (bills.length === 0) return [];
  const day = command.issueDate ?? context.today;
  const moved = await movedDates(
    tx,
    bills.filter((bill) => bill.issue_date < day),
    day,
  );
  const ids = bills.map((bill) => bill.id);
  await execute(
    tx,
    Prisma.sql`UPDATE bill b SET issue_date = t.issue_date, due_date = t.due_date
      FROM jsonb_to_recordset(${toRecordset(moved)}::jsonb) AS t(id uuid, issue_date date, due_date date)
      WHERE b.id = t.id`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE bill SET state = 'published', published_at = now() WHERE id = ANY (${ids}::uuid[])`,
  );
  await enqueueMessages(tx, await noticesOf(tx, ids, context.today));
  await recordAudit(
    tx,
    ids.map((id) => ({
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "bill.published",
      subjectKind: "bill",
      subjectId: id,
      after: { issueDate: day },
    })),
  );
  return ids;
}

/**
 * New dates of bills that are published after their issue: by the due day of their charges as they are agreed for the
 * period, else by the lease's due days. Where lines of both sorts shared a due date, the later one holds.
 */
async function movedDates(
  tx: Transaction,
  bills: readonly PublishableBill[],
  day: CivilDate,
): Promise<{ id: string; issue_date: CivilDate; due_date: CivilDate }[]> {
  if (bills.length === 0) return [];
  const leases = new Map(
    (await loadLeases(tx, [...new Set(bills.map((bill) => bill.lease_id))])).map(({ leaseId, terms }) => [
      leaseId,
      { terms, charges: new Map(buildLeaseTimeline(terms).charges.map((charge) => [charge.code, charge])) },
    ]),
  );
  const lines = await rows<{ bill_id: string; charge_code: string; period_from: CivilDate }>(
    tx,
    Prisma.sql`SELECT DISTINCT bill_id, charge_code, period_from::text FROM bill_line
      WHERE bill_id = ANY (${bills.map((bill) => bill.id)}::uuid[])`,
  );
  const linesOf = groupBy(lines, (line) => line.bill_id);
  return bills.map((bill) => {
    const lease = leases.get(bill.lease_id);
    if (!lease) throw new Error(`bill ${bill.id} has no lease`);
    const dueDates = (linesOf.get(bill.id) ?? []).map(({ charge_code, period_from }) => {
      const charge = lease.charges.get(charge_code);
      const dueDay = charge && termsOn(charge, toDayNumber(period_from))?.dueDay;
      return dueDay === undefined ? addDays(day, lease.terms.dueDays) : dayOfMonth(bill.period, dueDay);
    });
    return { id: bill.id, issue_date: day, due_date: dueDates.reduce(later, addDays(day, SHORTEST_TERM_DAYS)) };
  });
}
