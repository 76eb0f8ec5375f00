import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { BANK } from "../../domain/ledger/accounts.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { bookPaidRefund } from "./book-refund.ts";
import { refundUnknown } from "./lift-hold.ts";
import { type RefundNotices, tellTenant } from "./notices.ts";
import { findRefund, type StoredRefund, setRefundState } from "./stored-refund.ts";

/** A line of the list that finance takes to the bank. Holds a whole account number: for finance's eyes. */
export interface BankPayout {
  readonly refundNo: string;
  readonly entityCode: string;
  readonly entityName: string;
  readonly tenantName: string;
  readonly holder: string;
  readonly bank: string;
  readonly accountNo: string;
  readonly amountFen: Fen;
  readonly approvedOn: CivilDate;
  readonly problem: string | null;
}

/** What is approved and can only be paid by bank transfer, by entity and number. Those without an account are listed with empty ones. */
export async function findBankPayouts(tx: Transaction, encryption: FieldEncryption): Promise<BankPayout[]> {
  const found = await rows<
    Omit<BankPayout, "accountNo"> & { readonly cipher: Uint8Array | null; readonly keyId: string | null }
  >(
    tx,
    Prisma.sql`SELECT f.refund_no AS "refundNo", e.code AS "entityCode", e.name AS "entityName",
        coalesce(t.name, '') AS "tenantName", coalesce(a.holder, '') AS holder, coalesce(a.bank, '') AS bank,
        a.account_no_cipher AS cipher, a.account_no_key_id AS "keyId", f.amount_fen AS "amountFen",
        f.approved_on::text AS "approvedOn", f.problem
      FROM refund f JOIN legal_entity e ON e.id = f.entity_id LEFT JOIN tenant t ON t.id = f.tenant_id
        LEFT JOIN payout_account a ON a.id = f.payout_account_id
      WHERE f.state = 'bank-due' ORDER BY e.code COLLATE "C", f.refund_no COLLATE "C"`,
  );
  return found.map(({ cipher, keyId, ...payout }) => ({
    ...payout,
    accountNo: cipher === null || keyId === null ? "" : encryption.decrypt(cipher, keyId),
  }));
}

export interface ConfirmContext extends Actor {
  readonly today: CivilDate;
  readonly notices: RefundNotices;
}

/** The bank has paid: 2241.03 → 1002 with the day of the transfer. The same reference again is the same payout. */
export async function confirmBankPayout(
  tx: Transaction,
  command: { readonly refundNo: string; readonly bankReference: string; readonly paidOn: CivilDate },
  context: ConfirmContext,
): Promise<{ readonly ok: true; readonly refund: StoredRefund; readonly repeated: boolean } | Refusal> {
  const refund = await findRefund(tx, { refundNo: command.refundNo }, "lock");
  if (!refund) return refundUnknown(command.refundNo);
  const bankReference = command.bankReference.trim();
  if (bankReference === "") {
    return refuse("BANK_REFERENCE_MISSING", "请填写银行流水号。", "Give the bank's reference.");
  }
  if (refund.state === "paid" && refund.bankReference === bankReference) return { ok: true, refund, repeated: true };
  if (refund.state !== "bank-due") {
    return refuse(
      "REFUND_NOT_BANK_DUE",
      `退款 ${refund.refundNo} 不在银行付款清单上，不能确认银行付款。`,
      `Refund ${refund.refundNo} is not on the list of bank payouts.`,
    );
  }
  if (command.paidOn > context.today) {
    return refuse(
      "DATE_IN_FUTURE",
      `付款日 ${formatDate(command.paidOn)} 晚于今天，请改为实际付款日。`,
      `The day of payment ${command.paidOn} is after today.`,
    );
  }
  if (refund.approvedOn !== null && command.paidOn < refund.approvedOn) {
    return refuse(
      "PAID_BEFORE_APPROVAL",
      `付款日早于批准日 ${formatDate(refund.approvedOn)}，请核对。`,
      `The day of payment is before the approval on ${refund.approvedOn}.`,
    );
  }
  const other = await row<{ refundNo: string }>(
    tx,
    Prisma.sql`SELECT refund_no AS "refundNo" FROM refund
      WHERE entity_id = ${refund.entityId}::uuid AND bank_reference = ${bankReference}`,
  );
  if (other) {
    return refuse(
      "BANK_REFERENCE_USED",
      `流水号 ${bankReference} 已用于退款 ${other.refundNo}，请核对流水号。`,
      `Reference ${bankReference} belongs to refund ${other.refundNo} already.`,
    );
  }
  await bookPaidRefund(tx, refund, { account: BANK, valueDate: command.paidOn, today: context.today });
  await setRefundState(tx, refund, "paid", {
    paidOn: command.paidOn,
    bankReference,
    problem: null,
    nextStepAtMs: null,
  });
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "refund.paid",
      subjectKind: "refund",
      subjectId: refund.refundId,
      before: { state: refund.state },
      after: { state: "paid", refundNo: refund.refundNo, bankReference, amount: formatYuan(refund.amountFen) },
    },
  ]);
  const paid: StoredRefund = { ...refund, state: "paid", paidOn: command.paidOn, bankReference };
  await tellTenant(tx, { step: "paid", refund: paid }, context.notices);
  return { ok: true, refund: paid, repeated: false };
}
