import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/**
 * What was typed last in a conversation, oldest first, as typed: for the steward who is called into it. Never for logs or
 * the audit trail. Nothing older than a day: it belongs to another matter.
 */
export async function findRecentWords(tx: Transaction, conversationKey: string, limit: number): Promise<string[]> {
  const found = await rows<{ words: string }>(
    tx,
    Prisma.sql`SELECT event->>'text' AS words FROM inbox_event
      WHERE conversation_key = ${conversationKey} AND event->>'kind' = 'text' AND received_at > now() - interval '1 day'
      ORDER BY sequence DESC LIMIT ${limit}`,
  );
  return found.map(({ words }) => words).reverse();
}
