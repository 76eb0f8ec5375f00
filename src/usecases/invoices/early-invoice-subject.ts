import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalRequest } from "../approvals/approval.ts";
import type { ApprovalSubject } from "../approvals/subject.ts";
import { beginInvoiceOrders } from "../invoice-orders/begin-orders.ts";
import { refuse } from "../receipts/refusal.ts";

/** 先票后款: an application whose money has not come waits for this before finance sees it. */
export const earlyInvoiceSubject: ApprovalSubject = {
  type: "early-invoice",
  async apply(tx, request) {
    const moved = await execute(
      tx,
      Prisma.sql`UPDATE invoice_application SET state = 'submitted', version = version + 1
        WHERE id = ${request.subjectId}::uuid AND state = 'pending-approval'`,
    );
    if (moved === 0)
      return refuse("APPLICATION_CLOSED", "开票申请已撤销，不用再审批。", "The application was taken back.");
    await beginInvoiceOrders(tx, request.subjectId);
    return { ok: true, before: { state: "pending-approval" }, after: { state: "submitted" } };
  },
  release: (tx, request, how) => closeWithout(tx, request, how === "cancelled" ? "cancelled" : "rejected"),
};

/** What it had reserved of the lines is free again. */
async function closeWithout(tx: Transaction, request: ApprovalRequest, state: "rejected" | "cancelled"): Promise<void> {
  const closed = await execute(
    tx,
    Prisma.sql`UPDATE invoice_application SET state = ${state}, closing_reason = '先票后款没有通过审批', closed_at = now(), version = version + 1
      WHERE id = ${request.subjectId}::uuid AND state = 'pending-approval'`,
  );
  if (closed === 0) return;
  await execute(
    tx,
    Prisma.sql`UPDATE invoice SET state = 'withdrawn' WHERE application_id = ${request.subjectId}::uuid AND state = 'requested'`,
  );
}
