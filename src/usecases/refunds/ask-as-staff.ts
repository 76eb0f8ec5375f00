import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { findBillLine } from "../queries/bill-line.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { buildingsOfLease, buildingsOfTenant } from "../staff/portfolio.ts";
import type { PayoutAccount } from "./payout-accounts.ts";
import { findRefundableSources } from "./refundable-sources.ts";
import { type RefundOf, type RefundRequestContext, type RequestedRefund, requestRefund } from "./request-refund.ts";
import type { LineEffect } from "./stored-refund.ts";

/** What a colleague asks for, in the numbers that people use. */
export interface StaffRefundCommand {
  readonly what: /** Unused prepayment or unclaimed money of a payment; with `deposit` the deposit that it paid. */
    | { readonly receiptNo: string; readonly deposit?: boolean | undefined }
    /** What a payment paid on a line. */
    | {
        readonly receiptNo: string;
        readonly billNo: string;
        readonly charge: string;
        readonly effect: LineEffect;
      }
    /** A deposit that was taken over with the lease. */
    | { readonly leaseCode: string };
  readonly amountFen?: Fen | undefined;
  readonly reason: string;
  readonly payoutAccount?: PayoutAccount | undefined;
}

/** Asks for a refund in the name of a colleague, in whose portfolio the money has to lie. */
export async function askRefundAsStaff(
  tx: Transaction,
  staff: StaffMember,
  command: StaffRefundCommand,
  context: RefundRequestContext,
): Promise<RequestedRefund | Refusal> {
  const found = await resolve(tx, command.what);
  if ("ok" in found) return found;
  const { of, place } = found;
  const buildingIds = await buildingsOf(tx, place);
  const where = { entityId: place.entityId, projectId: place.projectId ?? undefined, buildingIds };
  if (!may(staff, "refund.ask", where)) {
    return refuse(
      "REFUND_NOT_YOURS",
      "您的角色或负责的园区不能为这笔款申请退款。",
      "Your role or portfolio does not allow asking for this refund.",
    );
  }
  const { amountFen, reason, payoutAccount } = command;
  return requestRefund(tx, { of, amountFen, reason, payoutAccount, requestedBy: staff.personId }, context);
}

interface Resolved {
  readonly of: RefundOf;
  readonly place: MoneyPlace;
}

interface MoneyPlace {
  readonly entityId: string;
  readonly projectId: string | null;
  readonly tenantId: string | null;
  readonly leaseId: string | null;
}

/** Of its lease, else of the tenant's leases; empty: money of nobody yet. */
async function buildingsOf(tx: Transaction, { tenantId, leaseId, projectId }: MoneyPlace): Promise<readonly string[]> {
  const found = await row<{ ids: string[] }>(
    tx,
    Prisma.sql`SELECT ${
      leaseId === null
        ? buildingsOfTenant(Prisma.sql`${tenantId}::uuid`, Prisma.sql`${projectId}::uuid`)
        : buildingsOfLease(Prisma.sql`${leaseId}::uuid`)
    } AS ids`,
  );
  return found?.ids ?? [];
}

async function resolve(tx: Transaction, what: StaffRefundCommand["what"]): Promise<Resolved | Refusal> {
  if ("leaseCode" in what) {
    const lease = await row<{ id: string; tenantId: string }>(
      tx,
      Prisma.sql`SELECT id, tenant_id AS "tenantId" FROM lease WHERE code = ${what.leaseCode}`,
    );
    const sources = lease ? await findRefundableSources(tx, { tenantId: lease.tenantId }) : [];
    const source = sources.find(
      (one) => one.source === "deposit" && one.leaseId === lease?.id && one.receiptId === null,
    );
    return source ? { of: { key: source.key, tenantId: lease?.tenantId }, place: source } : nothing(what.leaseCode);
  }
  const receipt = await row<{ id: string; entityId: string; tenantId: string | null }>(
    tx,
    Prisma.sql`SELECT id, entity_id AS "entityId", tenant_id AS "tenantId" FROM receipt WHERE receipt_no = ${what.receiptNo}`,
  );
  if (!receipt) {
    return refuse(
      "RECEIPT_UNKNOWN",
      `没有编号为 ${what.receiptNo} 的收款，请检查收款编号。`,
      `There is no receipt ${what.receiptNo}. Check the number.`,
    );
  }
  if ("billNo" in what) {
    const lineId = await findBillLine(tx, what.billNo, what.charge);
    if (lineId === undefined) {
      return refuse(
        "LINE_UNKNOWN",
        `账单 ${what.billNo} 没有费用 ${what.charge}。`,
        `Bill ${what.billNo} has no charge ${what.charge}.`,
      );
    }
    const place = await row<MoneyPlace>(
      tx,
      Prisma.sql`SELECT b.entity_id AS "entityId", b.project_id AS "projectId", b.tenant_id AS "tenantId",
          b.lease_id AS "leaseId" FROM bill b WHERE b.bill_no = ${what.billNo}`,
    );
    if (!place) throw new Error(`bill ${what.billNo} has lines and is not there`);
    return { of: { receiptId: receipt.id, lineId, effect: what.effect }, place };
  }
  const sources = await findRefundableSources(tx, { receiptId: receipt.id });
  const source = sources.find((one) => (one.source === "deposit") === (what.deposit === true));
  return source
    ? { of: { key: source.key, tenantId: source.tenantId ?? undefined }, place: source }
    : nothing(what.receiptNo);
}

const nothing = (of: string): Refusal =>
  refuse(
    "NOTHING_TO_REFUND",
    `${of} 没有可以退的款：可退的只有未使用的预存款、待认领款和押金；已用于账单的款请用 --line 按费用退。`,
    `Nothing of ${of} can be refunded: only unused prepayment, unclaimed money and deposits; by line what was allocated.`,
  );
