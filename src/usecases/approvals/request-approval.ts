import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type ApprovalType, stepsOf } from "../../domain/approval/policy.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { ApprovalContext, ApprovalFact, ApprovalPayload, ApprovalRequest } from "./approval.ts";
import { policyInForce } from "./policy-store.ts";
import { approvalRefusal } from "./refusals.ts";
import { lockAndLoad } from "./stored-request.ts";
import { askApprovers, refreshCards } from "./tell-approvers.ts";

export interface NewApproval {
  readonly type: ApprovalType;
  /** Undefined for what belongs to no legal entity: a tariff, a policy. */
  readonly entityId?: string | undefined;
  readonly projectId?: string | undefined;
  /** Whose contacts may not decide; with `entityId` the account that is locked before the document. */
  readonly tenantId?: string | undefined;
  readonly subjectKind: string;
  /** One pending request per (type, subjectKind, subjectId): asking again for the same subject changes that one. */
  readonly subjectId: string;
  /** What the tiers of the policy look at; 0n where no money is meant. */
  readonly amountFen: Fen;
  /** What `apply` will need; bigint is stored as text. */
  readonly payload: ApprovalPayload;
  /** What makes two payloads the same wish, where the payload itself never repeats (a cipher); default: the payload. */
  readonly sameness?: object | undefined;
  /** "退款申请", shown with the facts on every card. */
  readonly title: string;
  readonly facts: readonly ApprovalFact[];
  readonly reason?: string | undefined;
  /** Person. */
  readonly requestedBy: string;
}

export interface RequestedApproval {
  readonly ok: true;
  readonly request: ApprovalRequest;
  /** `same`: it was asked for already, nothing changed. `again`: amount or payload changed, so it begins again. */
  readonly began: "new" | "same" | "again";
}

/**
 * Asks for approval: writes the document under the policy in force and sends the cards to those who may decide its first
 * step. The same subject asked for again by the same person is one request; with another amount or payload it begins
 * again as its next version, under the policy of now, and earlier decisions are void. The caller holds the account of tenant
 * and entity, where there is one. Refused: somebody else has asked for the same thing (ALREADY_ASKED).
 */
export async function requestApproval(
  tx: Transaction,
  wanted: NewApproval,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const pending = await pendingOf(tx, wanted);
  const payloadHash = hashOf(wanted);
  if (pending) {
    const request = await lockAndLoad(tx, pending.id);
    if (request?.state === "pending") {
      if (pending.payload_hash === payloadHash) return { ok: true, request, began: "same" };
      if (request.requestedBy !== wanted.requestedBy) return approvalRefusal("ALREADY_ASKED", request);
      return { ok: true, request: await beginAgain(tx, request, wanted, payloadHash, context), began: "again" };
    }
  }
  const id = newId();
  const policy = await policyInForce(tx, wanted.type);
  const steps = stepsOf(wanted.type, policy.rows, {
    amountFen: wanted.amountFen,
    project: await projectCode(tx, wanted.projectId),
  });
  const number = await takeNumber(tx, context);
  await execute(
    tx,
    Prisma.sql`INSERT INTO approval_request (id, number, entity_id, project_id, tenant_id, type, subject_kind, subject_id,
        amount_fen, payload, payload_hash, policy_id, state, requested_by, title, facts, reason, steps, requested_channel,
        business_date, waiting_since)
      VALUES (${id}::uuid, ${number}, ${wanted.entityId ?? null}::uuid, ${wanted.projectId ?? null}::uuid,
        ${wanted.tenantId ?? null}::uuid, ${wanted.type}, ${wanted.subjectKind}, ${wanted.subjectId}::uuid,
        ${wanted.amountFen}, ${canonicalJson(wanted.payload)}::jsonb, ${payloadHash}, ${policy.id}::uuid, 'pending',
        ${wanted.requestedBy}::uuid, ${wanted.title}, ${canonicalJson(wanted.facts)}::jsonb, ${wanted.reason ?? ""},
        ${canonicalJson(steps)}::jsonb, ${context.channel}, ${context.today}::date,
        ${new Date(context.nowMs).toISOString()}::timestamptz)`,
  );
  const request = await loadExisting(tx, id);
  await auditRequest(tx, request, "approval.requested", context);
  if (!context.atOnce) await askApprovers(tx, request, context);
  return { ok: true, request, began: "new" };
}

async function beginAgain(
  tx: Transaction,
  before: ApprovalRequest,
  wanted: NewApproval,
  payloadHash: string,
  context: ApprovalContext,
): Promise<ApprovalRequest> {
  const policy = await policyInForce(tx, wanted.type);
  const steps = stepsOf(wanted.type, policy.rows, {
    amountFen: wanted.amountFen,
    project: await projectCode(tx, wanted.projectId),
  });
  await execute(
    tx,
    Prisma.sql`UPDATE approval_request SET version = version + 1, revision = revision + 1, amount_fen = ${wanted.amountFen},
        payload = ${canonicalJson(wanted.payload)}::jsonb, payload_hash = ${payloadHash}, title = ${wanted.title},
        facts = ${canonicalJson(wanted.facts)}::jsonb, reason = ${wanted.reason ?? ""}, policy_id = ${policy.id}::uuid,
        steps = ${canonicalJson(steps)}::jsonb, escalation = 0, business_date = ${context.today}::date,
        waiting_since = ${new Date(context.nowMs).toISOString()}::timestamptz
      WHERE id = ${before.id}::uuid`,
  );
  const request = await loadExisting(tx, before.id);
  await auditRequest(tx, request, "approval.changed", context, before);
  await refreshCards(tx, request, context);
  if (!context.atOnce) await askApprovers(tx, request, context);
  return request;
}

async function auditRequest(
  tx: Transaction,
  request: ApprovalRequest,
  action: string,
  context: ApprovalContext,
  before?: ApprovalRequest,
): Promise<void> {
  const facts = ({ version, amountFen, payload, reason, policyId, steps }: ApprovalRequest) => ({
    version,
    amountFen,
    payload,
    reason,
    policyId,
    steps,
  });
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "approval",
      subjectId: request.id,
      before: before && facts(before),
      after: {
        number: request.number,
        type: request.type,
        subject: `${request.subjectKind}|${request.subjectId}`,
        requestedBy: request.requestedBy,
        ...facts(request),
      },
    },
  ]);
}

const hashOf = (wanted: NewApproval): string =>
  createHash("sha256")
    .update(canonicalJson({ amountFen: wanted.amountFen, payload: wanted.sameness ?? wanted.payload }))
    .digest("hex");

const pendingOf = (tx: Transaction, wanted: NewApproval): Promise<{ id: string; payload_hash: string } | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT id, payload_hash FROM approval_request WHERE type = ${wanted.type}
      AND subject_kind = ${wanted.subjectKind} AND subject_id = ${wanted.subjectId}::uuid AND state = 'pending' FOR UPDATE`,
  );

async function loadExisting(tx: Transaction, id: string): Promise<ApprovalRequest> {
  const request = await lockAndLoad(tx, id);
  if (!request) throw new Error(`the approval request ${id} was written and is not there`);
  return request;
}

async function projectCode(tx: Transaction, projectId: string | undefined): Promise<string | undefined> {
  if (projectId === undefined) return undefined;
  return (await row<{ code: string }>(tx, Prisma.sql`SELECT code FROM project WHERE id = ${projectId}::uuid`))?.code;
}

async function takeNumber(tx: Transaction, { today }: ApprovalContext): Promise<string> {
  const month = today.slice(0, 7).replace("-", "");
  const taken = await row<{ last_number: number }>(
    tx,
    Prisma.sql`INSERT INTO approval_series (month, last_number) VALUES (${month}, 1)
      ON CONFLICT (month) DO UPDATE SET last_number = approval_series.last_number + 1 RETURNING last_number`,
  );
  return `SP-${month}-${String(taken?.last_number).padStart(5, "0")}`;
}
