import { postToLedger } from "../../db/ledger/post.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart } from "../../domain/allocation/open-line.ts";
import { planRelease } from "../../domain/allocation/undo.ts";
import { groupBy } from "../../domain/group-by.ts";
import { freedToPrepayment } from "../../domain/ledger/money-events.ts";
import type { Posting } from "../../domain/ledger/posting.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { reportInvoicesWithoutMoney } from "../invoices/invoice-mismatch.ts";
import { loadStandingAllocations, type NewCounterEntry, writeCounterEntries } from "./allocation-rows.ts";
import type { BookingDates } from "./booking-dates.ts";
import { type ClaimIndex, claimIn, contextOf, moneyPartOf } from "./claim-index.ts";
import { moveRemaining, type NewPrepayment, writePrepayments } from "./prepayment-rows.ts";

/** Money that a line does not need any more. */
export interface Release {
  readonly lineId: string;
  readonly part: LinePart;
  readonly amountFen: Fen;
  /** What freed it: the back-dated receipt, the accrual, the negative line. */
  readonly eventId: string;
  readonly reason: "correction" | "late-fee" | "refund";
  /** From this day on the money no longer counts on the line. */
  readonly date: CivilDate;
  /** Only what this receipt's money pays, directly or by way of its prepayment; undefined: whoever paid last. */
  readonly receiptId?: string | undefined;
}

/**
 * Frees money from its allocations, latest first. What came from a receipt becomes prepayment of that receipt; what came
 * from a prepayment goes back into it, with its binding. Set-based. The caller has set what the lines leave open.
 */
export async function releaseAllocations(
  tx: Transaction,
  releases: readonly Release[],
  claims: ClaimIndex,
  bookingDates: BookingDates,
): Promise<void> {
  if (releases.length === 0) return;
  const standing = await loadStandingAllocations(tx, { lineIds: [...new Set(releases.map((one) => one.lineId))] });
  const counterEntries: NewCounterEntry[] = [];
  const returned: { prepaymentId: string; amountFen: Fen }[] = [];
  const freed = new Map<string, NewPrepayment>();
  const postings = new Map<string, Posting[]>();
  for (const release of releases) {
    const claim = claimIn(claims, release.lineId);
    const candidates = standing.filter(
      (one) =>
        one.lineId === release.lineId &&
        one.part === release.part &&
        (release.receiptId === undefined || one.receiptId === release.receiptId),
    );
    for (const counter of planRelease(release.amountFen, candidates, release.date)) {
      const allocation = candidates.find((one) => one.allocationId === counter.allocationId);
      if (!allocation) throw new Error(`released an allocation that was not offered: ${counter.allocationId}`);
      const { allocationId, amountFen } = counter;
      counterEntries.push({
        allocationId,
        eventId: release.eventId,
        amountFen,
        reason: release.reason,
        effectiveDate: counter.restoredFrom,
      });
      if (allocation.source === "prepayment") {
        returned.push({ prepaymentId: allocation.sourceId, amountFen });
        continue;
      }
      const key = `${release.eventId}|${allocation.sourceId}`;
      freed.set(key, {
        entityId: claim.entityId,
        tenantId: claim.tenantId,
        origin: release.reason,
        originId: release.eventId,
        receiptId: allocation.sourceId,
        amountFen: amountFen + (freed.get(key)?.amountFen ?? 0n),
        valueDate: allocation.valueDate,
      });
    }
    const bookingDate = await bookingDates(claim.entityId, release.date);
    const posted = freedToPrepayment(contextOf(claim, { bookingDate, valueDate: release.date }), [
      moneyPartOf(claim, release.amountFen),
    ]);
    postings.set(release.eventId, [...(postings.get(release.eventId) ?? []), ...posted]);
  }
  await writeCounterEntries(tx, counterEntries);
  await moveRemaining(tx, returned);
  await writePrepayments(tx, [...freed.values()]);
  await postToLedger(
    tx,
    [...postings].map(([eventId, list]) => ({ eventType: "allocation.released", eventId, postings: list })),
  );
  await reportInvoices(tx, releases, claims);
}

/** A refund by line begins red letters of its own; whatever else frees money of an invoiced line is put before finance. */
async function reportInvoices(tx: Transaction, releases: readonly Release[], claims: ClaimIndex): Promise<void> {
  const byCause = groupBy(
    releases.filter((release) => release.receiptId === undefined),
    (release) => `${release.eventId}|${claimIn(claims, release.lineId).entityId}`,
  );
  const losses = [...byCause].map(([key, group]) => {
    const [causeKey = "", entityId = ""] = key.split("|");
    const lineIds = [...new Set(group.map((release) => release.lineId))];
    return { causeKey, cause: "账单更正后已收款转为预收", entityId, lineIds };
  });
  const [first] = releases;
  if (first) await reportInvoicesWithoutMoney(tx, losses, first.date);
}
