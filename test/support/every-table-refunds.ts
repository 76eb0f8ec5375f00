import { Prisma } from "../../generated/prisma/client.ts";
import { newId } from "../../src/db/ids.ts";
import { row as findRow } from "../../src/db/rows.ts";
import type { Transaction } from "../../src/db/transaction.ts";
import { insertRow } from "./rows.ts";

/** A row in every table of refunds (migration 0012), for insertEveryTable: one asked for, held, of a receipt's prepayment. */
export async function insertRefunds(
  tx: Transaction,
  ids: { readonly entityId: string; readonly receiptId: string; readonly personId: string },
): Promise<void> {
  const { entityId, receiptId, personId } = ids;
  const instant = "2026-08-05T01:00:00Z";
  const own = await findRow<{ tenantId: string; prepaymentId: string }>(
    tx,
    Prisma.sql`SELECT r.tenant_id AS "tenantId", p.id AS "prepaymentId" FROM receipt r
      JOIN prepayment p ON p.receipt_id = r.id WHERE r.id = ${receiptId}::uuid ORDER BY p.id LIMIT 1`,
  );
  if (!own) throw new Error("no prepayment of the receipt");
  const row = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const id = newId();
    await insertRow(tx, table, { id, ...values });
    return id;
  };
  await insertRow(tx, "receipt_payer", { receipt_id: receiptId, paid_at: instant, payer_key: "k" });
  const accountId = await row("payout_account", {
    tenant_id: own.tenantId,
    holder: "租户",
    bank: "招商银行",
    account_no_cipher: "\\x01",
    account_no_key_id: "k",
    account_no_hash: "\\x02",
    account_no_tail: "5678",
    entered_by: "staff:S01",
    entered_at: instant,
  });
  const refundId = await row("refund", {
    refund_no: "TK-E1-2026-000001",
    entity_id: entityId,
    tenant_id: own.tenantId,
    receipt_id: receiptId,
    source: "prepayment",
    amount_fen: 1n,
    reason: "r",
    state: "requested",
    requested_by: personId,
    requested_via: "cli",
    requested_at: instant,
    route: "bank",
    out_refund_no: "RF1",
    payout_account_id: accountId,
  });
  await insertRow(tx, "refund_part", { refund_id: refundId, prepayment_id: own.prepaymentId, amount_fen: 1n });
  await row("refund_hold", { refund_id: refundId, kind: "SHARED_PAYER_ACCOUNT", facts: {}, held_at: instant });
}
