import type { Fen } from "../money/fen.ts";
import type { LineKind } from "../world/lease.ts";
import {
  BANK,
  CASH,
  DEPOSITS,
  type MoneyAccount,
  PREPAYMENTS,
  RECEIVABLES,
  REFUNDS_PAYABLE,
  UNCLAIMED_MONEY,
} from "./accounts.ts";
import { type Balance, BalanceSheet } from "./balances.ts";

interface OfTenant {
  readonly entity: string;
  readonly tenant: string;
  /** In fen. Below zero takes back an earlier fact of the same type. */
  readonly amountFen: Fen;
}
interface OfEntity {
  readonly entity: string;
  readonly amountFen: Fen;
}

/**
 * What happened, read from the business tables (lines, receipts, allocations, accruals …), not from the ledger: the
 * second witness of I6. Allocations carry no source: whatever a tenant's money pays, directly or by way of prepayment,
 * leaves 2203 by the same amount that it came in.
 */
export type BookFact =
  | (OfTenant & { readonly type: "line-issued"; readonly kind: LineKind })
  /** The difference posted by one accrual. */
  | (OfTenant & { readonly type: "late-fee-accrued" })
  /** Money of a known tenant; taken back (undo) below zero. */
  | (OfTenant & { readonly type: "receipt"; readonly account: MoneyAccount })
  | (OfEntity & { readonly type: "unclaimed-receipt"; readonly account: MoneyAccount })
  | (OfTenant & { readonly type: "receipt-claimed" })
  /** An allocation or, below zero, its counter-entry, of a receipt or a prepayment. `kind` of the line. */
  | (OfTenant & { readonly type: "allocation"; readonly kind: LineKind })
  /** A negative line that no line could take became prepayment. */
  | (OfTenant & { readonly type: "credit-to-prepayment" })
  | (OfTenant & { readonly type: "waiver" | "write-off" })
  | (OfTenant & { readonly type: "deposit-offset" | "deposit-forfeited" })
  | (OfTenant & { readonly type: "deposit-paid-back"; readonly account: MoneyAccount })
  | (OfTenant & { readonly type: "refund-approved"; readonly from: "prepayment" | "deposit" })
  | (OfEntity & { readonly type: "unclaimed-refund-approved" })
  | (OfEntity & { readonly type: "refund-paid"; readonly account: MoneyAccount })
  | (OfEntity & { readonly type: "channel-fee" | "channel-settled"; readonly account: MoneyAccount })
  /** A difference of the drawer that was approved. */
  | (OfEntity & { readonly type: "cash-difference" })
  | (OfTenant & { readonly type: "opening"; readonly position: "receivable" | "prepayment" | "deposit" });

/**
 * The balances of 1122, 2203, 2241.01 per tenant and of 1001, 1002, 1012.x, 2241.02, 2241.03 per entity that the facts
 * call for (I6). The other accounts (income, tax, provisions, openings) follow from pairs and are not recomputed.
 */
export function recomputeBalances(facts: Iterable<BookFact>): Balance[] {
  const sheet = new BalanceSheet();
  for (const fact of facts) {
    const tenant = "tenant" in fact ? fact.tenant : undefined;
    const { debit, credit } = legsOf(fact);
    if (debit !== undefined) sheet.add(fact.entity, debit, tenant, fact.amountFen);
    if (credit !== undefined) sheet.add(fact.entity, credit, tenant, -fact.amountFen);
  }
  return sheet.list();
}

/** True for the accounts that recomputeBalances knows. */
export function isRecomputed(account: string): boolean {
  const fixed = [CASH, BANK, RECEIVABLES, PREPAYMENTS, DEPOSITS, UNCLAIMED_MONEY, REFUNDS_PAYABLE];
  return fixed.includes(account) || account.startsWith("1012.");
}

export interface BalanceProblem {
  readonly entity: string;
  readonly account: string;
  readonly tenant?: string;
  readonly ledgerFen: Fen;
  readonly expectedFen: Fen;
}

/** Where ledger and facts disagree on an account that can be recomputed; empty when all is well. */
export function compareBalances(ledger: readonly Balance[], expected: readonly Balance[]): BalanceProblem[] {
  const problems = new Map<string, BalanceProblem>();
  const note = (balance: Balance, ledgerFen: Fen, expectedFen: Fen): void => {
    const { entity, account, tenant } = balance;
    const key = JSON.stringify([entity, account, tenant ?? null]);
    const before = problems.get(key);
    problems.set(key, {
      entity,
      account,
      ...(tenant === undefined ? {} : { tenant }),
      ledgerFen: (before?.ledgerFen ?? 0n) + ledgerFen,
      expectedFen: (before?.expectedFen ?? 0n) + expectedFen,
    });
  };
  for (const balance of ledger) if (isRecomputed(balance.account)) note(balance, balance.balanceFen, 0n);
  for (const balance of expected) note(balance, 0n, balance.balanceFen);
  return [...problems.values()].filter((problem) => problem.ledgerFen !== problem.expectedFen);
}

/** The sides that a fact moves. Income, tax and the like are the other side of a fact with only one. */
interface Legs {
  readonly debit?: string;
  readonly credit?: string;
}

function legsOf(fact: BookFact): Legs {
  switch (fact.type) {
    case "line-issued":
      // A deposit line claims nothing in the books until it is paid.
      return fact.kind === "deposit" ? {} : { debit: RECEIVABLES };
    case "late-fee-accrued":
      return { debit: RECEIVABLES };
    case "receipt":
      return { debit: fact.account, credit: PREPAYMENTS };
    case "unclaimed-receipt":
      return { debit: fact.account, credit: UNCLAIMED_MONEY };
    case "receipt-claimed":
      return { debit: UNCLAIMED_MONEY, credit: PREPAYMENTS };
    case "allocation":
      return { debit: PREPAYMENTS, credit: fact.kind === "deposit" ? DEPOSITS : RECEIVABLES };
    case "credit-to-prepayment":
      return { debit: RECEIVABLES, credit: PREPAYMENTS };
    case "waiver":
    case "write-off":
      return { credit: RECEIVABLES };
    case "deposit-offset":
      return { debit: DEPOSITS, credit: RECEIVABLES };
    case "deposit-forfeited":
      return { debit: DEPOSITS };
    case "deposit-paid-back":
      return { debit: DEPOSITS, credit: fact.account };
    case "refund-approved":
      return { debit: fact.from === "deposit" ? DEPOSITS : PREPAYMENTS, credit: REFUNDS_PAYABLE };
    case "unclaimed-refund-approved":
      return { debit: UNCLAIMED_MONEY, credit: REFUNDS_PAYABLE };
    case "refund-paid":
      return { debit: REFUNDS_PAYABLE, credit: fact.account };
    case "channel-fee":
      return { credit: fact.account };
    case "channel-settled":
      return { debit: BANK, credit: fact.account };
    case "cash-difference":
      return { debit: CASH };
    case "opening":
      return legsOfOpening(fact.position);
    default:
      return unknownFact(fact);
  }
}

function legsOfOpening(position: "receivable" | "prepayment" | "deposit"): Legs {
  if (position === "receivable") return { debit: RECEIVABLES };
  return { credit: position === "deposit" ? DEPOSITS : PREPAYMENTS };
}

function unknownFact(fact: never): never {
  throw new RangeError(`unknown fact: ${JSON.stringify(fact)}`);
}
