import type { Fen } from "../money/fen.ts";

/** Why a refund is held until a person lifts it (money-rules 11). */
export type RiskKind =
  | "MANY_SMALL_REFUNDS"
  | "PAYOUT_ACCOUNT_CHANGED"
  | "ASKED_RIGHT_AFTER_PAYMENT"
  | "SHARED_PAYER_ACCOUNT";

export interface RiskFacts {
  /** When it was asked for; all times milliseconds since 1970 of the business clock. */
  readonly askedAtMs: number;
  readonly amountFen: Fen;
  /** When its payment was made; undefined: there is none, or only its day is known. */
  readonly paidAtMs: number | undefined;
  /** The other live refunds of the tenant, of whatever payment, asked for before or at the same time. */
  readonly earlierRefunds: readonly { readonly askedAtMs: number; readonly amountFen: Fen }[];
  /** Upper end of the first tier of the approval policy. */
  readonly firstTierFen: Fen;
  /** When the account that the money goes to took the place of another one; undefined: never, or it goes back as it came. */
  readonly payoutAccountChangedAtMs: number | undefined;
  /** Other tenants that paid from, or are paid to, the same account. */
  readonly otherTenantsOnAccount: readonly string[];
}

export interface Risk {
  readonly kind: RiskKind;
  /** For the alert card; codes and numbers, no account numbers. */
  readonly facts: Readonly<Record<string, string | number | readonly string[]>>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SMALL_REFUNDS = 3;
const WEEK_MS = 7 * DAY_MS;
const RIGHT_AFTER_MS = 10 * MINUTE_MS;

/**
 * The holds of money-rules 11, in its order: 3 refunds of one tenant in 7 days each under the first tier; payout account
 * changed within 7 days; asked within 10 minutes of the payment; the same payer account on two tenants. The ends of the
 * spans count as inside.
 */
export function risksOf(facts: RiskFacts): Risk[] {
  const { askedAtMs, amountFen, firstTierFen, paidAtMs, payoutAccountChangedAtMs, otherTenantsOnAccount } = facts;
  const risks: Risk[] = [];
  const small = facts.earlierRefunds.filter(
    (earlier) => earlier.amountFen <= firstTierFen && askedAtMs - earlier.askedAtMs <= WEEK_MS,
  );
  if (amountFen <= firstTierFen && small.length + 1 >= SMALL_REFUNDS) {
    risks.push({ kind: "MANY_SMALL_REFUNDS", facts: { refunds: small.length + 1, days: 7 } });
  }
  if (payoutAccountChangedAtMs !== undefined && askedAtMs - payoutAccountChangedAtMs <= WEEK_MS) {
    const days = Math.max(0, Math.floor((askedAtMs - payoutAccountChangedAtMs) / DAY_MS));
    risks.push({ kind: "PAYOUT_ACCOUNT_CHANGED", facts: { days } });
  }
  // Money cannot be asked back before it was paid; a clock that says so says nothing.
  if (paidAtMs !== undefined && askedAtMs >= paidAtMs && askedAtMs - paidAtMs <= RIGHT_AFTER_MS) {
    risks.push({
      kind: "ASKED_RIGHT_AFTER_PAYMENT",
      facts: { minutes: Math.floor((askedAtMs - paidAtMs) / MINUTE_MS) },
    });
  }
  if (otherTenantsOnAccount.length > 0) {
    risks.push({ kind: "SHARED_PAYER_ACCOUNT", facts: { tenants: [...otherTenantsOnAccount].sort() } });
  }
  return risks;
}
