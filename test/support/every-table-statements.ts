import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

const HASH = "\\x01";

/** A row in every table of statements and their matching (migrations 0013 and 0014), for insertEveryTable. */
export async function insertStatements(
  tx: Transaction,
  ids: { readonly entityId: string; readonly tenantId: string; readonly receiptId: string },
): Promise<void> {
  const { entityId, tenantId, receiptId } = ids;
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  const file = { entity_id: entityId, account_code: "BK" };
  const fileId = await row("statement_file", { ...file, source: "bank", statement_date: "2026-08-05", sha256: "f" });
  await insertRow(tx, "statement_file_part", { file_id: fileId, part: 0, cipher: HASH, key_id: "k" });
  const counterpartyId = await row("counterparty_account", {
    account_hash: HASH,
    account_cipher: HASH,
    account_key_id: "k",
    tail: "4321",
  });
  const statementLineId = await row("statement_line", {
    ...file,
    file_id: fileId,
    value_date: "2026-08-05",
    content_hash: "h",
    occurrence: 0,
    amount_fen: 200n,
    counterparty_account_id: counterpartyId,
    content: {},
  });
  await row("match_item", {
    statement_line_id: statementLineId,
    book_kind: "receipt",
    book_id: receiptId,
    stage: 1,
    reasons: [],
    active: true,
  });
  const exceptionId = await row("exception_item", {
    entity_id: entityId,
    kind: "k",
    subject_key: "s",
    facts: {},
    state: "open",
  });
  await row("exception_resolution", {
    exception_id: exceptionId,
    ordinal: 1,
    proposal: "note",
    effect: {},
    resolved_by: "S01",
    resolved_on: "2026-08-06",
  });
  const movementId = await row("channel_movement", {
    ...file,
    kind: "bank-fee",
    amount_fen: 1n,
    value_date: "2026-08-05",
    subject_key: "fee|1",
    recorded_by: "S01",
  });
  await insertRow(tx, "pos_settlement_item", { movement_id: movementId, receipt_id: receiptId, sign: 1 });
  const fingerprintId = await row("payer_fingerprint", {
    counterparty_account_id: counterpartyId,
    name_key: "租户",
    tenant_id: tenantId,
  });
  await insertRow(tx, "payer_confirmation", {
    fingerprint_id: fingerprintId,
    statement_line_id: statementLineId,
    confirmed_by: "S01",
  });
  await row("stated_figure", {
    tenant_id: tenantId,
    entity_id: entityId,
    amount_fen: 200n,
    stated_on: "2026-08-04",
    source: "chat",
  });
  await row("transfer_claim", { tenant_id: tenantId, amount_fen: 200n, claimed_on: "2026-08-06", state: "open" });
  await insertRow(tx, "statement_day", {
    ...file,
    day: "2026-08-05",
    closed: false,
    certificate: {},
    run_by: "S01",
  });
}
