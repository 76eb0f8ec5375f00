import type { Database } from "../../db/client.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CheckContext, LedgerCheck, LedgerProblem } from "./check.ts";
import { checkBillTotals } from "./checks/bill-totals.ts";
import { checkBookBalances, checkSubledgers } from "./checks/book-balances.ts";
import { checkInvoicesReceived, checkRedLetters } from "./checks/invoices.ts";
import { checkAccrualSteps, checkAccruedFees } from "./checks/late-fees.ts";
import { checkCorrectionChains, checkLineIdentities } from "./checks/line-identities.ts";
import { checkNetAndTax } from "./checks/net-and-tax.ts";
import { checkPoolCosts, checkPoolShares } from "./checks/pool-shares.ts";
import {
  checkDeferredIncome,
  checkEventsPosted,
  checkPostedEvents,
  checkPrepaymentPostings,
} from "./checks/postings.ts";
import { checkAllocationOwners, checkPrepayments, checkReceipts } from "./checks/receipts.ts";
import { checkClaimedLines, checkReceivables, checkSetOffs } from "./checks/receivables.ts";
import { checkRefundApprovals, checkRefundBounds, checkRefundParts } from "./checks/refunds.ts";
import { checkClosedDays, checkDayBalances, checkMatches, checkResolutions } from "./checks/statements.ts";

/** The invariants of money-rules 13 that tables can show, in their order. */
const CHECKS: readonly LedgerCheck[] = [
  checkBillTotals,
  checkNetAndTax,
  checkPoolCosts,
  checkPoolShares,
  checkReceivables,
  checkClaimedLines,
  checkSetOffs,
  checkReceipts,
  checkPrepayments,
  checkAllocationOwners,
  checkBookBalances,
  checkSubledgers,
  checkLineIdentities,
  checkCorrectionChains,
  checkMatches,
  checkClosedDays,
  checkResolutions,
  checkDayBalances,
  checkEventsPosted,
  checkPostedEvents,
  checkPrepaymentPostings,
  checkDeferredIncome,
  checkAccrualSteps,
  checkAccruedFees,
  checkRefundBounds,
  checkRefundParts,
  checkRefundApprovals,
  checkInvoicesReceived,
  checkRedLetters,
];

export interface LedgerCheckResult {
  readonly ok: boolean;
  /** How many of each were looked at. */
  readonly checked: Readonly<Record<string, number>>;
  readonly problems: readonly LedgerProblem[];
}

const CHECK_LIMIT_MS = 1_800_000;

/** Computes the books again from what happened (I1–I7, I10–I13). Reads one snapshot; changes nothing. */
export const checkLedger = (db: Database, context: CheckContext): Promise<LedgerCheckResult> =>
  inTransaction(db, (tx) => checkLedgerIn(tx, context), { timeoutMs: CHECK_LIMIT_MS, isolation: "RepeatableRead" });

/** The same inside the caller's transaction, as it sees the tables. */
export async function checkLedgerIn(tx: Transaction, context: CheckContext): Promise<LedgerCheckResult> {
  const checked: Record<string, number> = {};
  const problems: LedgerProblem[] = [];
  for (const check of CHECKS) {
    const result = await check(tx, context);
    Object.assign(checked, result.checked);
    problems.push(...result.problems);
  }
  return { ok: problems.length === 0, checked, problems };
}
