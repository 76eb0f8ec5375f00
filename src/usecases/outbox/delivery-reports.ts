import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/**
 * A report may overtake the answer to our own request: then it was handled before there was a delivery to report on. The
 * conversation's lock makes "handled before" and "comes after" the only two cases.
 */
export async function applyEarlyReport(tx: Transaction, conversationKey: string, vendorId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`INSERT INTO conversation (key) VALUES (${conversationKey}) ON CONFLICT DO NOTHING`);
  await tx.$queryRaw(Prisma.sql`SELECT 1 AS held FROM conversation WHERE key = ${conversationKey} FOR UPDATE`);
  const [early] = await rows<{ delivered: boolean; detail: string }>(
    tx,
    Prisma.sql`SELECT (event->>'delivered')::boolean AS delivered, event->>'detail' AS detail FROM inbox_event
      WHERE conversation_key = ${conversationKey} AND state = 'handled'
        AND event->>'kind' = 'delivery' AND event->>'vendorId' = ${vendorId} LIMIT 1`,
  );
  if (early) await recordDelivery(tx, { vendorId, ...early });
}

/** The platform reports later what became of a message (TEMPLATESENDJOBFINISH). */
export async function recordDelivery(
  tx: Transaction,
  report: { readonly vendorId: string; readonly delivered: boolean; readonly detail: string },
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`UPDATE delivery SET state = ${report.delivered ? "delivered" : "undelivered"},
    detail = ${report.detail} WHERE vendor_id = ${report.vendorId} AND state = 'accepted'`);
}
