import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

interface NewOrder {
  readonly invoice_id: string;
  readonly red_letter_id: string | null;
  readonly order_no: string;
  readonly provider: string;
}

/**
 * Orders the invoices of an application from the provider of their entity, in the transaction that lets finance see it;
 * those of an entity without one are made by hand. `stepDueOrders` carries the orders out. A second call changes nothing.
 */
export async function beginInvoiceOrders(tx: Transaction, applicationId: string): Promise<void> {
  const meant = await rows<NewOrder>(
    tx,
    Prisma.sql`SELECT i.id AS invoice_id, NULL AS red_letter_id, a.application_no || '-' || (i.ordinal + 1) AS order_no, s.provider
      FROM invoice i JOIN invoice_application a ON a.id = i.application_id
      JOIN invoice_setting s ON s.entity_id = i.entity_id AND s.provider <> 'manual'
      WHERE a.id = ${applicationId}::uuid AND i.state = 'requested'`,
  );
  await insertOrders(tx, meant);
}

/** Orders a red letter that was agreed to from the provider that made its blue invoice, where the entity still has it. */
export async function beginRedOrder(tx: Transaction, redLetterId: string): Promise<void> {
  const meant = await rows<NewOrder>(
    tx,
    Prisma.sql`SELECT i.id AS invoice_id, r.id AS red_letter_id, r.red_no AS order_no, s.provider
      FROM red_letter r JOIN invoice i ON i.id = r.invoice_id
      JOIN invoice_setting s ON s.entity_id = i.entity_id AND s.provider = i.provider AND s.provider <> 'manual'
      WHERE r.id = ${redLetterId}::uuid AND r.state = 'approved'`,
  );
  await insertOrders(tx, meant);
}

const insertOrders = (tx: Transaction, orders: readonly NewOrder[]): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO invoice_order (id, invoice_id, red_letter_id, order_no, provider, state, next_step_at)
      SELECT t.id, t.invoice_id, t.red_letter_id, t.order_no, t.provider, 'waiting', to_timestamp(0)
      FROM jsonb_to_recordset(${toRecordset(orders.map((order) => ({ id: newId(), ...order })))}::jsonb)
        AS t(id uuid, invoice_id uuid, red_letter_id uuid, order_no text, provider text)
      ON CONFLICT DO NOTHING`,
  );
