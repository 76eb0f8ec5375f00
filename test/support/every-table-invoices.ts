import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

const HASH = "\\x01";

/** A row in every table of invoices (migrations 0003 and 0018), for insertEveryTable: one issued, partly taken back. */
export async function insertInvoices(
  tx: Transaction,
  ids: {
    readonly entityId: string;
    readonly tenantId: string;
    readonly buildingId: string;
    readonly lineId: string;
    readonly fileId: string;
  },
): Promise<void> {
  const { entityId, tenantId, buildingId, lineId, fileId } = ids;
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  const titleId = await row("invoice_title", {
    tenant_id: tenantId,
    type: "company",
    name: "租户公司",
    tax_no: "91441900MA4TEST001",
    address: "",
    phone: "",
    bank: "招商银行",
    bank_account_cipher: HASH,
    bank_account_key_id: "k",
    bank_account_hash: HASH,
    email: "",
    is_default: true,
    created_by: "S01",
    channel: "cli",
  });
  await insertRow(tx, "invoice_setting", { entity_id: entityId, monthly_limit_fen: 1_000_000n, changed_by: "S01" });
  await insertRow(tx, "building_certificate", {
    building_id: buildingId,
    region: "广东省东莞市",
    address: "园区路1号",
    certificate_no: "粤2026",
  });
  const applicationId = await row("invoice_application", {
    application_no: "FP-202608-00001",
    tenant_id: tenantId,
    kind: "ordinary",
    title_id: titleId,
    amount_fen: 100n,
    before_money: false,
    state: "submitted",
    requested_by: "S01",
    channel: "cli",
    business_date: "2026-08-06",
  });
  const invoiceId = await row("invoice", {
    entity_id: entityId,
    tenant_id: tenantId,
    number: "I1",
    amount_fen: 100n,
    state: "issued",
    application_id: applicationId,
  });
  await insertRow(tx, "invoice_coverage", { line_id: lineId, invoice_id: invoiceId, amount_fen: 100n });
  const redLetterId = await row("red_letter", {
    red_no: "HZ-202608-00001",
    invoice_id: invoiceId,
    reason: "mistake",
    explanation: "抬头写错",
    amount_fen: 10n,
    state: "approved",
    requested_by: "S01",
    business_date: "2026-08-07",
  });
  await insertRow(tx, "red_letter_coverage", {
    red_letter_id: redLetterId,
    line_id: lineId,
    component: "principal",
    amount_fen: 10n,
  });
  await row("invoice_order", {
    invoice_id: invoiceId,
    red_letter_id: redLetterId,
    order_no: "HZ-202608-00001",
    provider: "nuonuo",
    state: "making",
    next_step_at: "2026-08-07T01:00:00Z",
  });
  await row("invoice_file", {
    invoice_id: invoiceId,
    format: "pdf",
    file_id: fileId,
    sha256: "a".repeat(64),
    added_by: "S01",
  });
}
