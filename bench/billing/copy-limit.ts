import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

export function withDatabase(url: string, name: string): string {
  const named = new URL(url);
  named.pathname = `/${name}`;
  return named.toString();
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const createDatabase = (url: string, name: string, template?: string): Promise<unknown> =>
  withClient(url, (client) =>
    client.query(`CREATE DATABASE ${name}${template === undefined ? "" : ` TEMPLATE ${template} STRATEGY FILE_COPY`}`),
  );

export const dropDatabase = (url: string, name: string): Promise<unknown> =>
  withClient(url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));

/** What a run writes, in the order in which its foreign keys allow it; `which` are the rows of the run of February. */
const WRITTEN: readonly { readonly table: string; readonly which: string }[] = [
  { table: "approval_request", which: "id IN (SELECT approval_id FROM billing_run WHERE period = '2026-02')" },
  {
    table: "approval_decision",
    which: "request_id IN (SELECT approval_id FROM billing_run WHERE period = '2026-02')",
  },
  { table: "billing_run", which: "period = '2026-02'" },
  { table: "billing_chunk", which: "run_id IN (SELECT id FROM billing_run WHERE period = '2026-02')" },
  { table: "bill", which: "period = '2026-02'" },
  { table: "bill_line", which: "bill_id IN (SELECT id FROM bill WHERE period = '2026-02')" },
  { table: "receivable", which: "bill_id IN (SELECT id FROM bill WHERE period = '2026-02')" },
  { table: "pool_allocation", which: "month = '2026-01'" },
  { table: "pool_share", which: "allocation_id IN (SELECT id FROM pool_allocation WHERE month = '2026-01')" },
  { table: "ledger_transaction", which: "period = '2026-02'" },
  {
    table: "ledger_posting",
    which: "transaction_id IN (SELECT id FROM ledger_transaction WHERE period = '2026-02')",
  },
];

/**
 * Seconds that PostgreSQL itself needs to COPY the rows of the run from files into the same tables with their indexes,
 * keys and triggers, one transaction a table: nothing that sends rows from outside can be faster. Rows of a pool month are
 * copied while it is open, as the run does.
 */
export async function copyLimit(source: string, target: string): Promise<{ seconds: number; lines: number }> {
  const folder = mkdtempSync(join(tmpdir(), "parkledger-copy-"));
  // The server writes and reads the files, under an account of its own.
  chmodSync(folder, 0o777);
  try {
    const lines = await withClient(source, async (client) => {
      for (const { table, which } of WRITTEN) {
        await client.query(`COPY (SELECT * FROM ${table} WHERE ${which}) TO '${join(folder, table)}' (FORMAT binary)`);
      }
      const counted = await client.query<{ count: string }>(
        "SELECT count(*) FROM bill_line line JOIN bill b ON b.id = line.bill_id WHERE b.period = '2026-02'",
      );
      return Number(counted.rows[0]?.count);
    });
    return await withClient(target, async (client) => {
      // The rows come closed; the trigger that refuses a month beginning closed would refuse the copy of one.
      await client.query(
        "ALTER TABLE pool_allocation DISABLE TRIGGER USER; ALTER TABLE pool_share DISABLE TRIGGER USER",
      );
      await client.query("CHECKPOINT");
      const begunMs = performance.now();
      for (const { table } of WRITTEN)
        await client.query(`COPY ${table} FROM '${join(folder, table)}' (FORMAT binary)`);
      return { seconds: (performance.now() - begunMs) / 1000, lines };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
