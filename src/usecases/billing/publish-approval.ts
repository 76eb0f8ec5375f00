import { Prisma } from "../../../generated/prisma/client.ts";
import type { Actor } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { type CivilDate, formatMonth, type Month } from "../../domain/time/civil-date.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { approvalContextOf, findColleague } from "../approvals/by-code.ts";
import { decideApproval } from "../approvals/decide-approval.ts";
import { APPROVER_ROLE_NAMES } from "../approvals/refusals.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { type BillingApproval, type BillingCommand, type BillingRefusal, refuse } from "./command.ts";
import { previewRun } from "./preview-run.ts";

/** What of a preview is approved: another total is another run. */
export interface ApprovedPreview {
  readonly period: Month;
  /** "" for all projects. */
  readonly project: string;
  readonly bills: number;
  readonly totalFen: Fen;
}

/** What would be issued now: bills that anomalies hold, and those of shadow projects, are not part of it. */
export async function previewToApprove(db: Database, command: BillingCommand): Promise<ApprovedPreview> {
  const { bills: issued } = await previewRun(db, command, ({ held, shadow, totalFen }) =>
    held || shadow ? undefined : totalFen,
  );
  return {
    period: command.period,
    project: command.project ?? "",
    bills: issued.length,
    totalFen: issued.reduce((sum, totalFen) => sum + totalFen, 0n),
  };
}

/** Asks for approval of a previewed month; once it is approved, `bill run --issue` needs nobody else. */
export async function askPublish(
  tx: Transaction,
  preview: ApprovedPreview,
  request: { readonly requestedBy: string; readonly reason: string },
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const subject = await subjectOf(tx, preview);
  return requestApproval(
    tx,
    {
      type: "publish",
      ...subject,
      subjectKind: "billing-month",
      amountFen: preview.totalFen,
      payload: { ...preview },
      title: "出账审批",
      facts: [
        { label: "账期", value: formatMonth(preview.period) },
        { label: "项目", value: preview.project === "" ? "全部项目" : preview.project },
        { label: "账单", value: `${preview.bills}张` },
        { label: "合计", value: formatYuan(preview.totalFen) },
      ],
      ...request,
    },
    context,
  );
}

/** The two people of `--as` and `--approve-as`, as a document of the run that they open. Refused: the policy wants others. */
export async function approveRun(
  tx: Transaction,
  run: { readonly id: string; readonly period: Month; readonly project: string },
  approval: BillingApproval,
  command: Actor & { readonly today: CivilDate },
): Promise<{ readonly ok: true; readonly approvalId: string } | BillingRefusal> {
  const context = { ...approvalContextOf(command), actor: `staff:${approval.createdBy}`, atOnce: true as const };
  const requester = await findColleague(tx, approval.createdBy);
  const approver = await findColleague(tx, approval.approvedBy);
  if (!requester.ok) return refuse("STAFF_UNKNOWN", requester.message.zh);
  if (!approver.ok) return refuse("STAFF_UNKNOWN", approver.message.zh);
  const place = await subjectOf(tx, run);
  const asked = await requestApproval(
    tx,
    {
      type: "publish",
      ...place,
      subjectKind: "billing-run",
      subjectId: run.id,
      amountFen: 0n,
      payload: { period: run.period, project: run.project },
      title: "出账审批",
      facts: [{ label: "账期", value: formatMonth(run.period) }],
      requestedBy: requester.member.personId,
    },
    context,
  );
  if (!asked.ok) return refuse("APPROVER_MISSING", asked.message.zh);
  const decided = await decideApproval(
    tx,
    {
      requestId: asked.request.id,
      version: asked.request.version,
      decision: "approve",
      personId: approver.member.personId,
    },
    { ...context, actor: `staff:${approval.approvedBy}` },
  );
  if (!decided.ok) {
    return refuse(
      decided.code === "APPROVER_IS_REQUESTER" ? "APPROVER_IS_CREATOR" : "APPROVER_MISSING",
      decided.message.zh,
    );
  }
  if (decided.request.state === "approved") return { ok: true, approvalId: asked.request.id };
  const steps = decided.request.steps.map(
    ({ role, count }) => `${APPROVER_ROLE_NAMES[role]}${count > 1 ? `×${count}` : ""}`,
  );
  return refuse(
    "APPROVER_MISSING",
    `按制度出账要由${steps.join("、")}审批，一个 --approve-as 不够：请先用 approval request publish --period ${run.period} 发起审批`,
  );
}

/** An approved preview of the month that no run has used yet; it must still be what would be issued. */
export async function findApprovedPreview(
  db: Database,
  command: BillingCommand,
): Promise<(BillingApproval & { readonly approvalId: string }) | BillingRefusal | undefined> {
  const found = await row<{ id: string; created_by: string; approved_by: string; total_fen: Fen; number: string }>(
    db,
    Prisma.sql`SELECT r.id, r.number, r.amount_fen AS total_fen,
        (SELECT min(code) FROM staff WHERE person_id = r.requested_by) AS created_by,
        (SELECT min(s.code) FROM staff s WHERE s.person_id = (SELECT d.person_id FROM approval_decision d
          WHERE d.request_id = r.id AND d.request_version = r.version ORDER BY d.decided_at DESC, d.id DESC LIMIT 1)) AS approved_by
      FROM approval_request r
      WHERE r.type = 'publish' AND r.subject_kind = 'billing-month' AND r.state = 'approved'
        AND r.payload->>'period' = ${command.period} AND r.payload->>'project' = ${command.project ?? ""}
        AND NOT EXISTS (SELECT 1 FROM billing_run b WHERE b.approval_id = r.id)
      ORDER BY r.number DESC LIMIT 1`,
  );
  if (!found) return undefined;
  const { totalFen } = await previewToApprove(db, command);
  if (totalFen !== found.total_fen) {
    return refuse(
      "PREVIEW_CHANGED",
      `审批 ${found.number} 通过的是 ${formatYuan(found.total_fen)}，现在预览为 ${formatYuan(totalFen)}，请重新发起审批`,
    );
  }
  return { createdBy: found.created_by, approvedBy: found.approved_by, approvalId: found.id };
}

async function subjectOf(
  tx: Transaction,
  { period, project }: { readonly period: Month; readonly project: string },
): Promise<{ readonly subjectId: string; readonly entityId?: string; readonly projectId?: string }> {
  const found =
    project === ""
      ? undefined
      : await row<{ projectId: string; entityId: string }>(
          tx,
          Prisma.sql`SELECT id AS "projectId", entity_id AS "entityId" FROM project WHERE code = ${project}`,
        );
  const id = await row<{ id: string }>(tx, Prisma.sql`SELECT md5(${`billing-month|${period}|${project}`})::uuid AS id`);
  if (!id) throw new Error("md5 gave nothing");
  return { subjectId: id.id, ...(found ?? {}) };
}
