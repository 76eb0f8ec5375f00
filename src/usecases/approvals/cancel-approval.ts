import { recordAudit } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { ApprovalContext, ApprovalRequest } from "./approval.ts";
import { closeRequest, lockRequest } from "./close-request.ts";
import { approvalRefusal } from "./refusals.ts";
import { APPROVAL_SUBJECTS } from "./subjects.ts";
import { refreshCards } from "./tell-approvers.ts";

/** Takes a request back, by who asked for it, while it is pending. Puts back what it had taken (`release`). */
export async function cancelApproval(
  tx: Transaction,
  command: { readonly requestId: string; readonly personId: string; readonly reason?: string | undefined },
  context: ApprovalContext,
): Promise<{ readonly ok: true; readonly request: ApprovalRequest } | Refusal> {
  const request = await lockRequest(tx, command.requestId);
  if (!request) return approvalRefusal("APPROVAL_UNKNOWN", undefined);
  if (request.requestedBy !== command.personId) return approvalRefusal("NOT_THE_REQUESTER", request);
  switch (request.state) {
    case "approved":
      return approvalRefusal("ALREADY_APPROVED", request);
    case "rejected":
      return approvalRefusal("ALREADY_REJECTED", request);
    case "cancelled":
      return approvalRefusal("ALREADY_CANCELLED", request);
    case "expired":
      return approvalRefusal("ALREADY_EXPIRED", request);
    case "pending":
      break;
    default:
      return request.state satisfies never;
  }
  return { ok: true, request: await end(tx, request, "cancelled", command.reason, context) };
}

/**
 * Ends a pending request that the course of things has overtaken, whoever asked for it: its order was paid, its run was
 * replaced. The caller holds the account of tenant and entity, where there is one. Undefined: none was pending.
 */
export async function expireApproval(
  tx: Transaction,
  requestId: string,
  reason: string,
  context: ApprovalContext,
): Promise<ApprovalRequest | undefined> {
  const request = await lockRequest(tx, requestId);
  return request?.state === "pending" ? end(tx, request, "expired", reason, context) : undefined;
}

async function end(
  tx: Transaction,
  before: ApprovalRequest,
  state: "cancelled" | "expired",
  reason: string | undefined,
  context: ApprovalContext,
): Promise<ApprovalRequest> {
  await APPROVAL_SUBJECTS[before.type]?.release?.(tx, before, state, context);
  const request = await closeRequest(tx, before, { state, reason }, context);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: `approval.${state}`,
      subjectKind: "approval",
      subjectId: request.id,
      before: { state: before.state, version: before.version },
      after: { number: request.number, type: request.type, state, reason },
    },
  ]);
  await refreshCards(tx, request, context);
  return request;
}
