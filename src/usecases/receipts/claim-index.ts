import { type LineClaim, loadClaims } from "../../db/line-claims.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LineMoneyPart } from "../../domain/ledger/money-events.ts";
import type { PostingContext } from "../../domain/ledger/posting.ts";
import type { Fen } from "../../domain/money/fen.ts";

/** Claims by line id. */
export type ClaimIndex = ReadonlyMap<string, LineClaim>;

export const indexClaims = (claims: readonly LineClaim[]): ClaimIndex =>
  new Map(claims.map((claim) => [claim.lineId, claim]));

/** The claims of these lines as they stand now, settled ones included. */
export const loadClaimsOf = async (tx: Transaction, lineIds: Iterable<string>): Promise<LineClaim[]> => {
  const distinct = [...new Set(lineIds)];
  return distinct.length === 0 ? [] : loadClaims(tx, { lineIds: distinct, settled: true });
};

/** Throws when the line is not there: whoever names a line has loaded it. */
export function claimIn(index: ClaimIndex, lineId: string): LineClaim {
  const claim = index.get(lineId);
  if (!claim) throw new Error(`no claim on line ${lineId}: not issued, or its receivable is missing`);
  return claim;
}

/** What money that pays a line, principal or fee, is in the books, with the line's dimensions as row ids. */
export const moneyPartOf = (claim: LineClaim, amountFen: Fen): LineMoneyPart => ({
  purpose: claim.kind === "deposit" ? "deposit" : "receivable",
  amountFen,
  project: claim.projectId,
  lease: claim.leaseId,
  lineId: claim.lineId,
  servicePeriod: claim.period,
});

/** Posting context of an event on one line; the dates are the event's. */
export const contextOf = (
  claim: LineClaim,
  dates: Pick<PostingContext, "bookingDate" | "valueDate">,
): PostingContext => ({
  entity: claim.entityId,
  project: claim.projectId,
  tenant: claim.tenantId,
  lease: claim.leaseId,
  lineId: claim.lineId,
  servicePeriod: claim.period,
  ...dates,
});
