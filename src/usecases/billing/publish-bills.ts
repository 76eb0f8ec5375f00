import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { addDays, type CivilDate, dayOfMonth, later, type Month } from "../../domain/time/civil-date.ts";
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
    Prisma.sql`SELECT b.id, b.issue_date::text, b.due_date::text, b.period FROM bill b
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

/** New dates of bills that are published after their issue: by the charge's due day, else by the lease's due days. */
async function movedDates(
  tx: Transaction,
  bills: readonly PublishableBill[],
  day: CivilDate,
): Promise<{ id: string; issue_date: CivilDate; due_date: CivilDate }[]> {
  if (bills.length === 0) return [];
  const terms = new Map(
    (
      await rows<{ id: string; due_days: number; due_day: number | null }>(
        tx,
        Prisma.sql`SELECT b.id, (v.terms->>'dueDays')::int AS due_days,
            (SELECT (c->>'dueDay')::int FROM bill_line line, jsonb_array_elements(v.terms->'charges') c
              WHERE line.bill_id = b.id AND c->>'code' = line.charge_code LIMIT 1) AS due_day
          FROM bill b JOIN lease_version v ON v.lease_id = b.lease_id AND v.version = 1
          WHERE b.id = ANY (${bills.map((bill) => bill.id)}::uuid[])`,
      )
    ).map((row) => [row.id, row]),
  );
  return bills.map((bill) => {
    const { due_days: dueDays = 10, due_day: dueDay = null } = terms.get(bill.id) ?? {};
    const earliest = addDays(day, SHORTEST_TERM_DAYS);
    const dueDate = dueDay === null ? addDays(day, dueDays) : dayOfMonth(bill.period, dueDay);
    return { id: bill.id, issue_date: day, due_date: later(dueDate, earliest) };
  });
}
