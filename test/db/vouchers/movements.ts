import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import type { ReadEntry } from "../../independent/read-voucher-file.ts";

/* What the ledger moved and what a file says, put side by side by account and customer. */

export type Movement = Readonly<Record<string, readonly [debit: number, credit: number]>>;

/** By account and customer: what the ledger's pairs of the month add up to, the customer only where it is kept. */
export async function ledgerMovement(db: Database, month: string): Promise<Movement> {
  const found = await rows<{ key: string; debit: bigint; credit: bigint }>(
    db,
    Prisma.sql`SELECT key, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit FROM (
        SELECT t.entity_id, debit_account AS account, n.code AS tenant, amount_fen AS debit, 0 AS credit
        FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id LEFT JOIN tenant n ON n.id = p.tenant_id WHERE t.period = ${month}
        UNION ALL
        SELECT t.entity_id, credit_account, n.code, 0, amount_fen
        FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id LEFT JOIN tenant n ON n.id = p.tenant_id WHERE t.period = ${month}
      ) side JOIN legal_entity e ON e.id = side.entity_id,
      LATERAL (SELECT e.code || '|' || account || '|' ||
        CASE WHEN account IN ('1122', '2203', '2203.09', '2241.01') THEN coalesce(tenant, '') ELSE '' END AS key) k
      GROUP BY key`,
  );
  return Object.fromEntries(found.map((one) => [one.key, [Number(one.debit), Number(one.credit)]]));
}

export function movementOf(entries: readonly ReadEntry[]): Movement {
  const sums: Record<string, [number, number]> = {};
  for (const entry of entries) {
    const key = `${entry.voucher.split("|")[0]}|${entry.account}|${entry.customer}`;
    const [debit, credit] = sums[key] ?? [0, 0];
    sums[key] = [debit + entry.debitCents, credit + entry.creditCents];
  }
  return sums;
}

export function balances(entries: readonly ReadEntry[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    sums.set(entry.voucher, (sums.get(entry.voucher) ?? 0) + entry.debitCents - entry.creditCents);
  }
  return sums;
}
