import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import { claimFeeThrough, type LineClaim } from "../../db/line-claims.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type AccrualPlan, planAccrual } from "../../domain/late-fee/accrual.ts";
import { claimWaived, lateFeeAccrued } from "../../domain/ledger/line-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, later } from "../../domain/time/civil-date.ts";
import { type BookingDates, bookingDatesOf } from "../receipts/booking-dates.ts";
import { contextOf, indexClaims } from "../receipts/claim-index.ts";
import { releaseAllocations } from "../receipts/release-allocations.ts";

/** What one evaluation did to a line; lines whose fee stayed as it was are left out. Amounts in fen. */
export interface LateFeeAccrual {
  readonly lineId: string;
  readonly throughDate: CivilDate;
  readonly cumulativeFen: Fen;
  /** Posted now; below zero where a back-dated fact made the fee smaller. */
  readonly differenceFen: Fen;
  readonly waiverReversedFen: Fen;
  /** Paid fee that became prepayment. */
  readonly freedFen: Fen;
  readonly openFen: Fen;
}

interface Evaluation {
  readonly claim: LineClaim;
  readonly throughDate: CivilDate;
  readonly cumulativeFen: Fen;
  readonly days: number;
  readonly plan: AccrualPlan;
  readonly accrualId: string;
}

/**
 * Brings the late fees of lines up to the end of `throughDate`, and posts the difference to what was posted before
 * (money-rules 7). A line that was evaluated further already is restated as of that later day, so that a back-dated
 * payment gives back what it made too much: waivers shrink first, paid fee becomes prepayment. `undefined` restates every
 * line as of the day it was evaluated through and posts no new day.
 *
 * Set-based: the same few statements whatever the number of claims. The claims are freshly loaded (loadClaims) under the
 * lock of their accounts. `causeId` is the event that made the fee smaller, so that its undo can find what it took.
 */
export async function accrueLateFees(
  tx: Transaction,
  claims: readonly LineClaim[],
  throughDate: CivilDate | undefined,
  causeId?: string,
): Promise<LateFeeAccrual[]> {
  const evaluations = claims.flatMap((claim) => evaluate(claim, throughDate));
  if (evaluations.length === 0) return [];
  const bookingDates = bookingDatesOf(tx);
  await writeAccruals(tx, evaluations);
  const ledger = await accrualPostings(evaluations, bookingDates);
  ledger.push(...(await takeWaiversBack(tx, evaluations, bookingDates, causeId)));
  await postToLedger(tx, ledger);
  await updateReceivables(tx, evaluations);
  await releaseAllocations(
    tx,
    evaluations
      .filter(({ plan }) => plan.prepaymentFen > 0n)
      .map(({ claim, plan, accrualId, throughDate: date }) => ({
        lineId: claim.lineId,
        part: "late-fee" as const,
        amountFen: plan.prepaymentFen,
        eventId: causeId ?? accrualId,
        reason: "late-fee" as const,
        date,
      })),
    indexClaims(claims),
    bookingDates,
  );
  return evaluations.map(({ claim, cumulativeFen, plan, throughDate: date }) => ({
    lineId: claim.lineId,
    throughDate: date,
    cumulativeFen,
    differenceFen: plan.differenceFen,
    waiverReversedFen: plan.waiverReversedFen,
    freedFen: plan.prepaymentFen,
    openFen: plan.openFen,
  }));
}

function evaluate(claim: LineClaim, wanted: CivilDate | undefined): Evaluation[] {
  const throughDate =
    wanted !== undefined && claim.lateFeeThrough !== null
      ? later(wanted, claim.lateFeeThrough)
      : (wanted ?? claim.lateFeeThrough);
  if (throughDate === null) return [];
  const fee = claimFeeThrough(claim, throughDate);
  const facts = {
    postedFen: claim.lateFeePostedFen,
    cumulativeFen: fee.totalFen,
    paidFen: claim.lateFeePaidFen,
    waivedFen: claim.lateFeeWaivedFen,
  };
  // Most lines of a night are not due yet: nothing is posted and nothing to remember.
  if (Object.values(facts).every((amountFen) => amountFen === 0n)) return [];
  const plan = planAccrual(facts);
  return [{ claim, throughDate, cumulativeFen: fee.totalFen, days: fee.days, plan, accrualId: newId() }];
}

const posted = (evaluations: readonly Evaluation[]): Evaluation[] =>
  evaluations.filter(({ plan }) => plan.differenceFen !== 0n);

async function writeAccruals(tx: Transaction, evaluations: readonly Evaluation[]): Promise<void> {
  const values = posted(evaluations).map(({ claim, throughDate, cumulativeFen, days, plan, accrualId }) => ({
    id: accrualId,
    entity_id: claim.entityId,
    line_id: claim.lineId,
    through_date: throughDate,
    cumulative_fen: cumulativeFen,
    posted_fen: plan.differenceFen,
    days,
  }));
  if (values.length === 0) return;
  await execute(
    tx,
    Prisma.sql`INSERT INTO late_fee_accrual (id, entity_id, line_id, through_date, revision, cumulative_fen, posted_fen, days)
      SELECT t.id, t.entity_id, t.line_id, t.through_date, (SELECT count(*) FROM late_fee_accrual a
          WHERE a.line_id = t.line_id AND a.through_date = t.through_date), t.cumulative_fen, t.posted_fen, t.days
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, entity_id uuid, line_id uuid,
        through_date date, cumulative_fen bigint, posted_fen bigint, days integer)`,
  );
}

async function accrualPostings(
  evaluations: readonly Evaluation[],
  bookingDates: BookingDates,
): Promise<LedgerTransactionRecord[]> {
  const records: LedgerTransactionRecord[] = [];
  for (const { claim, throughDate, cumulativeFen, accrualId } of posted(evaluations)) {
    const bookingDate = await bookingDates(claim.entityId, throughDate);
    records.push({
      eventType: "late-fee.accrued",
      eventId: accrualId,
      postings: lateFeeAccrued(contextOf(claim, { bookingDate, valueDate: throughDate }), {
        previousFen: claim.lateFeePostedFen,
        cumulativeFen,
        taxRate: claim.taxRate,
      }),
    });
  }
  return records;
}

/** A waiver forgives a debt; where the debt is gone, so is the waiver. */
async function takeWaiversBack(
  tx: Transaction,
  evaluations: readonly Evaluation[],
  bookingDates: BookingDates,
  causeId: string | undefined,
): Promise<LedgerTransactionRecord[]> {
  const records: LedgerTransactionRecord[] = [];
  const values: object[] = [];
  for (const { claim, throughDate, plan, accrualId } of evaluations) {
    if (plan.waiverReversedFen === 0n) continue;
    const id = newId();
    values.push({
      id,
      entity_id: claim.entityId,
      line_id: claim.lineId,
      amount_fen: -plan.waiverReversedFen,
      waived_on: throughDate,
      cause_id: causeId ?? accrualId,
    });
    const bookingDate = await bookingDates(claim.entityId, throughDate);
    records.push({
      eventType: "late-fee.waived",
      eventId: id,
      postings: claimWaived(contextOf(claim, { bookingDate, valueDate: throughDate }), {
        of: { type: "late-fee" },
        amountFen: -plan.waiverReversedFen,
        taxRate: claim.taxRate,
      }),
    });
  }
  if (values.length === 0) return records;
  await execute(
    tx,
    Prisma.sql`INSERT INTO late_fee_waiver (id, entity_id, line_id, amount_fen, reason, requested_by, approved_by, waived_on,
        cause_id)
      SELECT id, entity_id, line_id, amount_fen, 'nothing-left', 'system', 'system', waived_on, cause_id
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, entity_id uuid, line_id uuid,
        amount_fen bigint, waived_on date, cause_id uuid)`,
  );
  return records;
}

async function updateReceivables(tx: Transaction, evaluations: readonly Evaluation[]): Promise<void> {
  const values = evaluations.map(({ claim, throughDate, cumulativeFen, plan }) => ({
    line_id: claim.lineId,
    accrued_fen: cumulativeFen,
    waived_fen: claim.lateFeeWaivedFen - plan.waiverReversedFen,
    open_fen: plan.openFen,
    through_date: throughDate,
  }));
  await execute(
    tx,
    Prisma.sql`UPDATE receivable r SET late_fee_accrued_fen = t.accrued_fen, late_fee_waived_fen = t.waived_fen,
        late_fee_open_fen = t.open_fen, late_fee_through = t.through_date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(line_id uuid, accrued_fen bigint, waived_fen bigint,
        open_fen bigint, through_date date)
      WHERE r.line_id = t.line_id`,
  );
}

/** The lines of some accounts on which principal or fee is open. */
export const findOpenLines = async (
  tx: Transaction,
  accounts: readonly { readonly tenantId: string; readonly entityId: string }[],
): Promise<string[]> =>
  (
    await rows<{ line_id: string }>(
      tx,
      Prisma.sql`SELECT r.line_id FROM receivable r
        JOIN jsonb_to_recordset(${toRecordset(accounts)}::jsonb) AS t("tenantId" uuid, "entityId" uuid)
          ON r.tenant_id = t."tenantId" AND r.entity_id = t."entityId"
        WHERE r.open_fen > 0 OR r.late_fee_open_fen > 0`,
    )
  ).map((row) => row.line_id);
