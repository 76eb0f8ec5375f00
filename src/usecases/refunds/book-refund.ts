import { Prisma } from "../../../generated/prisma/client.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { MoneyAccount } from "../../domain/ledger/accounts.ts";
import { refundApproved, refundPaidOut } from "../../domain/ledger/money-events.ts";
import type { PostingContext } from "../../domain/ledger/posting.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { type RefundablePrepayment, takeFromPrepayments } from "../../domain/refund/refundable.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { moveRemaining } from "../receipts/prepayment-rows.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { creditRefundedLine, reopenRefundedLine } from "./credit-line.ts";
import { findCreditableLine } from "./creditable-line.ts";
import type { StoredRefund } from "./stored-refund.ts";

/**
 * Takes the money of an approved refund out of where it lies and owes it to the payer: 2203, 2241.01 or 2241.02 → 2241.03
 * (money-rules 9). A refund by line carries its credit, or opens the line again. Checked once more, since prepayment may
 * have paid a bill while the document waited; a refusal has written nothing. The account (or the receipt) is locked.
 */
export async function bookApprovedRefund(
  tx: Transaction,
  refund: StoredRefund,
  today: CivilDate,
): Promise<Refusal | undefined> {
  const problem = await whyNotAnyMore(tx, refund);
  if (problem) return problem;
  const { receiptId, lineId, lineEffect } = refund;
  if (lineEffect !== null && receiptId !== null && lineId !== null) {
    const ofLine = { ...refund, receiptId, lineId };
    if (lineEffect === "credit") await creditRefundedLine(tx, ofLine, today);
    else await reopenRefundedLine(tx, ofLine, today);
  }
  if (refund.source === "prepayment") await takePrepayment(tx, refund);
  const context = await postingContext(tx, refund, today);
  await postToLedger(tx, [
    {
      eventType: "refund.approved",
      eventId: refund.refundId,
      postings: refundApproved(context, refund.source, refund.amountFen),
    },
  ]);
  return undefined;
}

/** The money has left: 2241.03 → 1012.x or 1002. */
export async function bookPaidRefund(
  tx: Transaction,
  refund: StoredRefund,
  paid: { readonly account: MoneyAccount; readonly valueDate: CivilDate; readonly today: CivilDate },
): Promise<void> {
  const context = { ...(await postingContext(tx, refund, paid.today)), valueDate: paid.valueDate };
  await postToLedger(tx, [
    {
      eventType: "refund.paid",
      eventId: refund.refundId,
      postings: refundPaidOut(context, paid.account, refund.amountFen),
    },
  ]);
}

/** An approved refund that will not leave after all: the money lies where it lay before. The account is locked. */
export async function bookReturnedRefund(tx: Transaction, refund: StoredRefund, today: CivilDate): Promise<void> {
  const parts = await rows<{ prepaymentId: string; amountFen: Fen }>(
    tx,
    Prisma.sql`SELECT prepayment_id AS "prepaymentId", amount_fen AS "amountFen" FROM refund_part
      WHERE refund_id = ${refund.refundId}::uuid ORDER BY prepayment_id`,
  );
  await moveRemaining(tx, parts);
  await postToLedger(tx, [
    {
      eventType: "refund.returned",
      eventId: refund.refundId,
      postings: refundApproved(await postingContext(tx, refund, today), refund.source, -refund.amountFen),
    },
  ]);
}

async function takePrepayment(tx: Transaction, refund: StoredRefund): Promise<void> {
  const parts = takeFromPrepayments(await loadFree(tx, refund), refund.amountFen);
  if (!parts) throw new Error(`the prepayment of refund ${refund.refundNo} is gone under the account's lock`);
  await moveRemaining(
    tx,
    parts.map(({ prepaymentId, amountFen }) => ({ prepaymentId, amountFen: -amountFen })),
  );
  const values = parts.map(({ prepaymentId, amountFen }) => ({ prepayment_id: prepaymentId, amount_fen: amountFen }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO refund_part (refund_id, prepayment_id, amount_fen)
      SELECT ${refund.refundId}::uuid, prepayment_id, amount_fen
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(prepayment_id uuid, amount_fen bigint)`,
  );
}

/** The latest first: what has waited longest is the next to pay a bill. */
const loadFree = (tx: Transaction, refund: StoredRefund): Promise<RefundablePrepayment[]> =>
  rows<RefundablePrepayment>(
    tx,
    Prisma.sql`SELECT id AS "prepaymentId", remaining_fen AS "remainingFen" FROM prepayment
      WHERE remaining_fen > 0 AND tenant_id = ${refund.tenantId}::uuid AND entity_id = ${refund.entityId}::uuid
        AND receipt_id IS NOT DISTINCT FROM ${refund.receiptId}::uuid ORDER BY value_date DESC, id DESC`,
  );

/** What has become impossible since it was asked for. */
async function whyNotAnyMore(tx: Transaction, refund: StoredRefund): Promise<Refusal | undefined> {
  const { receiptId, lineId, lineEffect } = refund;
  if (receiptId !== null) {
    const receipt = await row<{ state: string; tenantId: string | null }>(
      tx,
      Prisma.sql`SELECT state, tenant_id AS "tenantId" FROM receipt WHERE id = ${receiptId}::uuid FOR UPDATE`,
    );
    if (receipt?.state !== "counted" || receipt.tenantId !== refund.tenantId) {
      return refuse(
        "REFUND_RECEIPT_CHANGED",
        `原收款 ${refund.receiptNo} 已撤销或已认领，这笔退款不能再办。`,
        `Receipt ${refund.receiptNo} was undone or claimed meanwhile.`,
      );
    }
  }
  if (lineEffect !== null && receiptId !== null && lineId !== null) {
    const line = await findCreditableLine(tx, { receiptId, lineId, effect: lineEffect });
    // Its own request is among what was asked for.
    const paidFen = line ? line.source.refundableFen + refund.amountFen : 0n;
    return paidFen >= refund.amountFen && line ? undefined : used(refund, 0n);
  }
  switch (refund.source) {
    case "prepayment": {
      const freeFen = (await loadFree(tx, refund)).reduce((sum, { remainingFen }) => sum + remainingFen, 0n);
      return freeFen < refund.amountFen ? used(refund, freeFen) : undefined;
    }
    case "deposit":
    case "unclaimed":
      // Reserved from the request on, by every other request and by the trigger on the receipt.
      return undefined;
    default:
      return refund.source satisfies never;
  }
}

const used = (refund: StoredRefund, leftFen: Fen): Refusal =>
  refuse(
    "REFUND_MONEY_USED",
    `这笔款在审批期间已用于账单，现在可退 ${formatYuan(leftFen)}，少于申请的 ${formatYuan(refund.amountFen)}。请按现在的金额重新申请。`,
    `The money has paid bills meanwhile: ${formatYuan(leftFen)} is left of the ${formatYuan(refund.amountFen)} asked for.`,
  );

async function postingContext(tx: Transaction, refund: StoredRefund, today: CivilDate): Promise<PostingContext> {
  return {
    entity: refund.entityId,
    ...(refund.projectId === null ? {} : { project: refund.projectId }),
    ...(refund.tenantId === null ? {} : { tenant: refund.tenantId }),
    ...(refund.leaseId === null ? {} : { lease: refund.leaseId }),
    bookingDate: await bookingDatesOf(tx)(refund.entityId, today),
    valueDate: today,
  };
}
