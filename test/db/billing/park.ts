import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { loadKnownWorld } from "../../../src/db/known-world.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import type { BillingCommand } from "../../../src/usecases/billing/command.ts";
import { publishBills } from "../../../src/usecases/billing/publish-bills.ts";
import { issueRun, type RunContext } from "../../../src/usecases/billing/run-billing.ts";
import { issuedResult, previewResult, type RunResult } from "../../../src/usecases/billing/run-result.ts";
import { type ImportResult, importWorld } from "../../../src/usecases/import-world/import-world.ts";

/* What an operator does at the command line, without the process around it. */

export const ENCRYPTION = createFieldEncryption([Buffer.alloc(32, 7)]);

export interface ImportOptions {
  readonly dryRun?: boolean;
}

/** Reads and imports a document on a day; the problems of reading and of importing alike are `errors`. */
export async function importDocument(
  db: Database,
  document: object,
  today: string,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const day = parseCivilDate(today);
  const known = await inTransaction(db, loadKnownWorld, { timeoutMs: 60_000 });
  const read = readWorld(JSON.parse(JSON.stringify(document)), { today: day, known });
  if (!read.ok) return { ok: false, errors: read.errors };
  return importWorld(db, read.world, {
    today: day,
    encryption: ENCRYPTION,
    apps: { wecom: "corp-1", "official-account": "oa-1" },
    actor: "operator",
    channel: "cli",
    dryRun: options.dryRun ?? false,
  });
}

/** As importDocument; throws with the problems when it is refused. */
export async function imported(db: Database, document: object, today: string): Promise<ImportResult & { ok: true }> {
  const result = await importDocument(db, document, today);
  if (!result.ok) throw new Error(JSON.stringify(result.errors, undefined, 2));
  return result;
}

export interface RunOptions {
  readonly project?: string;
  readonly issueDate?: string;
  readonly acknowledge?: "all" | readonly string[];
  readonly createdBy?: string | undefined;
  readonly approvedBy?: string | undefined;
  /** Default: the first day of the period. */
  readonly today?: string;
  readonly chunkLeases?: number;
}

export const commandOf = (period: string, options: RunOptions = {}): BillingCommand => ({
  period: parseMonth(period),
  project: options.project,
  issueDate: options.issueDate === undefined ? undefined : parseCivilDate(options.issueDate),
  acknowledge: options.acknowledge ?? [],
});

export const contextOf = (period: string, options: RunOptions = {}): RunContext => ({
  today: parseCivilDate(options.today ?? `${period}-01`),
  actor: "staff:S01",
  channel: "cli",
  createdBy: "createdBy" in options ? options.createdBy : "S01",
  approvedBy: "approvedBy" in options ? options.approvedBy : "S02",
});

export const preview = async (db: Database, period: string, options: RunOptions = {}): Promise<RunResult> =>
  previewResult(db, commandOf(period, options), { chunkLeases: options.chunkLeases });

/** `bill run --issue`; throws when it is refused. */
export async function issue(db: Database, period: string, options: RunOptions = {}): Promise<RunResult> {
  const command = commandOf(period, options);
  const issued = await issueRun(db, command, contextOf(period, options));
  if (!issued.ok) throw new Error(`${issued.code} ${issued.message}`);
  return issuedResult(db, command, "issued", { runId: issued.runId });
}

/** `bill run --publish` of what is issued: its result. */
export async function published(db: Database, period: string, options: RunOptions = {}): Promise<RunResult> {
  const publishedIds = await publish(db, period, options);
  return issuedResult(db, commandOf(period, options), "published", { publishedIds });
}

/** `bill run --issue` that is expected to be refused: its code. */
export async function refusedIssue(db: Database, period: string, options: RunOptions = {}): Promise<string> {
  const issued = await issueRun(db, commandOf(period, options), contextOf(period, options));
  return issued.ok ? "ISSUED" : issued.code;
}

export const publish = (db: Database, period: string, options: RunOptions = {}): Promise<readonly string[]> =>
  publishBills(db, commandOf(period, options), contextOf(period, options), async () => []);

/** Every table with the number and the digest of its rows: equal means that nothing at all has changed. */
export async function fingerprint(db: Database): Promise<Record<string, string>> {
  const tables = await rows<{ name: string }>(
    db,
    Prisma.sql`SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE "C"`,
  );
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const found = await rows<{ text: string }>(
      db,
      Prisma.sql`SELECT t::text AS text FROM ${Prisma.raw(`"${name}"`)} t ORDER BY 1`,
    );
    const digest = createHash("sha256").update(found.map((one) => one.text).join("\n"));
    prints[name] = `${found.length} ${digest.digest("hex").slice(0, 16)}`;
  }
  return prints;
}

/** The number of rows of every table. */
export const rowCounts = async (db: Database): Promise<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(await fingerprint(db)).map(([table, print]) => [table, Number(print.split(" ")[0])]),
  );

/** Balances of the ledger by account, debit minus credit, in fen; accounts at zero are left out. */
export async function ledgerBalances(db: Database): Promise<Record<string, number>> {
  const found = await rows<{ account: string; balance: bigint }>(
    db,
    Prisma.sql`SELECT account, sum(amount)::bigint AS balance FROM (
        SELECT debit_account AS account, amount_fen AS amount FROM ledger_posting
        UNION ALL SELECT credit_account, -amount_fen FROM ledger_posting) AS moved
      GROUP BY account HAVING sum(amount) <> 0 ORDER BY account COLLATE "C"`,
  );
  return Object.fromEntries(found.map(({ account, balance }) => [account, Number(balance)]));
}

/** Σ of all issued lines by lease, charge, role, ordinal and first day of the period, in fen; zeros are left out. */
export async function sumsByPeriod(db: Database): Promise<Record<string, number>> {
  const found = await rows<{ key: string; total: bigint }>(
    db,
    Prisma.sql`SELECT concat_ws(' ', l.code, line.charge_code, line.role, line.ordinal, line.period_from) AS key,
        sum(line.amount_fen)::bigint AS total
      FROM bill_line line JOIN lease l ON l.id = line.lease_id GROUP BY 1 HAVING sum(line.amount_fen) <> 0
      ORDER BY 1`,
  );
  return Object.fromEntries(found.map(({ key, total }) => [key, Number(total)]));
}
