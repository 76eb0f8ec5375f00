import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertApprovals } from "./every-table-approvals.ts";
import { insertDunning } from "./every-table-dunning.ts";
import { insertInvoices } from "./every-table-invoices.ts";
import { insertMovingOut } from "./every-table-moving-out.ts";
import { insertStatements } from "./every-table-statements.ts";
import { insertVouchers } from "./every-table-vouchers.ts";
import { insertMeterRows } from "./meter-rows.ts";
import { type Estate, insertBill, insertEstate, insertLine, insertRow } from "./rows.ts";

/** Ids of the rows that the guarantee tests name. */
export interface EveryTable extends Estate {
  readonly personId: string;
  readonly requesterId: string;
  readonly billId: string;
  readonly lineId: string;
  readonly discountId: string;
  readonly runId: string;
  readonly openPoolId: string;
  readonly closedPoolId: string;
  readonly orderId: string;
  readonly receiptId: string;
  readonly allocationId: string;
  readonly transactionId: string;
  readonly requestId: string;
}

const HASH = "\\x01";

/** A row in every table, as small as it may be, so that tests can break one rule of a table with a changed copy of it. */
export async function insertEveryTable(tx: Transaction): Promise<EveryTable> {
  const estate = await insertEstate(tx, "X");
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  const keyed = (table: string, values: Record<string, unknown>): Promise<void> => insertRow(tx, table, values);
  const { entityId, projectId, unitId, tenantId, leaseId } = estate;

  await row("operator", { code: "O", name: "运营" });
  await row("tax_rate", { entity_id: entityId, kind: "rent", valid_from: "2026-01-01", rate: "0.09" });
  const merchantId = await row("merchant_account", { entity_id: entityId, code: "WX", channel: "wechat", mch_id: "1" });
  const bankId = await row("bank_account", {
    entity_id: entityId,
    code: "BK",
    bank: "招商银行",
    account_no_cipher: HASH,
    account_no_key_id: "k",
    account_no_hash: HASH,
  });
  await row("unit_area", { unit_id: unitId, kind: "", area_sqm: "100", valid: "[2026-01-01,2027-01-01)" });
  await keyed("tenant_account", { tenant_id: tenantId, entity_id: entityId });
  await row("virtual_account", {
    entity_id: entityId,
    bank_account_id: bankId,
    tenant_id: tenantId,
    number: "V1",
    valid: "[2026-01-01,2027-01-01)",
  });
  const personId = await row("person", { name: "经理" });
  const requesterId = await row("person", { name: "申请人" });
  await keyed("person_phone", { phone_hash: HASH, person_id: personId, phone_cipher: HASH, phone_key_id: "k" });
  await row("channel_identity", { person_id: personId, platform: "wecom", app_id: "a", external_id: "e" });
  await row("tenant_member", { tenant_id: tenantId, person_id: personId, role: "owner" });
  const day = { created_at: "2026-08-01T01:00:00Z", expires_at: "2026-08-02T01:00:00Z" };
  const invitation = { tenant_id: tenantId, kind: "invitation", role: "viewer", invited_by: personId, ...day };
  await row("tenant_invitation", { ...invitation, code_hash: HASH });
  await row("erasure", { person_id: personId, platform: "wecom", app_id: "a", external_id: "e" });
  const staffId = await row("staff", { person_id: personId, code: "S", name: "经理" });
  await keyed("staff_role", { staff_id: staffId, role: "steward" });
  await keyed("staff_project", { staff_id: staffId, project_id: projectId });
  await keyed("staff_building", { staff_id: staffId, building_id: estate.buildingId });
  const tariffId = await row("tariff", { code: "T", kind: "flat", basis: "month" });
  await row("tariff_price", { tariff_id: tariffId, valid_from: "2026-01-01", price: {} });
  const meterId = await row("meter", { code: "M", utility: "water", registers: ["total"], multiplier: "1", digits: 6 });
  await row("meter_assignment", { meter_id: meterId, unit_id: unitId, held: "[2026-01-01,2027-01-01)" });
  await row("reading", {
    meter_id: meterId,
    stands_on: "2026-07-31",
    revision: 0,
    reading_date: "2026-07-31",
    at_time: "end",
    kind: "periodic",
    value: {},
    source: "import",
  });
  const poolId = await row("pool", { code: "P", terms: {} });
  await row("pool_cost", { pool_id: poolId, month: "2026-07", revision: 0, cost_fen: 100n });
  await row("lease_unit", { lease_id: leaseId, unit_id: unitId, held: "[2026-01-01,2027-01-01)" });
  await row("lease_charge", {
    lease_id: leaseId,
    entity_id: entityId,
    code: "rent",
    kind: "rent",
    period_anchor: "calendar",
    rule: {},
    valid: "[2026-01-01,2027-01-01)",
  });
  await row("import_batch", { sha256: "", actor: "a", business_date: "2026-08-01", result: {} });

  const runId = await row("billing_run", { period: "2026-08", project_code: "", state: "draft", created_by: "S01" });
  await row("billing_chunk", { run_id: runId, stage: "compute", ordinal: 0, lease_ids: [], state: "waiting" });
  const { billId } = await insertBill(tx, estate, { run_id: runId, total_fen: 10_900n });
  const lineId = await insertLine(tx, estate, billId);
  const negative = { amount_fen: -1_090n, net_fen: -1_000n, tax_fen: -90n };
  const discountId = await insertLine(tx, estate, billId, { role: "discount", kind: "discount", ...negative });
  await keyed("receivable", {
    line_id: lineId,
    bill_id: billId,
    entity_id: entityId,
    tenant_id: tenantId,
    lease_id: leaseId,
    principal_fen: 9_810n,
    open_fen: 9_810n,
  });
  await row("set_off", { from_line_id: discountId, to_line_id: lineId, amount_fen: 1_090n });
  await row("dispute", { line_id: lineId, reason: "r", raised_by: "p", disputed: "[2026-08-20,2026-08-25)" });
  const ofLine = { entity_id: entityId, line_id: lineId };
  await row("late_fee_accrual", {
    ...ofLine,
    through_date: "2026-08-31",
    revision: 0,
    cumulative_fen: 100n,
    posted_fen: 100n,
    days: 20,
  });
  await row("late_fee_waiver", {
    ...ofLine,
    amount_fen: 1n,
    reason: "r",
    requested_by: "S01",
    approved_by: "S02",
    waived_on: "2026-09-01",
  });
  await keyed("parked_line", {
    lease_id: leaseId,
    charge_code: "elec",
    period_from: "2026-07-01",
    period_to: "2026-07-31",
    code: "READING_MISSING",
    message: "m",
    run_id: runId,
  });
  await keyed("anomaly_acknowledgement", { anomaly_id: "A", acknowledged_by: "S01" });
  await keyed("billing_recheck", { lease_id: leaseId, from_date: "2026-08-01", reason: "r" });
  const pool = { pool_id: poolId, entity_id: entityId, month: "2026-07", cost_fen: 100n, input_hash: "" };
  const closedPoolId = await row("pool_allocation", { ...pool, version: 1, state: "open" });
  const openPoolId = await row("pool_allocation", { ...pool, version: 2, state: "open" });
  for (const [allocation_id, amount_fen] of [
    [closedPoolId, 100n],
    [openPoolId, 99n],
  ] as const) {
    await keyed("pool_share", {
      allocation_id,
      holder: "~operator",
      lease_code: "",
      weight: "1",
      days: 31,
      amount_fen,
    });
  }
  await tx.$executeRawUnsafe(`UPDATE pool_allocation SET state = 'closed' WHERE id = '${closedPoolId}'`);
  await keyed("opening_billed_through", { lease_id: leaseId, charge_code: "rent", through_date: "2026-07-31" });
  await keyed("opening_deposit", { lease_id: leaseId, entity_id: entityId, amount_fen: 100n });

  const orderId = await row("payment_order", {
    entity_id: entityId,
    tenant_id: tenantId,
    merchant_account_id: merchantId,
    out_trade_no: "N1",
    purpose: "bills",
    amount_fen: 100n,
    frozen_as_of: "2026-08-05",
    expires_at: "2026-08-05T15:59:30Z",
    state: "PAYABLE",
    method: "native",
    created_by: "p",
  });
  const part = { line_id: lineId, component: "principal", amount_fen: 100n };
  await keyed("payment_order_line", { order_id: orderId, ...part, active: true });
  await row("vendor_call", {
    vendor: "wechat-pay",
    operation: "create",
    subject_kind: "payment-order",
    subject_id: orderId,
    attempt: 1,
    state: "INTENT",
  });
  await keyed("number_series", { series: "receipt|EX|2026", last_number: 1n });
  const receiptId = await row("receipt", {
    entity_id: entityId,
    tenant_id: tenantId,
    channel: "bank",
    account_code: "BK",
    channel_no: "C1",
    receipt_no: "R1",
    amount_fen: 200n,
    value_date: "2026-08-05",
    state: "counted",
    recorded_by: "S01",
  });
  const owner = { entity_id: entityId, tenant_id: tenantId };
  const owned = { entityId, tenantId };
  await row("prepayment", {
    ...owner,
    origin: "receipt",
    origin_id: receiptId,
    receipt_id: receiptId,
    amount_fen: 100n,
    remaining_fen: 50n,
    value_date: "2026-08-05",
  });
  const allocationId = await row("allocation", {
    ...owner,
    source: "receipt",
    source_id: receiptId,
    sequence: 0,
    ...part,
    value_date: "2026-08-05",
    rule: "order",
  });
  await keyed("allocation_reversal", {
    allocation_id: allocationId,
    event_id: newId(),
    amount_fen: 60n,
    reason: "undo",
    effective_date: "2026-08-05",
  });
  await keyed("accounting_period", { entity_id: entityId, month: "2026-07", state: "open", changed_by: "S01" });
  const transactionId = await row("ledger_transaction", {
    entity_id: entityId,
    event_type: "bill.issued",
    event_id: billId,
    period: "2026-08",
    booking_date: "2026-08-01",
    value_date: "2026-08-01",
  });
  await row("ledger_posting", {
    transaction_id: transactionId,
    entity_id: entityId,
    debit_account: "1122",
    credit_account: "6001",
    amount_fen: 100n,
  });
  const shiftId = await row("cashier_shift", {
    entity_id: entityId,
    staff_id: staffId,
    shift_no: "BC-X-1",
    state: "open",
    opened_on: "2026-08-05",
    opened_at: "2026-08-05T01:00:00Z",
    opening_fen: 0n,
  });
  await keyed("cashier_shift_receipt", { receipt_id: receiptId, sign: 1, shift_id: shiftId });
  await insertStatements(tx, { ...owned, receiptId });

  await keyed("conversation", { key: "c" });
  const inboxId = await row("inbox_event", {
    platform: "wecom",
    app_id: "a",
    external_key: "k",
    conversation_key: "c",
    sequence: 1,
    event: {},
    state: "received",
  });
  const outboxId = await row("outbox", {
    stream_key: "s",
    stream_seq: 1,
    dedupe_key: "d",
    channel: "wecom",
    app_id: "a",
    recipient: "r",
    occasion: "reply",
    message: {},
    inbox_event_id: inboxId,
    state: "pending",
  });
  await keyed("outbox_stream", { key: "s", last_seq: 1 });
  await row("delivery", { outbox_id: outboxId, attempt: 1, recipient: "r", via: "custom", state: "accepted" });
  await keyed("card_instance", {
    task_id: "t",
    outbox_id: outboxId,
    subject_kind: "bill",
    subject_id: billId,
    subject_version: 1,
    recipient: "r",
  });
  await keyed("card_response_code", { code: "rc", task_id: "t", received_at: "2026-08-01T01:00:00Z" });
  await row("staff_group", { project_id: projectId, platform: "wecom", app_id: "a", external_id: "g" });
  await keyed("dingtalk_group", { app_id: "a", external_id: "g", has_robot: true });
  const instant = "2026-08-05T00:00:00Z";
  await row("reach_window", {
    app_id: "a",
    external_id: "e",
    reason: "message",
    opened_at: instant,
    expires_at: instant,
    allowance: 5,
    used: 5,
  });
  await row("bind_code", {
    phone_hash: HASH,
    conversation_key: "c",
    code_hash: HASH,
    attempts: 5,
    expires_at: instant,
  });
  await keyed("vendor_token", { key: "k", token_cipher: HASH, token_key_id: "k" });
  await keyed("spent_token", { token_hash: HASH, purpose: "p", expires_at: instant });
  await keyed("rate_count", { key: "k", window_start: instant, count: 1 });

  const requestId = await insertApprovals(tx, { entityId, receiptId, lineId, personId, requesterId });
  await insertMeterRows(row, keyed, { leaseId, billId });
  await keyed("job_run", { name: "j", slot: instant, state: "queued" });
  await keyed("audit_seal", {
    batch: 1,
    first_sequence: 1,
    last_sequence: 1,
    business_date: "2026-08-05",
    previous_hash: "",
    hash: "",
  });
  for (const seal_batch of [null, 1]) {
    await row("audit_event", {
      business_date: "2026-08-05",
      actor: "a",
      channel: "cli",
      action: "x",
      subject_kind: "bill",
      subject_id: billId,
      seal_batch,
    });
  }
  const paperFileId = await row("document_file", {
    file_name: "a.pdf",
    media_type: "application/pdf",
    sha256: "a".repeat(64),
    content_cipher: HASH,
    content_key_id: "k",
  });
  await row("evidence_photo", {
    subject_kind: "task-note",
    subject_id: newId(),
    platform: "wecom",
    app_id: "ww",
    media_id: "m1",
    sender: "li",
    sent_at: "2026-08-19T02:00:00Z",
    state: "kept",
    next_try_at: "2026-08-19T02:00:00Z",
    file_id: paperFileId,
    size_bytes: 5,
  });
  const documentId = await row("document", { ...owner, kind: "bill", subject: {}, subject_key: "bill|1" });
  await row("document_version", {
    document_id: documentId,
    as_of: "2026-08-05",
    content_hash: "b".repeat(64),
    short_code: "0000-0000-0000",
    file_id: paperFileId,
    pages: 2,
  });
  await keyed("document_posting", { document_id: documentId, state: "waiting" });
  await keyed("bill_scene_code", { bill_id: billId, content: "http://weixin.qq.com/q/1", expires_on: "2026-09-01" });
  await insertInvoices(tx, { ...owned, buildingId: estate.buildingId, lineId, fileId: paperFileId });
  await insertVouchers(tx, { entityId, transactionId, staffId });
  await insertDunning(tx, { tenantId, projectId, personId });
  await insertMovingOut(tx, { ...owned, projectId, leaseId });
  return {
    ...estate,
    personId,
    requesterId,
    billId,
    lineId,
    discountId,
    runId,
    openPoolId,
    closedPoolId,
    orderId,
    receiptId,
    allocationId,
    transactionId,
    requestId,
  };
}
