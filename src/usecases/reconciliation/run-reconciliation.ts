import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { DUTIES } from "../../domain/reconciliation/difference.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type ExceptionItem, findExceptions } from "../exceptions/exception.ts";
import { tellOfExceptions } from "../exceptions/tell-of-exceptions.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { linesOfDay } from "./bank-lines.ts";
import { judgeDay, type MissingOfDay } from "./close-day.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import { findAccount } from "./find-account.ts";
import { raiseMissingInChannel } from "./missing-in-channel.ts";
import { eachItsOwn, type InTransaction, type LeftOpen, reconcileBank } from "./reconcile-bank.ts";
import { reconcileFund } from "./reconcile-fund.ts";
import { reconcileTrade } from "./reconcile-trade.ts";
import { raiseUnsettledCards } from "./settle-cards.ts";

export interface MatchedLine {
  /** The bank's or channel's number of the line, else its place on the day. */
  readonly line: string;
  readonly row: number;
  readonly stage: number;
  /** The receipt, refund or movement that it explains. */
  readonly to: string;
  readonly reasons: readonly string[];
}

export interface Reconciliation {
  readonly ok: true;
  readonly matched: readonly MatchedLine[];
  readonly exceptions: readonly ExceptionItem[];
  readonly closed: boolean;
  readonly missing: readonly MissingOfDay[];
}

export interface ReconciliationCommand {
  readonly accountCode: string;
  readonly date: CivilDate;
  /** What would happen; nothing stays. */
  readonly dryRun?: boolean | undefined;
  /** False: `matched` stays empty, for runs whose answer nobody reads; a million lines are no list. */
  readonly listMatched?: boolean | undefined;
}

/** Reading a month of lines of one account takes its time; nobody waits for the rows meanwhile. */
const RUN_LIMIT_MS = 600_000;

/**
 * Holds the statement of an account's day against the books (money-rules 10). Every step is a transaction of its own and
 * takes only what nobody has taken: a run that dies goes on, a second one changes nothing, and two at once share the work.
 */
export async function runReconciliation(
  db: Database,
  command: ReconciliationCommand,
  context: ReconciliationContext,
): Promise<Reconciliation | Refusal> {
  const account = await inTransaction(db, (tx) => findAccount(tx, command.accountCode));
  if (!account.ok) return account;
  if (!command.dryRun) return runSteps(eachItsOwn(db), account, command, context);
  try {
    await inTransaction(
      db,
      async (tx) => {
        throw new DryRun(await runSteps((work) => work(tx), account, command, context));
      },
      { timeoutMs: RUN_LIMIT_MS },
    );
  } catch (error) {
    if (error instanceof DryRun) return error.result;
    throw error;
  }
  throw new Error("a dry run ends in its own exception");
}

class DryRun extends Error {
  readonly result: Reconciliation;

  constructor(result: Reconciliation) {
    super("dry run");
    this.result = result;
  }
}

async function runSteps(
  run: InTransaction,
  account: Account,
  { date, listMatched = true }: ReconciliationCommand,
  context: ReconciliationContext,
): Promise<Reconciliation> {
  await run((tx) => adoptGaps(tx, account, date, context));
  let left: readonly LeftOpen[] = [];
  if (account.type === "bank") left = await reconcileBank(run, account, date, context);
  else {
    await run((tx) => reconcileTrade(tx, account, date, context));
    await run((tx) => reconcileFund(tx, account, date, context));
  }
  return run(async (tx) => {
    const waiting = await raiseMissingInChannel(tx, account, date, context);
    if (account.type === "bank") await raiseUnsettledCards(tx, account, date, context);
    const day = await judgeDay(tx, account, date, { left, waiting }, context);
    const exceptions = await findExceptions(tx, { accountCode: account.code, date, state: "open" });
    await tellOfExceptions(tx, exceptions, context);
    const matched = listMatched ? await loadMatched(tx, account.code, date) : [];
    await recordAudit(tx, [
      {
        actor: context.actor,
        channel: context.channel,
        ip: context.ip,
        businessDate: context.today,
        action: "statement.reconciled",
        subjectKind: "statement-day",
        subjectId: `${account.code}|${date}`,
        after: { exceptions: exceptions.length, closed: day.closed },
      },
    ]);
    return { ok: true, matched, exceptions, closed: day.closed, missing: day.missing };
  });
}

/** Gaps that the import has found get their owner and deadline here. */
const adoptGaps = (
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<number> => {
  const duty = DUTIES.STATEMENT_GAP;
  const dueAt = new Date(context.nowMs + duty.deadlineHours * 3_600_000).toISOString();
  return execute(
    tx,
    Prisma.sql`UPDATE exception_item x SET account_code = ${account.code}, business_date = ${date}::date,
        amount_fen = coalesce((x.facts->>'amountFen')::bigint, 0), owner_role = ${duty.owner},
        due_at = coalesce(x.due_at, ${dueAt}::timestamptz),
        facts = x.facts || jsonb_build_object('reasons', coalesce((SELECT jsonb_agg(d->>'what')
          FROM jsonb_array_elements(x.facts->'differences') d), '[]'::jsonb))
      WHERE x.kind = 'STATEMENT_GAP' AND x.facts->>'account' = ${account.code} AND x.facts->>'date' = ${date}`,
  );
};

const loadMatched = (tx: Transaction, accountCode: string, date: CivilDate): Promise<MatchedLine[]> =>
  rows<MatchedLine>(
    tx,
    Prisma.sql`SELECT coalesce(statement_line.refund_no, statement_line.order_no, statement_line.channel_no,
        statement_line.booking_date || '#' || (statement_line.ordinal + 1)) AS line, statement_line.ordinal + 1 AS row,
        m.stage, coalesce(r.receipt_no, f.refund_no, v.kind || ' ' || v.value_date, 'verified') AS to, m.reasons
      FROM statement_line JOIN match_item m ON m.statement_line_id = statement_line.id AND m.active AND m.book_kind <> 'exception'
      LEFT JOIN receipt r ON m.book_kind = 'receipt' AND r.id = m.book_id
      LEFT JOIN refund f ON m.book_kind = 'refund' AND f.id = m.book_id
      LEFT JOIN channel_movement v ON m.book_kind IN ('settlement', 'movement', 'fee') AND v.id = m.book_id
      WHERE ${linesOfDay(accountCode, date)}
      ORDER BY statement_line.source DESC, statement_line.booking_date, statement_line.file_id, statement_line.ordinal`,
  );
