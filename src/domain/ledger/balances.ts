import type { Fen } from "../money/fen.ts";
import { isByTenant } from "./accounts.ts";
import type { Posting } from "./posting.ts";

/** The balance of one account, debits less credits, in fen. */
export interface Balance {
  readonly entity: string;
  readonly account: string;
  /** Absent on accounts that are kept per entity. */
  readonly tenant?: string;
  readonly balanceFen: Fen;
}

/** Adds up amounts per entity, account and, where the account is kept so, tenant. State of one computation. */
export class BalanceSheet {
  private readonly balances = new Map<string, Balance>();

  /** Above zero is a debit. */
  add(entity: string, account: string, tenant: string | undefined, amountFen: Fen): void {
    const owner = isByTenant(account) ? tenant : undefined;
    const key = JSON.stringify([entity, account, owner ?? null]);
    const balanceFen = (this.balances.get(key)?.balanceFen ?? 0n) + amountFen;
    this.balances.set(key, { entity, account, ...(owner === undefined ? {} : { tenant: owner }), balanceFen });
  }

  /** Every balance that is not zero, by entity, account, tenant. */
  list(): Balance[] {
    return [...this.balances.entries()]
      .filter(([, balance]) => balance.balanceFen !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, balance]) => balance);
  }
}

/** The balances that a set of postings makes. Σ of all is zero for each entity, by construction of the pairs. */
export function balancesOf(postings: Iterable<Posting>): Balance[] {
  const sheet = new BalanceSheet();
  for (const { entity, tenant, debit, credit, amountFen } of postings) {
    sheet.add(entity, debit, tenant, amountFen);
    sheet.add(entity, credit, tenant, -amountFen);
  }
  return sheet.list();
}
