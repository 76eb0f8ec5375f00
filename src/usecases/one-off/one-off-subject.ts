import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { loadEntities, loadTaxRates } from "../../db/master-data.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { ENGINE_VERSION } from "../../domain/charging/line.ts";
import { computeOneOff } from "../../domain/charging/one-off.ts";
import { lineIssued } from "../../domain/ledger/line-events.ts";
import { splitTax } from "../../domain/tax/net-and-tax.ts";
import { indexTaxRates, taxRateOn } from "../../domain/tax/tax-rate.ts";
import { addDays, type CivilDate, later, monthOf } from "../../domain/time/civil-date.ts";
import type { ApprovalContext, ApprovalRequest } from "../approvals/approval.ts";
import type { Applied, ApprovalSubject } from "../approvals/subject.ts";
import { formatBillNo, paymentCodeOf } from "../bill-numbering.ts";
import { applyPrepayments } from "../receipts/apply-prepayments.ts";
import type { OneOffPayload } from "./ask-one-off.ts";

/** A due date is never before the issue date plus this (money-rules 2 "Dates"). */
const SHORTEST_TERM_DAYS = 3;

/**
 * 一次性收费: issues and publishes a bill of its own with one line, role `one-off`, charge code its number, period the day
 * of issue, tax by kind and entity (money-rules 2 and 6); then prepayments pay what they pay of it, and the tenant is told
 * as of every published bill.
 */
export const oneOffSubject: ApprovalSubject = {
  type: "lease",
  async apply(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<Applied> {
    const payload = request.payload as unknown as OneOffPayload;
    const { today, billNotices } = context;
    if (!billNotices) throw new Error("a bill is published without the words to tell its tenant (billNotices)");
    const lease = await leaseOf(tx, payload.leaseId);
    const entity = (await loadEntities(tx)).find(({ code }) => code === lease.entityCode);
    if (!entity) throw new Error(`no entity ${lease.entityCode}`);
    const taxRate = taxRateOn(entity, payload.kind, today, indexTaxRates(await loadTaxRates(tx)));
    const line = computeOneOff(BigInt(payload.amountFen));
    const { netFen, taxFen } = splitTax(line.amountFen, taxRate);
    const period = monthOf(today);
    const bill = {
      id: newId(),
      lineId: newId(),
      number: `one-off-${String(await takeNumbers(tx, "one-off", 1)).padStart(5, "0")}`,
      billNo: formatBillNo(lease.projectCode, period, await takeNumbers(tx, `bill|${lease.projectCode}|${period}`, 1)),
      dueDate: later(addDays(today, lease.dueDays), addDays(today, SHORTEST_TERM_DAYS)),
    };
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
          payment_code, period, issue_date, due_date, total_fen, issued_at, published_at)
        VALUES (${bill.id}::uuid, ${lease.entityId}::uuid, ${lease.projectId}::uuid, ${lease.tenantId}::uuid,
          ${payload.leaseId}::uuid, ${lease.versionId}::uuid, 'one-off', 'published', ${bill.billNo},
          ${paymentCodeOf(bill.id)}, ${period}, ${today}::date, ${bill.dueDate}::date, ${line.amountFen}, now(), now())`,
    );
    const inputs = JSON.stringify(line.inputs);
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
          period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
          derivation)
        VALUES (${bill.lineId}::uuid, ${bill.id}::uuid, ${lease.entityId}::uuid, ${payload.leaseId}::uuid, ${bill.number},
          'one-off', 0, ${payload.kind}, ${today}::date, ${today}::date, 0, 0, ${line.amountFen}, ${netFen}, ${taxFen},
          ${taxRate}::numeric, ${ENGINE_VERSION}, ${createHash("sha256").update(`${ENGINE_VERSION}\n${inputs}`).digest("hex")},
          ${inputs}::jsonb, ${JSON.stringify(line.derivation)}::jsonb)`,
    );
    await execute(
      tx,
      Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
        VALUES (${bill.lineId}::uuid, ${bill.id}::uuid, ${lease.entityId}::uuid, ${lease.tenantId}::uuid,
          ${payload.leaseId}::uuid, ${line.amountFen}, ${line.amountFen})`,
    );
    const postings = lineIssued(
      {
        entity: lease.entityId,
        project: lease.projectId,
        tenant: lease.tenantId,
        lease: payload.leaseId,
        lineId: bill.lineId,
        servicePeriod: { from: today, to: today },
        bookingDate: await openBookingDate(tx, lease.entityId, today),
        valueDate: today,
      },
      { kind: payload.kind, netFen, taxFen },
    );
    await postToLedger(tx, [{ eventType: "bill.issued", eventId: bill.id, postings }]);
    await recordCharge(tx, request, payload, bill, today);
    await applyPrepayments(tx, [{ tenantId: lease.tenantId, entityId: lease.entityId }], today);
    await enqueueMessages(tx, await billNotices(tx, [bill.id], today));
    return { ok: true, after: { billNo: bill.billNo, charge: bill.number, amountFen: line.amountFen.toString() } };
  },
};

interface LeaseRow {
  readonly entityId: string;
  readonly entityCode: string;
  readonly projectId: string;
  readonly projectCode: string;
  readonly tenantId: string;
  readonly versionId: string;
  readonly dueDays: number;
}

async function leaseOf(tx: Transaction, leaseId: string): Promise<LeaseRow> {
  const lease = await row<LeaseRow>(
    tx,
    Prisma.sql`SELECT l.entity_id AS "entityId", e.code AS "entityCode", l.project_id AS "projectId",
        p.code AS "projectCode", l.tenant_id AS "tenantId",
        (SELECT v.id FROM lease_version v WHERE v.lease_id = l.id ORDER BY v.version DESC LIMIT 1) AS "versionId",
        (SELECT (v.terms->>'dueDays')::int FROM lease_version v WHERE v.lease_id = l.id AND v.version = 1) AS "dueDays"
      FROM lease l JOIN legal_entity e ON e.id = l.entity_id JOIN project p ON p.id = l.project_id
      WHERE l.id = ${leaseId}::uuid`,
  );
  if (!lease) throw new Error(`no lease ${leaseId}`);
  return lease;
}

async function recordCharge(
  tx: Transaction,
  request: ApprovalRequest,
  payload: OneOffPayload,
  bill: { readonly id: string; readonly number: string },
  today: CivilDate,
): Promise<void> {
  const approver = request.decisions.at(-1);
  if (!approver) throw new Error(`${request.number} was approved by nobody`);
  await execute(
    tx,
    Prisma.sql`INSERT INTO one_off_charge (id, number, lease_id, kind, amount_fen, reason, requested_by, approved_by, bill_id,
        business_date)
      VALUES (${newId()}::uuid, ${bill.number}, ${payload.leaseId}::uuid, ${payload.kind}, ${BigInt(payload.amountFen)},
        ${request.reason}, ${request.requestedBy}, ${approver.personId}, ${bill.id}::uuid, ${today}::date)`,
  );
}
