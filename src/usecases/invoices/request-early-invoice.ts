import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { InvoiceKind } from "../../domain/invoice/title.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import type { ApprovalContext, ApprovalRequest } from "../approvals/approval.ts";
import { requestApproval } from "../approvals/request-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { buildingsOfLease } from "../staff/portfolio.ts";
import { type Application, applyForInvoice, type InvoiceContext } from "./apply-for-invoice.ts";

/**
 * 先票后款 for a bill whose money has not come: the application reserves its lines at once and waits for approval. Asked by
 * finance of the project; the tenant's default title is printed.
 */
export async function requestEarlyInvoice(
  tx: Transaction,
  member: StaffMember,
  command: { readonly billNo: string; readonly kind: InvoiceKind; readonly reason: string },
  context: ApprovalContext & InvoiceContext,
): Promise<{ readonly ok: true; readonly application: Application; readonly request: ApprovalRequest } | Refusal> {
  const bill = await row<{
    tenant_id: string;
    tenant: string;
    entity_id: string;
    project_id: string;
    buildings: string[];
  }>(
    tx,
    Prisma.sql`SELECT b.tenant_id, t.name AS tenant, b.entity_id, b.project_id,
        ${buildingsOfLease(Prisma.sql`b.lease_id`)} AS buildings FROM bill b JOIN tenant t ON t.id = b.tenant_id
      WHERE b.bill_no = ${command.billNo}`,
  );
  if (!bill) return refuse("BILL_UNKNOWN", `没有账单 ${command.billNo}，请核对编号。`, "Unknown bill.");
  if (!may(member, "invoice.handle", { projectId: bill.project_id, buildingIds: bill.buildings })) {
    return refuse("NOT_ALLOWED", "先票后款由该项目的财务或收银发起。", "Only finance of the project may.");
  }
  const application = await applyForInvoice(
    tx,
    {
      tenantId: bill.tenant_id,
      billNos: [command.billNo],
      kind: command.kind,
      memberRole: "staff",
      titleConfirmed: true,
      beforeMoney: true,
    },
    context,
  );
  if (!application.ok) return application;
  const asked = await requestApproval(
    tx,
    {
      type: "early-invoice",
      entityId: bill.entity_id,
      projectId: bill.project_id,
      tenantId: bill.tenant_id,
      subjectKind: "invoice-application",
      subjectId: application.applicationId,
      amountFen: application.totalFen,
      payload: { applicationNo: application.applicationNo, billNo: command.billNo },
      title: "先票后款申请",
      facts: [
        { label: "租户", value: bill.tenant },
        { label: "账单", value: command.billNo },
        { label: "开票金额", value: formatYuan(application.totalFen) },
        { label: "抬头", value: application.title.name },
      ],
      reason: command.reason,
      requestedBy: member.personId,
    },
    context,
  );
  return asked.ok ? { ok: true, application, request: asked.request } : asked;
}
