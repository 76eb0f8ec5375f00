import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import type { LineClaim } from "../../db/line-claims.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { claimWaived, claimWrittenOff } from "../../domain/ledger/line-events.ts";
import type { PostingContext } from "../../domain/ledger/posting.ts";
import { type Fen, smallerFen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { claimIn, contextOf, indexClaims } from "../receipts/claim-index.ts";
import type { ReliefKind } from "./ask-relief.ts";

/** Principal of a line that is given up. */
export interface NewRelief {
  readonly kind: ReliefKind;
  readonly lineId: string;
  /** Above zero, at most what is open; below zero takes earlier relief back. */
  readonly amountFen: Fen;
  readonly reason: string;
  /** "S01" or "person:<id>", as late_fee_waiver says it. */
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly approvalId?: string | undefined;
  /** Of what took it back. */
  readonly causeId?: string | undefined;
}

/**
 * Gives up principal with its postings: a waiver gives up income and tax, a write-off uses the provision (money-rules 9).
 * Lowers what is open; the late fee stops with it, since what is given up is not outstanding any more. Set-based. The caller
 * holds the accounts and hands over their claims as loaded after that.
 */
export async function writeReliefs(
  tx: Transaction,
  claims: readonly LineClaim[],
  reliefs: readonly NewRelief[],
  date: CivilDate,
  openAmounts: "lower" | "are-set" = "lower",
): Promise<{ readonly reliefId: string; readonly lineId: string }[]> {
  const index = indexClaims(claims);
  const values = reliefs.map((relief) => ({
    id: newId(),
    ...relief,
    approvalId: relief.approvalId ?? null,
    causeId: relief.causeId ?? null,
    entityId: claimIn(index, relief.lineId).entityId,
  }));
  if (values.length === 0) return [];
  await execute(
    tx,
    Prisma.sql`INSERT INTO claim_relief (id, entity_id, line_id, kind, amount_fen, reason, requested_by, approved_by,
        approval_id, cause_id, relieved_on)
      SELECT id, "entityId", "lineId", kind, "amountFen", reason, "requestedBy", "approvedBy", "approvalId", "causeId",
        ${date}::date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, "entityId" uuid, "lineId" uuid, kind text,
        "amountFen" bigint, reason text, "requestedBy" text, "approvedBy" text, "approvalId" uuid, "causeId" uuid)`,
  );
  if (openAmounts === "lower") await lowerOpen(tx, values);
  const bookingDates = bookingDatesOf(tx);
  const ledger: LedgerTransactionRecord[] = [];
  for (const { id, lineId, kind, amountFen } of values) {
    const claim = claimIn(index, lineId);
    const context = contextOf(claim, { bookingDate: await bookingDates(claim.entityId, date), valueDate: date });
    ledger.push({
      eventType: kind === "waiver" ? "claim.waived" : "claim.written-off",
      eventId: id,
      postings: postingsOf(context, claim, kind, amountFen),
    });
  }
  await postToLedger(tx, ledger);
  return values.map(({ id, lineId }) => ({ reliefId: id, lineId }));
}

const lowerOpen = (tx: Transaction, values: readonly object[]): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE receivable r SET open_fen = r.open_fen - t.amount_fen
      FROM (SELECT "lineId" AS line_id, sum("amountFen") AS amount_fen
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS v("lineId" uuid, "amountFen" bigint) GROUP BY 1) t
      WHERE r.line_id = t.line_id`,
  );

function postingsOf(context: PostingContext, claim: LineClaim, kind: ReliefKind, amountFen: Fen) {
  if (kind === "write-off") return claimWrittenOff(context, amountFen);
  if (claim.kind === "deposit" || claim.kind === "discount")
    throw new Error(`line ${claim.lineId}: no income to waive`);
  return claimWaived(context, { of: { type: "principal", kind: claim.kind }, amountFen, taxRate: claim.taxRate });
}

/**
 * A negative correction has made lines smaller than what was paid and given up of them: what was given up shrinks first, as
 * waivers of a fee do, so that only real money becomes prepayment. The caller has set what the lines leave open. Returns
 * what is left to free, line by line.
 */
export async function takeReliefBack<T extends { readonly lineId: string; readonly amountFen: Fen }>(
  tx: Transaction,
  freed: readonly T[],
  claims: readonly LineClaim[],
  date: CivilDate,
  causeId: string,
): Promise<T[]> {
  const standing = await rows<{ line_id: string; kind: ReliefKind; amount_fen: Fen }>(
    tx,
    Prisma.sql`SELECT line_id, kind, sum(amount_fen)::bigint AS amount_fen FROM claim_relief
      WHERE line_id = ANY (${freed.map(({ lineId }) => lineId)}::uuid[]) GROUP BY 1, 2 HAVING sum(amount_fen) > 0
      ORDER BY 1, 2 DESC`,
  );
  if (standing.length === 0) return [...freed];
  const takenBack: NewRelief[] = [];
  const left = freed.map((one) => {
    let rest = one.amountFen;
    for (const { kind, amount_fen } of standing.filter(({ line_id }) => line_id === one.lineId)) {
      const amountFen = smallerFen(rest, amount_fen);
      if (amountFen === 0n) continue;
      rest -= amountFen;
      takenBack.push({
        kind,
        lineId: one.lineId,
        amountFen: -amountFen,
        reason: "correction",
        requestedBy: "system",
        approvedBy: "system",
        causeId,
      });
    }
    return { ...one, amountFen: rest };
  });
  await writeReliefs(tx, claims, takenBack, date, "are-set");
  return left;
}
