import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { addDays, type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { findLine } from "../late-fees/find-line.ts";
import { loadClaimsOf } from "../receipts/claim-index.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

export interface DisputeContext extends Actor {
  readonly today: CivilDate;
}

export interface DisputedLine {
  readonly ok: true;
  readonly disputeId: string;
  readonly lineId: string;
  readonly from: CivilDate;
  /** Last disputed day; absent while the dispute is open. */
  readonly to?: CivilDate;
}

/**
 * A line is disputed from a day on (today or earlier): money no longer goes to it by itself, it is not dunned, and its
 * days earn no late fee (money-rules 7 and 8). What was accrued for days since then is taken back.
 */
export const openDispute = (
  db: Database,
  command: { readonly lineId: string; readonly from: CivilDate; readonly reason: string },
  context: DisputeContext,
): Promise<DisputedLine | Refusal> => inTransaction(db, (tx) => openDisputeWithin(tx, command, context));

/** The same inside the caller's transaction, for a chat, whose message and its effect commit together. */
export async function openDisputeWithin(
  tx: Transaction,
  command: { readonly lineId: string; readonly from: CivilDate; readonly reason: string },
  context: DisputeContext,
): Promise<DisputedLine | Refusal> {
  const { lineId, from, reason } = command;
  const line = await findLine(tx, lineId);
  if (!line.ok) return line;
  await lockTenantAccounts(tx, [line]);
  if (from > context.today) {
    return refuse(
      "DATE_IN_FUTURE",
      `争议开始日 ${formatDate(from)} 晚于今天，请改为今天或之前的日期。`,
      `The dispute would begin on ${from}, after today. Give today or an earlier day.`,
    );
  }
  const earlier = await row<{ to: CivilDate | null }>(
    tx,
    Prisma.sql`SELECT (upper(disputed) - 1)::text AS to FROM dispute
      WHERE line_id = ${lineId}::uuid AND disputed && daterange(${from}::date, NULL) ORDER BY disputed DESC LIMIT 1`,
  );
  if (earlier) {
    const until = earlier.to === null ? "尚未结束" : `到 ${formatDate(earlier.to)} 才结束`;
    return refuse(
      "ALREADY_DISPUTED",
      `该费用已有争议记录，${until}，不能重复登记。`,
      `The line is disputed already ${earlier.to === null ? "and still is" : `until ${earlier.to}`}.`,
    );
  }
  const disputeId = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO dispute (id, line_id, reason, raised_by, disputed)
      VALUES (${disputeId}::uuid, ${lineId}::uuid, ${reason}, ${context.actor}, daterange(${from}::date, NULL))`,
  );
  await execute(tx, Prisma.sql`UPDATE receivable SET disputed_since = ${from}::date WHERE line_id = ${lineId}::uuid`);
  await accrueLateFees(tx, await loadClaimsOf(tx, [lineId]), undefined, disputeId);
  // The trail is never rewritten: what a tenant's person wrote stands in the dispute, where it can be forgotten.
  const isOfStaff = !context.actor.startsWith("person:");
  await audit(tx, context, "dispute.opened", lineId, { disputeId, from, ...(isOfStaff ? { reason } : {}) });
  return { ok: true, disputeId, lineId, from };
}

/** Ends the dispute of a line after a day that is still disputed (today or earlier); the fee runs again from the next day. */
export const closeDispute = (
  db: Database,
  command: { readonly lineId: string; readonly lastDay: CivilDate; readonly outcome: string },
  context: DisputeContext,
): Promise<DisputedLine | Refusal> => inTransaction(db, (tx) => closeDisputeWithin(tx, command, context));

/** The same inside the caller's transaction. */
export async function closeDisputeWithin(
  tx: Transaction,
  command: { readonly lineId: string; readonly lastDay: CivilDate; readonly outcome: string },
  context: DisputeContext,
): Promise<DisputedLine | Refusal> {
  const { lineId, lastDay, outcome } = command;
  const line = await findLine(tx, lineId);
  if (!line.ok) return line;
  await lockTenantAccounts(tx, [line]);
  const found = await row<{ disputeId: string; from: CivilDate }>(
    tx,
    Prisma.sql`SELECT id AS "disputeId", lower(disputed)::text AS from FROM dispute
      WHERE line_id = ${lineId}::uuid AND upper_inf(disputed)`,
  );
  if (!found) {
    return refuse(
      "NOT_DISPUTED",
      "该费用没有进行中的争议，无需结束。",
      "The line is not disputed; there is nothing to end.",
    );
  }
  if (lastDay < found.from || lastDay > context.today) {
    const { from } = found;
    return refuse(
      "DISPUTE_END_OUT_OF_RANGE",
      `争议的最后一天须在 ${formatDate(from)} 至今天之间。`,
      `The last day of the dispute must lie between ${from} and today.`,
    );
  }
  await execute(
    tx,
    Prisma.sql`UPDATE dispute SET disputed = daterange(lower(disputed), ${lastDay}::date, '[]')
      WHERE id = ${found.disputeId}::uuid`,
  );
  await execute(tx, Prisma.sql`UPDATE receivable SET disputed_since = NULL WHERE line_id = ${lineId}::uuid`);
  // Through yesterday: of a line that was paid while disputed nobody else would look at the days that count again.
  await accrueLateFees(tx, await loadClaimsOf(tx, [lineId]), addDays(context.today, -1), found.disputeId);
  await audit(tx, context, "dispute.closed", lineId, { ...found, lastDay, outcome });
  return { ok: true, lineId, ...found, to: lastDay };
}

const audit = (
  tx: Transaction,
  context: DisputeContext,
  action: string,
  lineId: string,
  after: object,
): Promise<void> => {
  const { actor, channel, ip, today: businessDate } = context;
  return recordAudit(tx, [
    { actor, channel, ip, businessDate, action, subjectKind: "bill-line", subjectId: lineId, after },
  ]);
};
