import { canonicalJson } from "../domain/canonical-json.ts";
import type { Amendment, LeaseTerms } from "../domain/world/lease.ts";

/** LeaseTerms of version 1, as stored: everything but the amendments, which are versions of their own. */
export const baseTermsJson = (terms: LeaseTerms): string => canonicalJson({ ...terms, amendments: undefined });
export const amendmentJson = (amendment: Amendment): string => canonicalJson(amendment);

/** What lease_version.terms of version 1 holds: the fen as text, as canonicalJson writes bigint. */
export type StoredBaseTerms = Omit<LeaseTerms, "amendments" | "depositFen"> & { readonly depositFen: string };

/** Puts the stored versions of a lease together again; amendments in order of effective date, then of version. */
export function leaseTermsFrom(base: StoredBaseTerms, amendments: readonly Amendment[]): LeaseTerms {
  const inOrder = [...amendments].sort((a, b) => (a.effective < b.effective ? -1 : a.effective > b.effective ? 1 : 0));
  return { ...base, depositFen: BigInt(base.depositFen), amendments: inOrder };
}
