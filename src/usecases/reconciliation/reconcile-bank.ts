import type { Database } from "../../db/client.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { loadEvidence } from "./bank-evidence.ts";
import { type BankStatementLine, loadOpenLines } from "./bank-lines.ts";
import { isReversal, isSettlement, raiseOutgoing, raiseReversal, settleFromChannel } from "./bank-special-lines.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import { matchByNumber, matchHandBooked } from "./match-known-receipts.ts";
import { loadTenantsOf, OpenClaims } from "./open-bills.ts";
import { type BankBook, settleBankLine } from "./settle-bank-line.ts";
import { looksLikeCardSettlement, settleFromAcquirer, takesCards } from "./settle-cards.ts";

/** How steps of a run become transactions: each its own, or (dry run) all inside one that is rolled back. */
export type InTransaction = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** A day of a million lines is one statement that takes its minutes; a step that moves money takes milliseconds. */
const STEP_LIMIT_MS = 900_000;

export const eachItsOwn =
  (db: Database): InTransaction =>
  (work) =>
    inTransaction(db, work, { timeoutMs: STEP_LIMIT_MS });

/** Why a line stays open: in Chinese, for `open`. */
export interface LeftOpen {
  readonly lineId: string;
  readonly reason: string;
}

/**
 * Stages 1 to 7 over the lines of a bank account's day. One transaction a line that moves money, so that a run that dies
 * goes on where it was; lines that are taken are passed over.
 */
export async function reconcileBank(
  run: InTransaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<readonly LeftOpen[]> {
  const prepared = await run(async (tx) => {
    await matchByNumber(tx, account.code, date, "bank", context.actor);
    const open = await loadOpenLines(tx, account.code, date);
    const tenants = await loadTenantsOf(tx, account.entityId);
    const cards = await takesCards(tx, account.entityId);
    const incoming = open.filter(
      (line) =>
        line.amountFen > 0n && !line.reversal && !isSettlement(line) && !(cards && looksLikeCardSettlement(line)),
    );
    const evidence = await loadEvidence(tx, incoming, tenants);
    const of = { accountCode: account.code, date };
    const byHand = await matchHandBooked(tx, incoming, evidence, of, context);
    return { lines: open.filter((line) => !byHand.has(line.id)), tenants, evidence, cards };
  });
  const book: BankBook = {
    account,
    tenants: new Map(prepared.tenants.map((tenant) => [tenant.tenantId, tenant])),
    evidence: prepared.evidence,
    claims: new OpenClaims(account.entityId),
  };
  const left: LeftOpen[] = [];
  for (const line of prepared.lines) {
    const reason = await run((tx) => settleLine(tx, line, { ...book, cards: prepared.cards }, context));
    if (reason !== undefined) left.push({ lineId: line.id, reason });
  }
  return left;
}

async function settleLine(
  tx: Transaction,
  line: BankStatementLine,
  book: BankBook & { readonly cards: boolean },
  context: ReconciliationContext,
): Promise<string | undefined> {
  if (line.amountFen === 0n) return undefined;
  if (isReversal(line)) {
    await raiseReversal(tx, line, context);
    return undefined;
  }
  if (line.amountFen < 0n || line.reversal) {
    await raiseOutgoing(tx, line, context);
    return undefined;
  }
  if (isSettlement(line)) {
    await settleFromChannel(tx, line, context);
    return undefined;
  }
  if (book.cards && looksLikeCardSettlement(line)) {
    await settleFromAcquirer(tx, line, context);
    return undefined;
  }
  // A retried transaction must not decide by what the first attempt had read.
  book.claims.forget();
  const outcome = await settleBankLine(tx, line, { ...book, evidence: await evidenceOf(tx, line, book) }, context);
  return outcome.type === "refused" ? outcome.refusal.message.zh : undefined;
}

/** A line of this very run may have confirmed the payer: evidence is read again, line by line, only for money. */
async function evidenceOf(tx: Transaction, line: BankStatementLine, book: BankBook): Promise<BankBook["evidence"]> {
  const before = book.evidence.get(line.id);
  if (!before) return loadEvidence(tx, [line], [...book.tenants.values()]);
  return book.evidence;
}
