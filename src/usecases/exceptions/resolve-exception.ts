import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { allOrNothing } from "../approvals/or-nothing.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { lockLine } from "../reconciliation/match-rows.ts";
import { may } from "../staff/permissions.ts";
import { applyProposal } from "./apply-proposal.ts";
import { askChannel } from "./ask-channel.ts";
import { askDocument, asksDocument, dropDocuments } from "./ask-document.ts";
import type { Effect } from "./effects.ts";
import { type ExceptionItem, findException, placeOfException } from "./exception.ts";
import type { PostedPair, ResolutionContext, ResolutionDetails, Resolved } from "./resolution.ts";
import { refreshCards, writeResolution } from "./write-resolution.ts";

export interface ResolveCommand {
  readonly exceptionId: string;
  readonly proposal: string;
  readonly note?: string | undefined;
  /** Of a card or page: what it showed. A difference that has changed since is not settled by it. */
  readonly version?: number | undefined;
  readonly details?: ResolutionDetails | undefined;
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
  const outdated = outdatedOf(exception, command.version);
  if (outdated) return outdated;
  if (!isOffered(exception, command.proposal)) {
    const codes = exception.proposals.map((proposal) => proposal.code).join("、");
    return refuse(
      "PROPOSAL_UNKNOWN",
      `这条差异不能按“${command.proposal}”处理，可选：${codes}。`,
      `${command.proposal} is no way to resolve this. Choose one of ${codes}.`,
    );
  }
  const misfit = misfitOf(exception, command);
  if (misfit) return misfit;
  if (command.proposal === "requery") return askChannel(tx, exception, context);
  if (asksDocument(exception, command.proposal)) return askDocument(tx, exception, command, context);
  const applied = await applyProposal(tx, exception, command, context);
  if (!applied.ok) return applied;
  await dropDocuments(tx, exception.id, "对账差异已经按别的办法处理", context);
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
  if (may(context.staff, "exception.resolve", placeOfException(exception))) return undefined;
  return refuse(
    "NOT_ALLOWED",
    `${context.staff.name}没有处理这家公司对账差异的权限，请由出纳、财务经理或财务总监处理。`,
    `${context.staff.code} may not resolve differences of this entity.`,
  );
}

/** Whoever chose something by what a card or page showed has not seen what it became since. */
export const outdatedOf = (exception: ExceptionItem, shown: number | undefined): Refusal | undefined =>
  shown === undefined || shown === exception.version
    ? undefined
    : refuse("CARD_OUT_OF_DATE", "这张卡片已过期，请用最新的卡片处理。", "The card is out of date.");

export const unknown = (id: string): Refusal =>
  refuse("EXCEPTION_UNKNOWN", `没有编号为 ${id} 的对账差异，请检查编号。`, `There is no exception ${id}.`);

/** Details that the choice does not take would be passed over in silence, and the person would believe otherwise. */
function misfitOf(exception: ExceptionItem, { proposal, details }: ResolveCommand): Refusal | undefined {
  const takes: readonly string[] =
    exception.proposals.find((one) => one.code === proposal)?.takes ?? (proposal.startsWith("claim:") ? ["bills"] : []);
  const { billNos, amountFen } = details ?? {};
  if (billNos !== undefined && billNos.length > 0 && !takes.includes("bills"))
    return refuse("BILLS_NOT_TAKEN", "这种处理办法不能指定账单，请去掉账单号。", "This choice takes no bills.");
  if (amountFen === undefined) return undefined;
  if (!takes.includes("amount"))
    return refuse("AMOUNT_NOT_TAKEN", "这种处理办法不能改金额，请去掉金额。", "This choice takes no amount.");
  const mostFen = exception.amountFen < 0n ? -exception.amountFen : exception.amountFen;
  if (amountFen > 0n && amountFen <= mostFen) return undefined;
  return refuse(
    "AMOUNT_OUT_OF_RANGE",
    `金额须大于零且不超过 ${formatYuan(mostFen)}，请改正。`,
    `More than zero and at most ${formatYuan(mostFen)}.`,
  );
}

/** A person may know better than the five candidates whose money it is. */
const isOffered = (exception: ExceptionItem, proposal: string): boolean =>
  exception.proposals.some((one) => one.code === proposal) ||
  (/^claim:.+/.test(proposal) && exception.facts.unclaimed === true);

/** The pairs that this very transaction has booked. */
export const loadPostings = async (tx: Transaction, entityId: string): Promise<readonly PostedPair[]> =>
  rows<PostedPair>(
    tx,
    Prisma.sql`SELECT p.debit_account AS debit, p.credit_account AS credit, sum(p.amount_fen)::bigint AS "amountFen"
      FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id
      WHERE t.recorded_at = now() AND t.entity_id = ${entityId}::uuid
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );

/** The pairs of the resolution that stands, whoever carried it out: the channel's answer may have been heard elsewhere. */
export const postingsOfResolution = async (tx: Transaction, exceptionId: string): Promise<readonly PostedPair[]> =>
  rows<PostedPair>(
    tx,
    Prisma.sql`SELECT p.debit_account AS debit, p.credit_account AS credit, sum(p.amount_fen)::bigint AS "amountFen"
      FROM exception_resolution r JOIN exception_item x ON x.id = r.exception_id
      JOIN ledger_transaction t ON t.entity_id = x.entity_id AND t.recorded_at = r.recorded_at
      JOIN ledger_posting p ON p.transaction_id = t.id
      WHERE r.exception_id = ${exceptionId}::uuid AND r.undone_by IS NULL
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
