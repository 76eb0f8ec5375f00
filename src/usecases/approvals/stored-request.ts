import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalState } from "../../domain/approval/decide.ts";
import type { ApprovalStep, ApprovalType } from "../../domain/approval/policy.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ApprovalFact, ApprovalPayload, ApprovalRequest, DecisionOnRecord } from "./approval.ts";
import { BUILDINGS_OF_REQUEST } from "./place-of-request.ts";

interface StoredRequest {
  readonly id: string;
  readonly number: string;
  readonly type: ApprovalType;
  readonly version: number;
  readonly revision: number;
  readonly state: ApprovalState;
  readonly entity_id: string | null;
  readonly project_id: string | null;
  readonly tenant_id: string | null;
  readonly building_ids: readonly string[];
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly amount_fen: bigint;
  readonly payload: ApprovalPayload;
  readonly title: string;
  readonly facts: readonly ApprovalFact[];
  readonly reason: string;
  readonly policy_id: string;
  readonly steps: readonly ApprovalStep[];
  readonly requested_by: string;
  readonly requested_by_name: string;
  readonly business_date: CivilDate;
  readonly closed_reason: string | null;
}

interface StoredDecision {
  readonly request_id: string;
  readonly step: number;
  readonly person_id: string;
  readonly person_name: string;
  readonly on_behalf_of: string | null;
  readonly on_behalf_of_name: string | null;
  readonly decision: "approve" | "reject";
  readonly reason: string | null;
  readonly decided_on: CivilDate;
  readonly channel: string;
}

/** Documents that fit, with the decisions of their version in force, the oldest first. */
export async function loadRequests(tx: Transaction, condition: Prisma.Sql): Promise<ApprovalRequest[]> {
  const found = await rows<StoredRequest>(
    tx,
    Prisma.sql`SELECT r.id, r.number, r.type, r.version, r.revision, r.state, r.entity_id, r.project_id, r.tenant_id, r.subject_kind,
        r.subject_id, r.amount_fen, r.payload, r.title, r.facts, r.reason, r.policy_id, r.steps, r.requested_by,
        ${BUILDINGS_OF_REQUEST} AS building_ids,
        p.name AS requested_by_name, r.business_date::text, r.closed_reason
      FROM approval_request r JOIN person p ON p.id = r.requested_by
      WHERE ${condition} ORDER BY r.number COLLATE "C"`,
  );
  const decisions = groupBy(
    await rows<StoredDecision>(
      tx,
      Prisma.sql`SELECT d.request_id, d.step, d.person_id, p.name AS person_name, d.on_behalf_of,
          o.name AS on_behalf_of_name, d.decision, d.reason, d.business_date::text AS decided_on, d.channel
        FROM approval_decision d
        JOIN approval_request r ON r.id = d.request_id AND r.version = d.request_version
        JOIN person p ON p.id = d.person_id LEFT JOIN person o ON o.id = d.on_behalf_of
        WHERE d.request_id = ANY (${found.map(({ id }) => id)}::uuid[]) ORDER BY d.decided_at, d.id`,
    ),
    (decision) => decision.request_id,
  );
  return found.map((stored) => requestOf(stored, decisions.get(stored.id) ?? []));
}

/**
 * Locks a document until the transaction ends and reads it. Its money's account is locked before it, as everywhere, so the
 * caller takes that one first (lockRequest in decide-approval.ts). Undefined: there is none.
 */
export async function lockAndLoad(tx: Transaction, id: string): Promise<ApprovalRequest | undefined> {
  await row(tx, Prisma.sql`SELECT 1 AS held FROM approval_request WHERE id = ${id}::uuid FOR UPDATE`);
  const [request] = await loadRequests(tx, Prisma.sql`r.id = ${id}::uuid`);
  return request;
}

/** The document by its number or id; undefined for anything else. */
export async function findRequest(tx: Transaction, reference: string): Promise<ApprovalRequest | undefined> {
  const [request] = await loadRequests(
    tx,
    Prisma.sql`(r.number = ${reference.toUpperCase()} OR r.id::text = ${reference.toLowerCase()})`,
  );
  return request;
}

function requestOf(stored: StoredRequest, decisions: readonly StoredDecision[]): ApprovalRequest {
  return {
    id: stored.id,
    number: stored.number,
    type: stored.type,
    version: stored.version,
    revision: stored.revision,
    state: stored.state,
    entityId: stored.entity_id ?? undefined,
    projectId: stored.project_id ?? undefined,
    tenantId: stored.tenant_id ?? undefined,
    buildingIds: stored.building_ids,
    subjectKind: stored.subject_kind,
    subjectId: stored.subject_id,
    amountFen: stored.amount_fen,
    payload: stored.payload,
    title: stored.title,
    facts: stored.facts,
    reason: stored.reason,
    policyId: stored.policy_id,
    steps: stored.steps,
    requestedBy: stored.requested_by,
    requestedByName: stored.requested_by_name,
    businessDate: stored.business_date,
    decisions: decisions.map(decisionOf),
    closedReason: stored.closed_reason ?? undefined,
  };
}

const decisionOf = (stored: StoredDecision): DecisionOnRecord => ({
  step: stored.step,
  personId: stored.person_id,
  personName: stored.person_name,
  onBehalfOf: stored.on_behalf_of ?? undefined,
  onBehalfOfName: stored.on_behalf_of_name ?? undefined,
  decision: stored.decision,
  reason: stored.reason ?? undefined,
  decidedOn: stored.decided_on,
  channel: stored.channel,
});
