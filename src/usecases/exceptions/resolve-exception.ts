import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import { allOrNothing } from "../approvals/or-nothing.ts";
import { updateCards } from "../cards/update-cards.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { lockLine } from "../reconciliation/match-rows.ts";
import { may } from "../staff/permissions.ts";
import { applyProposal } from "./apply-proposal.ts";
import type { Effect } from "./effects.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import type { PostedPair, ResolutionContext, Resolved } from "./resolution.ts";

export interface ResolveCommand {
  readonly exceptionId: string;
  readonly proposal: string;
  readonly note?: string | undefined;
  /** Of a card: what it showed. A difference that has changed since is not settled by it. */
  readonly version?: number | undefined;
}

/**
 * Settles a difference with one of its proposals, all or nothing. Who chooses is checked again here. A proposal that was
 * chosen already answers as it did; another choice needs an undo first.
 */
export const resolveException = (
  db: Database,
  command: ResolveCommand,
  context: ResolutionContext,
): Promise<Resolved | Refusal> => allOrNothing(db, (tx) => resolveIn(tx, command, context));

/** The same inside a transaction that goes on: what a refusal had begun is taken back to the savepoint. */
export async function resolveWithin(
  tx: Transaction,
  command: ResolveCommand,
  context: ResolutionContext,
): Promise<Resolved | Refusal> {
  await tx.$executeRawUnsafe("SAVEPOINT resolve_exception");
  const result = await resolveIn(tx, command, context);
  if (!result.ok) await tx.$executeRawUnsafe("ROLLBACK TO SAVEPOINT resolve_exception");
  await tx.$executeRawUnsafe("RELEASE SAVEPOINT resolve_exception");
  return result;
}

async function resolveIn(
  tx: Transaction,
  command: ResolveCommand,
  context: ResolutionContext,
): Promise<Resolved | Refusal> {
  const exception = await lockException(tx, command.exceptionId);
  const problem = refusalFor(exception, context);
  if (problem || !exception) return problem ?? unknown(command.exceptionId);
  if (exception.state === "resolved") {
    if (exception.resolvedWith === command.proposal) return { ok: true, exception, postings: [], approvals: [] };
    return refuse(
      "ALREADY_RESOLVED",
      `这条差异已由 ${exception.resolvedBy} 按“${exception.resolvedWith}”处理。要改变处理，请先撤销。`,
      `It was resolved with ${exception.resolvedWith}. Undo that first.`,
    );
  }
  if (command.version !== undefined && command.version !== exception.version) {
    return refuse("CARD_OUT_OF_DATE", "这张卡片已过期，请用最新的卡片处理。", "The card is out of date.");
  }
  if (!isOffered(exception, command.proposal)) {
    const codes = exception.proposals.map((proposal) => proposal.code).join("、");
    return refuse(
      "PROPOSAL_UNKNOWN",
      `这条差异不能按“${command.proposal}”处理，可选：${codes}。`,
      `${command.proposal} is no way to resolve this. Choose one of ${codes}.`,
    );
  }
  const applied = await applyProposal(tx, exception, command.proposal, context);
  if (!applied.ok) return applied;
  await writeResolution(tx, exception, command, applied.effects, context);
  const after = await findException(tx, exception.id);
  if (!after) throw new Error(`exception ${exception.id} is gone`);
  await refreshCards(tx, after, context);
  const approvals = applied.effects.flatMap((effect) => (effect.type === "approval" ? effect.approvalIds : []));
  return { ok: true, exception: after, postings: await loadPostings(tx, exception.entityId), approvals };
}

/** The line before the exception, as a run takes them. */
export async function lockException(tx: Transaction, id: string): Promise<ExceptionItem | undefined> {
  const seen = await findException(tx, id);
  if (seen?.statementLineId !== undefined) await lockLine(tx, seen.statementLineId);
  return seen && findException(tx, id, "lock");
}

export function refusalFor(exception: ExceptionItem | undefined, context: ResolutionContext): Refusal | undefined {
  if (!exception) return undefined;
  if (may(context.staff, "exception.resolve", { entityId: exception.entityId })) return undefined;
  return refuse(
    "NOT_ALLOWED",
    `${context.staff.name}没有处理这家公司对账差异的权限，请由出纳、财务经理或财务总监处理。`,
    `${context.staff.code} may not resolve differences of this entity.`,
  );
}

export const unknown = (id: string): Refusal =>
  refuse("EXCEPTION_UNKNOWN", `没有编号为 ${id} 的对账差异，请检查编号。`, `There is no exception ${id}.`);

/** A person may know better than the five candidates whose money it is. */
const isOffered = (exception: ExceptionItem, proposal: string): boolean =>
  exception.proposals.some((one) => one.code === proposal) ||
  (/^claim:.+/.test(proposal) && exception.facts.unclaimed === true);

async function writeResolution(
  tx: Transaction,
  exception: ExceptionItem,
  command: ResolveCommand,
  effects: readonly Effect[],
  context: ResolutionContext,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_resolution (id, exception_id, ordinal, proposal, note, effect, resolved_by, resolved_on)
      SELECT ${newId()}::uuid, ${exception.id}::uuid, count(*) + 1, ${command.proposal}, ${command.note ?? null},
        ${JSON.stringify(effects)}::jsonb, ${context.actor}, ${context.today}::date
      FROM exception_resolution WHERE exception_id = ${exception.id}::uuid`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = ${command.proposal}, resolved_by = ${context.actor},
        resolved_at = now(), version = version + 1 WHERE id = ${exception.id}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "exception.resolved",
      subjectKind: "exception",
      subjectId: exception.id,
      before: { kind: exception.kind, state: "open", amountFen: toJsonInteger(exception.amountFen) },
      after: { state: "resolved", proposal: command.proposal, note: command.note ?? null, effects },
    },
  ]);
}

/** Every copy of the card says what became of it. */
export async function refreshCards(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<void> {
  if (!context.cards) return;
  await updateCards(tx, {
    subject: { kind: "exception", id: exception.id },
    version: exception.version,
    card: context.cards.status(exception),
    isFinal: false,
    exceptTaskId: context.clickedTaskId,
  });
}

/** The pairs that this very transaction has booked. */
export const loadPostings = async (tx: Transaction, entityId: string): Promise<readonly PostedPair[]> =>
  rows<PostedPair>(
    tx,
    Prisma.sql`SELECT p.debit_account AS debit, p.credit_account AS credit, sum(p.amount_fen)::bigint AS "amountFen"
      FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id
      WHERE t.recorded_at = now() AND t.entity_id = ${entityId}::uuid
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );

export const standingResolution = (
  tx: Transaction,
  exceptionId: string,
): Promise<{ id: string; proposal: string; effects: Effect[] } | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT id, proposal, effect AS effects FROM exception_resolution
      WHERE exception_id = ${exceptionId}::uuid AND undone_by IS NULL`,
  );
