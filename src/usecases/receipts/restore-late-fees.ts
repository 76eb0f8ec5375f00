import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { claimWaived } from "../../domain/ledger/line-events.ts";
import { prepaymentApplied } from "../../domain/ledger/money-events.ts";
import { type Fen, smallerFen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type NewAllocation, writeAllocations } from "./allocation-rows.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { claimIn, contextOf, indexClaims, loadClaimsOf, moneyPartOf } from "./claim-index.ts";
import { moveRemaining } from "./prepayment-rows.ts";

/** What the undo of a back-dated receipt gives back to the lines whose fee it had made smaller. */
export interface RestoredLateFees {
  readonly lineIds: readonly string[];
  /** Waivers given again, by line: written, but not yet in the receivable, which is restated with the accrual. */
  readonly waivedAgainFen: ReadonlyMap<string, Fen>;
}

/**
 * A back-dated receipt makes fees smaller that others had paid or that were waived. When it is undone, those fees are owed
 * again; the money that had paid them pays them again as far as it is still there, and waivers count again (I17). The
 * caller restates the fees of the lines named, right after.
 */
export async function restoreLateFees(tx: Transaction, receiptId: string, today: CivilDate): Promise<RestoredLateFees> {
  const freed = await loadFreed(tx, receiptId);
  const waivers = await loadWaiversTakenBack(tx, receiptId);
  const lineIds = [...freed.map((one) => one.lineId), ...waivers.map((one) => one.lineId)];
  if (lineIds.length === 0) return { lineIds, waivedAgainFen: new Map() };
  const claims = indexClaims(await loadClaimsOf(tx, lineIds));
  const bookingDates = bookingDatesOf(tx);

  const left = new Map(freed.map((one) => [one.prepaymentId, one.remainingFen]));
  const allocations: NewAllocation[] = [];
  for (const { lineId, prepaymentId, amountFen, valueDate } of freed) {
    const claim = claimIn(claims, lineId);
    const remainingFen = left.get(prepaymentId) ?? 0n;
    const againFen = smallerFen(amountFen, remainingFen);
    if (againFen === 0n) continue;
    left.set(prepaymentId, remainingFen - againFen);
    allocations.push({
      entityId: claim.entityId,
      tenantId: claim.tenantId,
      source: "prepayment",
      sourceId: prepaymentId,
      lineId,
      part: "late-fee",
      amountFen: againFen,
      valueDate,
      rule: "restored",
    });
  }
  await writeAllocations(tx, allocations);
  await moveRemaining(
    tx,
    allocations.map(({ sourceId, amountFen }) => ({ prepaymentId: sourceId, amountFen: -amountFen })),
  );
  const paid = [];
  for (const { lineId, amountFen } of allocations) {
    const claim = claimIn(claims, lineId);
    const dates = { bookingDate: await bookingDates(claim.entityId, today), valueDate: today };
    paid.push(...prepaymentApplied(contextOf(claim, dates), [moneyPartOf(claim, amountFen)]));
  }
  const ledger = [{ eventType: "late-fee.restored", eventId: receiptId, postings: paid }];

  const waiverRows = waivers.map((waiver) => ({ id: newId(), ...waiver }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO late_fee_waiver (id, entity_id, line_id, amount_fen, reason, requested_by, approved_by, waived_on,
        cause_id)
      SELECT id, "entityId", "lineId", "amountFen", reason, "requestedBy", "approvedBy", "waivedOn", ${receiptId}::uuid
      FROM jsonb_to_recordset(${toRecordset(waiverRows)}::jsonb) AS t(id uuid, "entityId" uuid, "lineId" uuid,
        "amountFen" bigint, reason text, "requestedBy" text, "approvedBy" text, "waivedOn" date)`,
  );
  for (const { id, lineId, amountFen } of waiverRows) {
    const claim = claimIn(claims, lineId);
    const dates = { bookingDate: await bookingDates(claim.entityId, today), valueDate: today };
    const postings = claimWaived(contextOf(claim, dates), {
      of: { type: "late-fee" },
      amountFen,
      taxRate: claim.taxRate,
    });
    ledger.push({ eventType: "late-fee.waived", eventId: id, postings });
  }
  await postToLedger(tx, ledger);
  return { lineIds, waivedAgainFen: new Map(waivers.map(({ lineId, amountFen }) => [lineId, amountFen])) };
}

/** Fee allocations that the receipt had freed, and the prepayment that holds their money. */
const loadFreed = (
  tx: Transaction,
  receiptId: string,
): Promise<{ lineId: string; prepaymentId: string; amountFen: Fen; remainingFen: Fen; valueDate: CivilDate }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT a.line_id AS "lineId", p.id AS "prepaymentId", v.amount_fen AS "amountFen",
        p.remaining_fen AS "remainingFen", a.value_date::text AS "valueDate"
      FROM allocation_reversal v JOIN allocation a ON a.id = v.allocation_id
      JOIN prepayment p ON CASE a.source WHEN 'prepayment' THEN p.id = a.source_id
        ELSE p.origin = 'late-fee' AND p.origin_id = v.event_id AND p.receipt_id = a.source_id END
      WHERE v.event_id = ${receiptId}::uuid AND v.reason = 'late-fee' ORDER BY a.id`,
  );

/** What the receipt had taken back of waivers, by line, in the words of the waiver it was taken from. */
const loadWaiversTakenBack = (
  tx: Transaction,
  receiptId: string,
): Promise<
  {
    entityId: string;
    lineId: string;
    amountFen: Fen;
    reason: string;
    requestedBy: string;
    approvedBy: string;
    waivedOn: CivilDate;
  }[]
> =>
  rows(
    tx,
    Prisma.sql`SELECT back.entity_id AS "entityId", back.line_id AS "lineId", back.amount_fen AS "amountFen", given.reason,
        given.requested_by AS "requestedBy", given.approved_by AS "approvedBy", given.waived_on::text AS "waivedOn"
      FROM (SELECT entity_id, line_id, (-sum(amount_fen))::bigint AS amount_fen FROM late_fee_waiver
        WHERE cause_id = ${receiptId}::uuid AND amount_fen < 0 GROUP BY entity_id, line_id) back
      JOIN LATERAL (SELECT reason, requested_by, approved_by, waived_on FROM late_fee_waiver w
        WHERE w.line_id = back.line_id AND w.amount_fen > 0 ORDER BY w.id DESC LIMIT 1) given ON true
      ORDER BY back.line_id`,
  );
