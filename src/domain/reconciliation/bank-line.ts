import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** Money that came in on a bank account, as far as matching looks at it. Amount in fen, above zero. */
export interface BankLine {
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly remark: string;
  readonly payerName: string | null;
  /** Equal for equal account numbers. */
  readonly payerAccountId: string | null;
}

export interface KnownTenant {
  readonly tenantId: string;
  readonly code: string;
  readonly name: string;
}

/** A bill that a remark names, of whatever tenant and entity. */
export interface NamedBill extends KnownTenant {
  readonly billNo: string;
  readonly entityId: string;
  readonly entity: string;
}

/** A bill on which something is owed; fees as they stand before the line's value date. */
export interface OpenBill extends KnownTenant {
  readonly billNo: string;
  readonly dueDate: CivilDate;
  readonly owedFen: Fen;
}

/** A virtual number that the line names. */
export interface NamedVirtualAccount extends KnownTenant {
  readonly number: string;
  /** False: the number's validity or the tenant's last lease had ended before the value date. */
  readonly open: boolean;
}

/** Whom this payer has paid for before. */
export interface Fingerprint extends KnownTenant {
  readonly confirmations: number;
}

/** What the books know about one line before anything is locked. */
export interface LineEvidence {
  readonly bills: readonly NamedBill[];
  readonly virtualAccounts: readonly NamedVirtualAccount[];
  readonly fingerprints: readonly Fingerprint[];
  /** Tenants of exactly the payer's name, or whose name the remark holds. */
  readonly byName: readonly KnownTenant[];
}

/** A fingerprint confirmed twice is trusted (money-rules 10). */
export const TRUSTED_CONFIRMATIONS = 2;

export const trustedOf = (evidence: LineEvidence): readonly Fingerprint[] =>
  evidence.fingerprints.filter((one) => one.confirmations >= TRUSTED_CONFIRMATIONS);

export function distinctTenants(tenants: readonly KnownTenant[]): KnownTenant[] {
  return [...new Map(tenants.map((tenant) => [tenant.tenantId, tenant])).values()].map(({ tenantId, code, name }) => ({
    tenantId,
    code,
    name,
  }));
}
