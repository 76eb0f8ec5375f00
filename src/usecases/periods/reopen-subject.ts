import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Month } from "../../domain/time/civil-date.ts";
import type { ApprovalSubject } from "../approvals/subject.ts";
import { refuse } from "../receipts/refusal.ts";
import { reopenPeriodIn } from "./accounting-periods.ts";

/** 反结账: a locked month is opened again, in the requester's name. */
export const reopenSubject: ApprovalSubject = {
  type: "reopen",
  async apply(tx, request, context) {
    const { entity, month } = request.payload as { entity: string; month: Month };
    const requester = await row<{ code: string }>(
      tx,
      Prisma.sql`SELECT code FROM staff WHERE person_id = ${request.requestedBy}::uuid AND left_at IS NULL
        ORDER BY code COLLATE "C" LIMIT 1`,
    );
    if (!requester) return refuse("STAFF_UNKNOWN", "申请人已不在职，请由在职同事重新发起。", "The requester has left.");
    const { channel, today, ip } = context;
    const opened = await reopenPeriodIn(tx, {
      entity,
      month,
      staff: requester.code,
      today,
      channel,
      ip,
      approvalId: request.id,
    });
    if (!opened.ok) return refuse(opened.code, opened.message, opened.message);
    return { ok: true, before: { state: "locked" }, after: { state: "open" } };
  },
};
