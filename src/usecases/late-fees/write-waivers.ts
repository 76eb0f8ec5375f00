import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import type { LineClaim } from "../../db/line-claims.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { claimWaived } from "../../domain/ledger/line-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { claimIn, contextOf, indexClaims } from "../receipts/claim-index.ts";

export interface NewWaiver {
  readonly lineId: string;
  /** Above zero, at most the fee open in the receivable. */
  readonly amountFen: Fen;
  readonly reason: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly approvalId?: string | undefined;
}

/**
 * Writes waivers with their postings and lowers the open fee, set-based. The caller holds the accounts, has accrued the
 * lines (accrueLateFees) and hands over their claims as loaded after that.
 */
export async function writeWaivers(
  tx: Transaction,
  claims: readonly LineClaim[],
  waivers: readonly NewWaiver[],
  date: CivilDate,
): Promise<{ readonly waiverId: string; readonly lineId: string }[]> {
  const index = indexClaims(claims);
  const bookingDates = bookingDatesOf(tx);
  const values = waivers.map((waiver) => ({
    id: newId(),
    ...waiver,
    approvalId: waiver.approvalId ?? null,
    entityId: claimIn(index, waiver.lineId).entityId,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO late_fee_waiver (id, entity_id, line_id, amount_fen, reason, requested_by, approved_by,
        approval_id, waived_on)
      SELECT id, "entityId", "lineId", "amountFen", reason, "requestedBy", "approvedBy", "approvalId", ${date}::date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, "entityId" uuid, "lineId" uuid,
        "amountFen" bigint, reason text, "requestedBy" text, "approvedBy" text, "approvalId" uuid)`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE receivable r SET late_fee_waived_fen = r.late_fee_waived_fen + t.amount_fen,
        late_fee_open_fen = r.late_fee_open_fen - t.amount_fen
      FROM (SELECT "lineId" AS line_id, sum("amountFen") AS amount_fen
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS v("lineId" uuid, "amountFen" bigint) GROUP BY 1) t
      WHERE r.line_id = t.line_id`,
  );
  const ledger = [];
  for (const { id, lineId, amountFen } of values) {
    const claim = claimIn(index, lineId);
    const dates = { bookingDate: await bookingDates(claim.entityId, date), valueDate: date };
    const postings = claimWaived(contextOf(claim, dates), {
      of: { type: "late-fee" },
      amountFen,
      taxRate: claim.taxRate,
    });
    ledger.push({ eventType: "late-fee.waived", eventId: id, postings });
  }
  await postToLedger(tx, ledger);
  return values.map(({ id, lineId }) => ({ waiverId: id, lineId }));
}
