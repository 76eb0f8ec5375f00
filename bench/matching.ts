import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { setFlagsFromString } from "node:v8";
import pg from "pg";
import { migrate } from "../prisma/migrate.ts";
import { openStatementFile } from "../src/compose/statement-files.ts";
import { connectDatabase } from "../src/db/client.ts";
import { openEmbeddedServer } from "../src/db/embedded/embedded-server.ts";
import { createFieldEncryption } from "../src/db/field-encryption.ts";
import { parseCivilDate } from "../src/domain/time/civil-date.ts";
import { runReconciliation } from "../src/usecases/reconciliation/run-reconciliation.ts";
import { importStatement } from "../src/usecases/statements/import-statement.ts";
import { createDatabase, dropDatabase, withDatabase } from "./billing/copy-limit.ts";

/*
 * npm run bench -- matching [lines …]: a day's statement against as many book rows, from the file to the last match. Limits
 * of the same run: parsing alone, and COPY of the very same rows (lines and matches) into the same tables and indexes.
 * Default: 100,000 and 1,000,000 lines. Exit code 1 if a target is missed.
 */

// What has to be kept fits in this; without a limit the collector lets garbage lie.
setFlagsFromString("--max-old-space-size=128");

const MOST_TIMES_THE_LIMIT = 3;
const MOST_MB = 400;
const MOST_GROWTH = 1.5;
const DAY = parseCivilDate("2026-03-05");

async function writeStatement(path: string, lines: number): Promise<void> {
  const out = createWriteStream(path);
  out.write("\uFEFF记账日期,交易时间,起息日,借方金额,贷方金额,余额,对方户名,对方账号,附言,流水号\r\n");
  let balanceFen = 0n;
  for (let index = 0; index < lines; index += 1) {
    const amountFen = BigInt(1_000 + ((index * 7_919) % 900_000));
    balanceFen += amountFen;
    const time = new Date(Math.floor((index / lines) * 86_399_000)).toISOString().slice(11, 19);
    const yuan = (fen: bigint): string => `${fen / 100n}.${(fen % 100n).toString().padStart(2, "0")}`;
    const cells = [
      DAY,
      time,
      DAY,
      "",
      yuan(amountFen),
      yuan(balanceFen),
      `租户${index % 500}`,
      `6222${index % 500}`,
      "房租",
      `B${index}`,
    ];
    if (!out.write(`${cells.join(",")}\r\n`)) await new Promise<void>((resolve) => out.once("drain", () => resolve()));
  }
  out.end();
  await finished(out);
}

/** As many receipts as lines, of one tenant: the book rows. */
const SEED = `
  INSERT INTO legal_entity (id, code, name, taxpayer) VALUES (gen_random_uuid(), 'E1', '甲公司', 'general');
  INSERT INTO tenant (id, code, name, kind) VALUES (gen_random_uuid(), 'T1', '租户一', 'company');
  INSERT INTO bank_account (id, entity_id, code, bank, account_no_cipher, account_no_key_id, account_no_hash)
    SELECT gen_random_uuid(), id, 'CMB1', '招商银行', '\\x00', 'k', '\\x00' FROM legal_entity;`;
const RECEIPTS = `
  INSERT INTO receipt (id, entity_id, tenant_id, channel, account_code, channel_no, receipt_no, amount_fen, value_date, state, recorded_by)
  SELECT gen_random_uuid(), e.id, t.id, 'bank', 'CMB1', 'B' || n, 'SK-' || n, 1000 + (n::bigint * 7919) % 900000, '${DAY}', 'counted', 'bench'
  FROM legal_entity e, tenant t, generate_series(0, $1::int - 1) n`;

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const begunMs = performance.now();
  await work();
  return (performance.now() - begunMs) / 1000;
};

async function measure(serverUrl: string, folder: string, lines: number) {
  const [name, limit] = [`matching_${lines}`, `matching_limit_${lines}`];
  const url = withDatabase(serverUrl, name);
  await createDatabase(serverUrl, name);
  await migrate(url);
  await withClient(url, async (client) => {
    await client.query(SEED);
    await client.query(RECEIPTS, [lines]);
    await client.query("ANALYZE receipt");
  });
  await createDatabase(serverUrl, limit, name);
  const path = join(folder, `${lines}.csv`);
  await writeStatement(path, lines);
  const open = () => openStatementFile(path, { source: "bank" });
  const parseSeconds = await seconds(async () => {
    for await (const event of (await open()).events())
      if (event.type === "problem") throw new Error(event.problem.message);
  });
  global.gc?.();
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
  }, 50);
  const db = connectDatabase(url, { maxConnections: 4 });
  const context = { actor: "bench", channel: "bench", today: parseCivilDate("2026-03-06") };
  const importSeconds = await seconds(async () => {
    const encryption = createFieldEncryption([createHash("sha256").update("bench").digest()]);
    const command = { source: "bank" as const, accountCode: "CMB1", date: DAY, file: await open() };
    const imported = await importStatement(db, command, { ...context, encryption });
    if (!imported.ok) throw new Error(imported.problems.join("\n"));
  });
  const matchSeconds = await seconds(async () => {
    const command = { accountCode: "CMB1", date: DAY, listMatched: false };
    const run = await runReconciliation(db, command, { ...context, nowMs: Date.parse("2026-03-06T10:00:00+08:00") });
    if (!run.ok || !run.closed || run.exceptions.length > 0) throw new Error("the day is not closed");
  });
  clearInterval(watch);
  await db.$disconnect();
  const copySeconds = await copyAlone(url, withDatabase(serverUrl, limit), folder);
  await dropDatabase(serverUrl, name);
  await dropDatabase(serverUrl, limit);
  return { lines, parseSeconds, copySeconds, importSeconds, matchSeconds, peakMb: peakBytes / 1_048_576 };
}

const COPIED = ["counterparty_account", "statement_file", "statement_line", "match_item"];

async function copyAlone(source: string, target: string, folder: string): Promise<number> {
  await withClient(source, async (client) => {
    for (const table of COPIED) await client.query(`COPY ${table} TO '${join(folder, table)}' (FORMAT binary)`);
  });
  return withClient(target, async (client) => {
    await client.query("CHECKPOINT");
    return seconds(async () => {
      for (const table of COPIED) await client.query(`COPY ${table} FROM '${join(folder, table)}' (FORMAT binary)`);
    });
  });
}

const sizes = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "parkledger-matching-"));
chmodSync(folder, 0o777);
const server = await openEmbeddedServer(join(folder, "data"));
let failed = false;
try {
  const perLine: number[] = [];
  for (const lines of sizes.length > 0 ? sizes : [100_000, 1_000_000]) {
    const found = await measure(server.url, folder, lines);
    const wholeSeconds = found.importSeconds + found.matchSeconds;
    const ratio = wholeSeconds / (found.parseSeconds + found.copySeconds);
    perLine.push(wholeSeconds / lines);
    console.log(`${lines} lines against ${lines} book rows`);
    console.log(
      `  parsing alone ${found.parseSeconds.toFixed(2)} s, COPY of the same rows ${found.copySeconds.toFixed(2)} s`,
    );
    console.log(`  import ${found.importSeconds.toFixed(2)} s, matching ${found.matchSeconds.toFixed(2)} s`);
    console.log(
      `  together ${ratio.toFixed(2)} × (parse + COPY), at most ${MOST_TIMES_THE_LIMIT}; peak ${found.peakMb.toFixed(0)} MB, below ${MOST_MB}`,
    );
    failed ||= ratio > MOST_TIMES_THE_LIMIT || found.peakMb >= MOST_MB;
  }
  const [first, last] = [perLine[0], perLine.at(-1)];
  if (first !== undefined && last !== undefined && perLine.length > 1) {
    console.log(
      `  a line of the largest takes ${(last / first).toFixed(2)} × one of the smallest, at most ${MOST_GROWTH}`,
    );
    failed ||= last / first > MOST_GROWTH;
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
