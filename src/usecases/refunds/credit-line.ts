import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { CREDIT_ENGINE, creditLine } from "../../domain/charging/engines.ts";
import { daysByMonth, planDeferral } from "../../domain/ledger/deferral.ts";
import { lineIssued } from "../../domain/ledger/line-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { splitTax } from "../../domain/tax/net-and-tax.ts";
import { addDays, type CivilDate, monthOf } from "../../domain/time/civil-date.ts";
import type { ChargeKind } from "../../domain/world/lease.ts";
import { formatBillNo, paymentCodeOf } from "../bill-numbering.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { movePrincipal } from "../receipts/allocation-rows.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { claimIn, contextOf, indexClaims, loadClaimsOf } from "../receipts/claim-index.ts";
import { releaseAllocations } from "../receipts/release-allocations.ts";

/** What a refund takes back from a line that its payment had paid. */
export interface LineRefund {
  readonly refundId: string;
  readonly refundNo: string;
  readonly receiptId: string;
  readonly lineId: string;
  readonly amountFen: Fen;
}

/**
 * Issues a credit line of the amount (a one-off bill with one negative line of the same charge and period, at the original
 * tax rate), sets it off against the line and frees what the payment had paid there: it lies in the payment's
 * prepayment afterwards, and nothing is open again. The role `one-off` keeps it out of Σ issued, so that no later run
 * takes the credit for a mistake and bills it again. Returns the number of the credit's bill. The account is locked.
 */
export async function creditRefundedLine(tx: Transaction, refund: LineRefund, today: CivilDate): Promise<string> {
  const { lineId, amountFen } = refund;
  const credit = await writeCredit(tx, refund, today);
  await execute(
    tx,
    Prisma.sql`INSERT INTO set_off (id, from_line_id, to_line_id, amount_fen)
      VALUES (${newId()}::uuid, ${credit.lineId}::uuid, ${lineId}::uuid, ${amountFen})`,
  );
  // The open amount stays: principal and what is paid of it both go down by the credit.
  await execute(
    tx,
    Prisma.sql`UPDATE receivable SET principal_fen = principal_fen - ${amountFen} WHERE line_id = ${lineId}::uuid`,
  );
  await freePayment(tx, refund, "correction", today);
  await restateFee(tx, lineId);
  return credit.billNo;
}

/** Frees what the payment had paid on the line, which is open again by that amount from today on: the approver chose so. */
export async function reopenRefundedLine(tx: Transaction, refund: LineRefund, today: CivilDate): Promise<void> {
  await freePayment(tx, refund, "refund", today);
  await movePrincipal(tx, [{ lineId: refund.lineId, part: "principal", amountFen: refund.amountFen }]);
  await restateFee(tx, refund.lineId);
}

async function freePayment(
  tx: Transaction,
  { refundId, receiptId, lineId, amountFen }: LineRefund,
  reason: "correction" | "refund",
  date: CivilDate,
): Promise<void> {
  const claims = indexClaims(await loadClaimsOf(tx, [lineId]));
  await releaseAllocations(
    tx,
    [{ lineId, part: "principal", amountFen, eventId: refundId, reason, date, receiptId }],
    claims,
    bookingDatesOf(tx),
  );
}

const restateFee = async (tx: Transaction, lineId: string): Promise<void> => {
  const claims = (await loadClaimsOf(tx, [lineId])).filter((claim) => claim.lateFeeThrough !== null);
  if (claims.length > 0) await accrueLateFees(tx, claims, undefined);
};

async function writeCredit(
  tx: Transaction,
  { refundNo, lineId, amountFen }: LineRefund,
  today: CivilDate,
): Promise<{ readonly billNo: string; readonly lineId: string }> {
  const claim = claimIn(indexClaims(await loadClaimsOf(tx, [lineId])), lineId);
  const bookingDate = await bookingDatesOf(tx)(claim.entityId, today);
  const period = monthOf(today);
  const billId = newId();
  const creditId = newId();
  const sequence = await takeNumbers(tx, `bill|${claim.projectCode}|${period}`, 1);
  const billNo = formatBillNo(claim.projectCode, period, sequence);
  const original = await row<{ deferAdvance: boolean; versionId: string; ordinal: number }>(
    tx,
    Prisma.sql`SELECT e.defer_advance AS "deferAdvance", b.lease_version_id AS "versionId",
        (SELECT count(*)::int FROM bill_line o WHERE o.lease_id = l.lease_id AND o.charge_code = l.charge_code
          AND o.role = 'one-off' AND o.period_from = l.period_from AND o.period_to = l.period_to) AS ordinal
      FROM bill_line l JOIN bill b ON b.id = l.bill_id JOIN legal_entity e ON e.id = b.entity_id WHERE l.id = ${lineId}::uuid`,
  );
  if (!original) throw new Error(`no line ${lineId}`);
  const { netFen, taxFen } = splitTax(-amountFen, claim.taxRate);
  const inputs = { credit: { amountFen: (-amountFen).toString(), refundNo, line: lineId } };
  const computed = creditLine(inputs);
  if (!computed?.ok) throw new Error(`the credit of ${refundNo} cannot be computed`);
  const inputHash = createHash("sha256").update(canonicalJson(inputs)).digest("hex");
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
        payment_code, period, issue_date, due_date, total_fen, issued_at, published_at)
      VALUES (${billId}::uuid, ${claim.entityId}::uuid, ${claim.projectId}::uuid, ${claim.tenantId}::uuid,
        ${claim.leaseId}::uuid, ${original.versionId}::uuid, 'one-off', 'published', ${billNo}, ${paymentCodeOf(billId)},
        ${period}, ${today}::date, ${addDays(today, 3)}::date, ${-amountFen}, now(), now())`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
        period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
        derivation)
      SELECT ${creditId}::uuid, ${billId}::uuid, entity_id, lease_id, charge_code, 'one-off', ${original.ordinal}, kind,
        period_from, period_to, 0, 0, ${-amountFen}, ${netFen}, ${taxFen}, tax_rate, ${CREDIT_ENGINE}, ${inputHash},
        ${JSON.stringify(inputs)}::jsonb, ${JSON.stringify(computed.derivation)}::jsonb
      FROM bill_line WHERE id = ${lineId}::uuid`,
  );
  const deferral = original.deferAdvance
    ? planDeferral(netFen, monthOf(bookingDate), daysByMonth(claim.period))
    : undefined;
  const postings = lineIssued(
    { ...contextOf(claim, { bookingDate, valueDate: today }), lineId: creditId },
    { kind: claim.kind as ChargeKind, netFen, taxFen, ...(deferral === undefined ? {} : { deferral }) },
  );
  await postToLedger(tx, [{ eventType: "bill.issued", eventId: billId, postings }]);
  return { billNo, lineId: creditId };
}
