import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import {
  BACKUP_FORMAT,
  type BackupHeader,
  type BackupTrailer,
  columnList,
  END_OF_ROWS,
  quote,
  readMigrationRows,
  readTables,
} from "./backup-format.ts";
import { copyOut } from "./copy-stream.ts";

export interface BackupSummary {
  readonly file: string;
  /** Of the file, in hex: note it beside the copy. */
  readonly sha256: string;
  readonly bytes: number;
  readonly tables: number;
  readonly rows: number;
  /** The last migration: the program that restores must have exactly those. */
  readonly schema: string;
}

/**
 * Writes every row of the database as of one moment (one repeatable-read snapshot) to a new file, readable by its owner
 * only. Work goes on meanwhile. Encrypted fields stay encrypted: the keys are kept elsewhere. Throws when the file cannot
 * be written, and then leaves none behind.
 */
export async function backupDatabase(url: string, file: string): Promise<BackupSummary> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  const unfinished = `${file}.unfinished`;
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await client.query("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'");
    const summary = await writeBackup(client, unfinished);
    await rename(unfinished, file);
    return { file, ...summary };
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

async function writeBackup(client: pg.Client, path: string): Promise<Omit<BackupSummary, "file">> {
  const gzip = createGzip();
  const fileHash = createHash("sha256");
  let bytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      fileHash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  const written = pipeline(gzip, measured, createWriteStream(path, { mode: 0o600, flush: true }));
  // A full disk is reported by the await below; until then it must not be an unhandled rejection.
  written.catch(() => {});
  const contentHash = createHash("sha256");
  const write = async (content: Buffer | string): Promise<void> => {
    contentHash.update(content);
    if (!gzip.write(content)) await Promise.race([once(gzip, "drain"), written]);
  };

  const header: BackupHeader = {
    format: BACKUP_FORMAT,
    takenAt: new Date().toISOString(),
    migrations: await readMigrationRows(client),
    tables: await readTables(client),
  };
  await write(`${JSON.stringify(header)}\n`);
  const counts: Record<string, number> = {};
  for (const table of header.tables) {
    await write(`${JSON.stringify({ table: table.name })}\n`);
    const sql = `COPY (SELECT ${columnList(table)} FROM ${quote(table.name)}) TO STDOUT`;
    counts[table.name] = await copyOut(client, sql, write);
    await write(`${END_OF_ROWS}\n`);
  }
  const trailer: BackupTrailer = {
    rows: counts,
    sequences: await readSequences(client),
    sha256: contentHash.digest("hex"),
  };
  gzip.end(`${JSON.stringify(trailer)}\n`);
  await written;
  await syncFile(path);
  return {
    sha256: fileHash.digest("hex"),
    bytes,
    tables: header.tables.length,
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    schema: header.migrations.at(-1)?.name ?? "",
  };
}

async function readSequences(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string }>(
    `SELECT sequencename AS name, last_value::text AS last FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL`,
  );
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]));
}

/** So that the finished file survives a power cut. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
