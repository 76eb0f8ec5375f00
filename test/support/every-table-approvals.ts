import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRefunds } from "./every-table-refunds.ts";
import { insertRow } from "./rows.ts";

/** A row in every table of approvals (migrations 0005 and 0011), for insertEveryTable. Returns the pending document's id. */
export async function insertApprovals(
  tx: Transaction,
  ids: {
    readonly entityId: string;
    readonly receiptId: string;
    readonly lineId: string;
    readonly personId: string;
    readonly requesterId: string;
  },
): Promise<string> {
  const { entityId, receiptId, lineId, personId, requesterId } = ids;
  const instant = "2026-08-05T01:00:00Z";
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  const policyId = await row("approval_policy", { type: "refund", version: 1, tiers: [] });
  const requestId = await row("approval_request", {
    entity_id: entityId,
    type: "refund",
    subject_kind: "receipt",
    subject_id: receiptId,
    amount_fen: 1n,
    payload: {},
    payload_hash: "",
    policy_id: policyId,
    state: "pending",
    requested_by: requesterId,
    number: "SP-202608-00001",
    title: "退款申请",
    facts: [],
    steps: [{ role: "area-manager", count: 1 }],
    requested_channel: "cli",
    business_date: "2026-08-05",
    waiting_since: instant,
  });
  await row("approval_request", {
    entity_id: entityId,
    type: "refund",
    subject_kind: "receipt",
    subject_id: receiptId,
    amount_fen: 1n,
    payload: {},
    payload_hash: "",
    policy_id: policyId,
    state: "approved",
    requested_by: requesterId,
    number: "SP-202608-00002",
    title: "退款申请",
    facts: [],
    steps: [],
    requested_channel: "cli",
    business_date: "2026-08-05",
    waiting_since: instant,
    closed_on: "2026-08-05",
  });
  await row("approval_decision", {
    request_id: requestId,
    request_version: 1,
    step: 0,
    person_id: personId,
    decision: "approve",
    channel: "wecom",
    business_date: "2026-08-05",
  });
  await insertRow(tx, "approval_series", { month: "202608", last_number: 1 });
  await row("approval_delegation", {
    delegator_id: personId,
    delegate_id: requesterId,
    role: "area-manager",
    valid: "[2026-08-01,2026-08-08)",
  });
  await row("claim_relief", {
    entity_id: entityId,
    line_id: lineId,
    kind: "waiver",
    amount_fen: 1n,
    reason: "r",
    requested_by: "S01",
    approved_by: "S02",
    relieved_on: "2026-08-05",
  });
  await insertRefunds(tx, { entityId, receiptId, personId: requesterId });
  return requestId;
}
