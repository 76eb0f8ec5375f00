import { newId } from "../../src/db/ids.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

/** A row in every table of vouchers (migration 0017), for insertEveryTable. */
export async function insertVouchers(
  tx: Transaction,
  ids: { readonly entityId: string; readonly transactionId: string; readonly staffId: string },
): Promise<void> {
  const { entityId, transactionId, staffId } = ids;
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  await row("voucher_mapping", {
    entity_id: entityId,
    version: 1,
    book_code: "001",
    grouping: "event",
    words: "single",
    accounts: {},
    created_by: "S01",
  });
  const voucherId = await row("voucher", {
    entity_id: entityId,
    period: "2026-08",
    word: "记",
    number: 1,
    voucher_date: "2026-08-01",
    book_code: "001",
    mapping_version: 1,
    template_version: 1,
    document_no: "D1",
  });
  await insertRow(tx, "voucher_entry", {
    voucher_id: voucherId,
    line_no: 1,
    summary: "应收",
    account_code: "1122",
    external_code: "1122",
    external_name: "应收账款",
    debit_fen: 100n,
    credit_fen: 0n,
  });
  await row("voucher_request", {
    staff_id: staffId,
    month: "2026-08",
    format: "csv",
    channel: "wecom",
    app_id: "corp",
    recipient: "w-S01",
    state: "waiting",
  });
  await insertRow(tx, "voucher_event", { transaction_id: transactionId, voucher_id: voucherId });
}
