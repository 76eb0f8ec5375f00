import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { asReading, judgeReading, type OfferedReading, tellValues } from "../../domain/metering/judge-reading.ts";
import { formatDate } from "../../domain/time/civil-date.ts";
import type { ApprovalContext, ApprovalRequest } from "../approvals/approval.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import type { Applied, ApprovalSubject } from "../approvals/subject.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { findMetersOfStaff } from "./chat-meters.ts";
import { loadMetersByCode } from "./meters-by-code.ts";
import { storeReadings } from "./store-readings.ts";

export const ESTIMATE_SUBJECT = "estimated-reading";

/** Asks to bill a month on an estimate (money-rules 4): the next real reading trues it up by itself. */
export async function askEstimate(
  tx: Transaction,
  wish: Omit<OfferedReading, "kind" | "rollover"> & { readonly reason: string },
  requester: StaffMember,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const { reason, ...reading } = wish;
  const [mine] = await findMetersOfStaff(tx, requester, { codes: [wish.meter] });
  const place = await row<{ meterId: string; projectId: string; entityId: string }>(
    tx,
    Prisma.sql`SELECT m.id AS "meterId", p.id AS "projectId", p.entity_id AS "entityId" FROM meter m
        LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held) LEFT JOIN unit u ON u.id = a.unit_id
        JOIN building b ON b.id = coalesce(m.building_id, u.building_id) JOIN project p ON p.id = b.project_id
      WHERE m.code = ${wish.meter} LIMIT 1`,
  );
  if (!mine || !place || !may(requester, "meter.report")) {
    return refuse(
      "METER_UNKNOWN",
      `没有您负责的表计 ${wish.meter}，请检查表号。`,
      "There is no such meter in your portfolio.",
    );
  }
  const offered: OfferedReading = { ...reading, kind: "estimated", rollover: false };
  const known = (await loadMetersByCode(tx, [wish.meter], { lock: false })).get(wish.meter);
  const verdict = judgeReading(known?.meter, known?.readings ?? [], offered, context.today);
  if (verdict.state === "doubt") return refuse(verdict.code, verdict.message, "This estimate cannot be entered.");
  if (verdict.state === "known") return refuse("READING_KNOWN", "这一天已有同样的读数。", "It stands already.");
  return requestApproval(
    tx,
    {
      type: "lease",
      entityId: place.entityId,
      projectId: place.projectId,
      subjectKind: ESTIMATE_SUBJECT,
      subjectId: place.meterId,
      amountFen: 0n,
      payload: { ...offered },
      title: "估读",
      facts: [
        { label: "表计", value: wish.meter },
        { label: "日期", value: formatDate(wish.standsOn) },
        { label: "估计读数", value: tellValues(mine, wish.values) },
      ],
      reason,
      requestedBy: requester.personId,
    },
    context,
  );
}

/** 估读: enters as an estimated reading, unless a real one has come meanwhile. */
export const estimateSubject: ApprovalSubject = {
  type: "lease",
  async apply(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<Applied | Refusal> {
    const offered = request.payload as unknown as OfferedReading;
    const meters = await loadMetersByCode(tx, [offered.meter], { lock: true });
    const known = meters.get(offered.meter);
    const verdict = judgeReading(known?.meter, known?.readings ?? [], offered, context.today);
    if (verdict.state === "doubt") return refuse(verdict.code, verdict.message, "It has become impossible.");
    if (verdict.state === "take") {
      await storeReadings(tx, [asReading(offered)], meters, { ...context, source: `approval:${request.number}` });
    }
    return { ok: true, after: { ...offered } };
  },
};
