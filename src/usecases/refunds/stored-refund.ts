import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { canBecome, type RefundState } from "../../domain/refund/refund-state.ts";
import type { RiskKind } from "../../domain/refund/risk.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptChannel } from "../receipts/receipt.ts";
import type { Place } from "../staff/permissions.ts";
import { buildingsOfLease, buildingsOfTenant } from "../staff/portfolio.ts";

/** Which free money it takes. */
export type RefundSource = "prepayment" | "deposit" | "unclaimed";

/** What becomes of the line that the money had paid: credited by the same approval, or open again because the approver chose so. */
export type LineEffect = "credit" | "reopen";

export interface StoredRefund {
  readonly refundId: string;
  /** "TK-E1-2026-000001" */
  readonly refundNo: string;
  readonly entityId: string;
  readonly entityCode: string;
  readonly entityName: string;
  readonly projectId: string | null;
  /** Of its lease, else of the tenant's leases; empty: money of nobody yet. */
  readonly buildingIds: readonly string[];
  /** Null: unclaimed money. */
  readonly tenantId: string | null;
  readonly tenantCode: string | null;
  readonly tenantName: string | null;
  readonly receiptId: string | null;
  readonly receiptNo: string | null;
  readonly receiptChannel: ReceiptChannel | null;
  readonly receiptDate: CivilDate | null;
  readonly source: RefundSource;
  readonly leaseId: string | null;
  readonly lineId: string | null;
  readonly lineEffect: LineEffect | null;
  readonly amountFen: Fen;
  readonly reason: string;
  readonly state: RefundState;
  readonly requestedBy: string;
  readonly requestedByName: string;
  readonly requestedAtMs: number;
  readonly approvalId: string | null;
  readonly approvedOn: CivilDate | null;
  readonly route: "wechat" | "bank";
  readonly merchantId: string | null;
  readonly paymentOrderId: string | null;
  readonly outTradeNo: string | null;
  readonly orderAmountFen: Fen | null;
  readonly outRefundNo: string;
  readonly payoutAccountId: string | null;
  readonly payoutHolder: string | null;
  readonly payoutBank: string | null;
  /** Last four digits. */
  readonly payoutTail: string | null;
  readonly receivedBy: string | null;
  readonly bankReference: string | null;
  readonly paidOn: CivilDate | null;
  readonly problem: string | null;
  readonly closingReason: string | null;
  readonly version: number;
  /** Not lifted. */
  readonly openHolds: readonly RiskKind[];
  /** An invoice of this money has to be red-lettered first, by the policy of the entity (invoice_setting). */
  readonly waitsForRedLetter: boolean;
}

/**
 * Of a refund `f`: one of the invoices that it takes back has no red letter yet that was made. One that fell (refused,
 * expired, withdrawn) keeps the money here until another one is made, or the entity's policy says that nobody waits.
 */
export const WAITS_FOR_RED_LETTER = Prisma.sql`(EXISTS (SELECT 1 FROM red_letter x WHERE x.refund_id = f.id
    AND NOT EXISTS (SELECT 1 FROM red_letter y WHERE y.refund_id = f.id AND y.invoice_id = x.invoice_id AND y.state = 'red-issued'))
  AND coalesce((SELECT w.refund_waits_for_red_letter FROM invoice_setting w WHERE w.entity_id = f.entity_id), true))`;

const LEASE_OF_REFUND = Prisma.sql`coalesce(f.lease_id,
  (SELECT zb.lease_id FROM bill_line zl JOIN bill zb ON zb.id = zl.bill_id WHERE zl.id = f.line_id))`;
const BUILDINGS_OF_REFUND = Prisma.sql`CASE WHEN ${LEASE_OF_REFUND} IS NULL
  THEN ${buildingsOfTenant(Prisma.sql`f.tenant_id`, Prisma.sql`f.project_id`)} ELSE ${buildingsOfLease(LEASE_OF_REFUND)} END`;

/** Where a refund lies, for whoever of the staff is asked, told or lifts a hold. */
export const placeOfRefund = ({ entityId, projectId, buildingIds }: StoredRefund): Place => ({
  entityId,
  projectId: projectId ?? undefined,
  buildingIds,
});

const SELECT = Prisma.sql`SELECT f.id AS "refundId", f.refund_no AS "refundNo", f.entity_id AS "entityId", e.code AS "entityCode",
    e.name AS "entityName", f.project_id AS "projectId", f.tenant_id AS "tenantId", t.code AS "tenantCode",
    t.name AS "tenantName", f.receipt_id AS "receiptId", r.receipt_no AS "receiptNo", r.channel AS "receiptChannel",
    r.value_date::text AS "receiptDate", f.source, f.lease_id AS "leaseId", f.line_id AS "lineId",
    f.line_effect AS "lineEffect", f.amount_fen AS "amountFen", f.reason, f.state, f.requested_by AS "requestedBy",
    p.name AS "requestedByName", (extract(epoch FROM f.requested_at) * 1000)::bigint AS requested_ms,
    f.approval_id AS "approvalId", f.approved_on::text AS "approvedOn", f.route, m.mch_id AS "merchantId",
    f.payment_order_id AS "paymentOrderId", o.out_trade_no AS "outTradeNo", o.amount_fen AS "orderAmountFen",
    f.out_refund_no AS "outRefundNo", f.payout_account_id AS "payoutAccountId", a.holder AS "payoutHolder",
    a.bank AS "payoutBank", a.account_no_tail AS "payoutTail", f.received_by AS "receivedBy",
    f.bank_reference AS "bankReference", f.paid_on::text AS "paidOn", f.problem, f.closing_reason AS "closingReason",
    f.version,
    ARRAY(SELECT h.kind FROM refund_hold h WHERE h.refund_id = f.id AND h.lifted_at IS NULL ORDER BY h.kind) AS "openHolds",
    ${WAITS_FOR_RED_LETTER} AS "waitsForRedLetter", ${BUILDINGS_OF_REFUND} AS "buildingIds"
  FROM refund f JOIN legal_entity e ON e.id = f.entity_id JOIN person p ON p.id = f.requested_by
    LEFT JOIN tenant t ON t.id = f.tenant_id LEFT JOIN receipt r ON r.id = f.receipt_id
    LEFT JOIN merchant_account m ON m.id = f.merchant_account_id LEFT JOIN payment_order o ON o.id = f.payment_order_id
    LEFT JOIN payout_account a ON a.id = f.payout_account_id`;

type RefundRow = Omit<StoredRefund, "requestedAtMs"> & { readonly requested_ms: bigint };

/** No money may leave: somebody has to release it, or its invoice has to go back first. */
export const mustWait = (refund: Pick<StoredRefund, "openHolds" | "waitsForRedLetter">): boolean =>
  refund.openHolds.length > 0 || refund.waitsForRedLetter;

export type RefundReference =
  | { readonly refundId: string }
  | { readonly refundNo: string }
  | { readonly outRefundNo: string };

const isMeant = (reference: RefundReference): Prisma.Sql => {
  if ("refundId" in reference) return Prisma.sql`f.id = ${reference.refundId}::uuid`;
  if ("refundNo" in reference) return Prisma.sql`f.refund_no = ${reference.refundNo}`;
  return Prisma.sql`f.out_refund_no = ${reference.outRefundNo}`;
};

/** One refund. `lock` holds its row until the transaction ends; whoever needs the account too has locked that before. */
export async function findRefund(
  tx: Transaction,
  reference: RefundReference,
  lock: "lock" | "read" = "read",
): Promise<StoredRefund | undefined> {
  const where = isMeant(reference);
  // A lock by itself: what is joined must be read after the wait, not before it.
  if (lock === "lock") await execute(tx, Prisma.sql`SELECT 1 FROM refund f WHERE ${where} FOR UPDATE`);
  const [found] = await loadRefunds(tx, where);
  return found;
}

export interface RefundFilter {
  readonly tenantId?: string | undefined;
  readonly states?: readonly RefundState[] | undefined;
  readonly projectIds?: readonly string[] | undefined;
  readonly heldOnly?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** Refunds, the latest first. */
export function findRefunds(tx: Transaction, filter: RefundFilter): Promise<StoredRefund[]> {
  const conditions = [Prisma.sql`true`];
  if (filter.tenantId !== undefined) conditions.push(Prisma.sql`f.tenant_id = ${filter.tenantId}::uuid`);
  if (filter.states !== undefined) conditions.push(Prisma.sql`f.state = ANY (${[...filter.states]})`);
  if (filter.projectIds !== undefined) {
    conditions.push(Prisma.sql`f.project_id = ANY (${[...filter.projectIds]}::uuid[])`);
  }
  if (filter.heldOnly === true) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM refund_hold h WHERE h.refund_id = f.id AND h.lifted_at IS NULL)`);
  }
  return loadRefunds(tx, Prisma.join(conditions, " AND "), filter.limit ?? 200);
}

async function loadRefunds(tx: Transaction, where: Prisma.Sql, limit = 1): Promise<StoredRefund[]> {
  const found = await rows<RefundRow>(
    tx,
    Prisma.sql`${SELECT} WHERE ${where} ORDER BY f.requested_at DESC, f.refund_no COLLATE "C" DESC LIMIT ${limit}`,
  );
  return found.map(({ requested_ms, ...refund }) => ({ ...refund, requestedAtMs: Number(requested_ms) }));
}

/** What is written beside the new state; null empties a column, absent leaves it. */
export interface RefundChange {
  readonly approvedOn?: CivilDate;
  readonly route?: "bank";
  readonly channelRefundId?: string;
  readonly receivedBy?: string | undefined;
  readonly bankReference?: string;
  readonly paidOn?: CivilDate;
  readonly problem?: string | null;
  readonly closingReason?: string;
  /** Of the wire clock; null: nothing happens by itself. */
  readonly nextStepAtMs?: number | null;
}

/** Moves a locked refund to a state. Throws when it cannot get there from where it stands. */
export async function setRefundState(
  tx: Transaction,
  refund: Pick<StoredRefund, "refundId" | "refundNo" | "state">,
  state: RefundState,
  change: RefundChange = {},
): Promise<void> {
  if (refund.state !== state && !canBecome(refund.state, state)) {
    throw new Error(`refund ${refund.refundNo} is ${refund.state} and cannot become ${state}`);
  }
  const set = [Prisma.sql`state = ${state}`, Prisma.sql`version = version + 1`];
  if (change.approvedOn !== undefined) set.push(Prisma.sql`approved_on = ${change.approvedOn}::date`);
  if (change.route !== undefined) set.push(Prisma.sql`route = ${change.route}`);
  if (change.channelRefundId !== undefined) set.push(Prisma.sql`channel_refund_id = ${change.channelRefundId}`);
  if (change.receivedBy !== undefined) set.push(Prisma.sql`received_by = ${change.receivedBy}`);
  if (change.bankReference !== undefined) set.push(Prisma.sql`bank_reference = ${change.bankReference}`);
  if (change.paidOn !== undefined) set.push(Prisma.sql`paid_on = ${change.paidOn}::date`);
  if (change.problem !== undefined) set.push(Prisma.sql`problem = ${change.problem}`);
  if (change.closingReason !== undefined) set.push(Prisma.sql`closing_reason = ${change.closingReason}`);
  if (change.nextStepAtMs !== undefined) {
    const at = change.nextStepAtMs === null ? null : new Date(change.nextStepAtMs).toISOString();
    set.push(Prisma.sql`next_step_at = ${at}::timestamptz`);
  }
  await execute(tx, Prisma.sql`UPDATE refund SET ${Prisma.join(set, ", ")} WHERE id = ${refund.refundId}::uuid`);
}
