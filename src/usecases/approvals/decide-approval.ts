import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { judgeDecision } from "../../domain/approval/decide.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { ApprovalContext, ApprovalRequest } from "./approval.ts";
import { closeRequest, lockRequest } from "./close-request.ts";
import { loadAttempt } from "./eligible.ts";
import { approvalRefusal } from "./refusals.ts";
import { lockAndLoad } from "./stored-request.ts";
import { APPROVAL_SUBJECTS } from "./subjects.ts";
import { askApprovers, refreshCards, tellRequester } from "./tell-approvers.ts";

/** A click on a card, a form of the H5 page, a command: a request to decide, judged by what holds now. */
export interface DecisionCommand {
  readonly requestId: string;
  /** The version that the person saw. */
  readonly version: number;
  readonly decision: "approve" | "reject";
  /** Wanted for a rejection. */
  readonly reason?: string | undefined;
  /** Who decides, as the channel has proved it. */
  readonly personId: string;
}

export interface DecidedApproval {
  readonly ok: true;
  /** As it is now: pending while more people are wanted; `expired` when what was approved has become impossible. */
  readonly request: ApprovalRequest;
  /** Why it could not be done any more, when it is `expired`. */
  readonly impossible?: Refusal;
}

/**
 * Decides one step of a document: person, role, portfolio, version and state are checked again under its lock; the last
 * approval makes its subject true in this same transaction. Refusals change nothing and say what holds (refusals.ts).
 */
export async function decideApproval(
  tx: Transaction,
  command: DecisionCommand,
  context: ApprovalContext,
): Promise<DecidedApproval | Refusal> {
  const request = await lockRequest(tx, command.requestId);
  if (!request) return approvalRefusal("APPROVAL_UNKNOWN", undefined);
  const judged = judgeDecision(request, await loadAttempt(tx, request, command, context.today));
  if (!judged.ok) return approvalRefusal(judged.code, request, judged.role);
  const { step, onBehalfOf, state } = judged;
  const reason = command.reason?.trim();
  await execute(
    tx,
    Prisma.sql`INSERT INTO approval_decision (id, request_id, request_version, step, person_id, on_behalf_of, decision,
        reason, channel, business_date)
      VALUES (${newId()}::uuid, ${request.id}::uuid, ${request.version}, ${step}, ${command.personId}::uuid,
        ${onBehalfOf ?? null}::uuid, ${command.decision}, ${reason || null}, ${context.channel}, ${context.today}::date)`,
  );
  const outcome = await follow(tx, request, state, reason, context);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: command.decision === "approve" ? "approval.approved" : "approval.rejected",
      subjectKind: "approval",
      subjectId: request.id,
      before: { state: request.state, version: request.version, step, ...outcome.before },
      after: {
        number: request.number,
        type: request.type,
        subject: `${request.subjectKind}|${request.subjectId}`,
        state: outcome.request.state,
        personId: command.personId,
        onBehalfOf,
        reason: reason || undefined,
        amountFen: request.amountFen,
        ...outcome.after,
      },
    },
  ]);
  await refreshCards(tx, outcome.request, context);
  if (outcome.request.state === "pending") await askApprovers(tx, outcome.request, context);
  else if (!context.atOnce) await tellRequester(tx, outcome.request, context);
  return { ok: true, request: outcome.request, ...(outcome.impossible ? { impossible: outcome.impossible } : {}) };
}

interface Outcome {
  readonly request: ApprovalRequest;
  readonly impossible?: Refusal;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** What the decision leads to: the next person, the end without effect, or the deed itself. */
async function follow(
  tx: Transaction,
  before: ApprovalRequest,
  state: "pending" | "approved" | "rejected",
  reason: string | undefined,
  context: ApprovalContext,
): Promise<Outcome> {
  const subject = APPROVAL_SUBJECTS[before.type];
  switch (state) {
    case "pending":
      await execute(
        tx,
        Prisma.sql`UPDATE approval_request SET escalation = 0, revision = revision + 1,
          waiting_since = ${new Date(context.nowMs).toISOString()}::timestamptz WHERE id = ${before.id}::uuid`,
      );
      return { request: await reload(tx, before) };
    case "rejected":
      await subject?.release?.(tx, before, "rejected", context);
      return { request: await closeRequest(tx, before, { state, reason }, context) };
    case "approved": {
      if (!subject) throw new Error(`nothing is done yet when a ${before.type} is approved (subjects.ts)`);
      const decided = await reload(tx, before);
      const applied = await subject.apply(tx, decided, context);
      if (applied.ok) {
        const request = await closeRequest(tx, before, { state }, context);
        return { request, before: applied.before, after: applied.after };
      }
      await subject.release?.(tx, decided, "expired", context);
      const request = await closeRequest(tx, before, { state: "expired", reason: applied.message.zh }, context);
      return { request, impossible: applied, after: { impossible: applied.code } };
    }
    default:
      return state satisfies never;
  }
}

async function reload(tx: Transaction, { id }: ApprovalRequest): Promise<ApprovalRequest> {
  const request = await lockAndLoad(tx, id);
  if (!request) throw new Error(`the approval request ${id} is gone`);
  return request;
}
