import { access, constants } from "node:fs/promises";
import pg from "pg";
import {
  type AppliedMigration,
  BACKUP_FORMAT,
  type BackupHeader,
  type BackupTable,
  type BackupTrailer,
  columnList,
  END_OF_ROWS,
  quote,
  readMigrationRows,
  readTables,
  SEEDED_TABLES,
} from "./backup-format.ts";
import { BackupLines } from "./backup-lines.ts";
import { copyIn } from "./copy-stream.ts";

export type RestoreResult =
  | { readonly ok: true; readonly takenAt: string; readonly tables: number; readonly rows: number }
  | {
      readonly ok: false;
      readonly code: "NOT_A_BACKUP" | "OTHER_SCHEMA" | "NOT_EMPTY" | "BACKUP_DAMAGED";
      /** Chinese / English, what to do. */
      readonly message: string;
    };

/**
 * Restores a backup into a migrated and otherwise empty database, all of it or nothing. Foreign keys, checks and unique
 * keys hold while the rows come in; only our own triggers rest, because the rows were allowed when they were made (a
 * month may have been locked since). Needs to own the tables, not to be a superuser. Check the copy afterwards:
 * `ledger check`, `audit verify`. Throws when there is no such file.
 */
export async function restoreDatabase(url: string, file: string): Promise<RestoreResult> {
  await access(file, constants.R_OK);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  const lines = new BackupLines(file);
  try {
    await client.query("BEGIN");
    await client.query("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'");
    const result = await restore(client, lines);
    await client.query(result.ok ? "COMMIT" : "ROLLBACK");
    return result;
  } finally {
    await lines.close();
    await client.end();
  }
}

const refuse = (code: Extract<RestoreResult, { ok: false }>["code"], message: string): RestoreResult => ({
  ok: false,
  code,
  message,
});

async function restore(client: pg.Client, lines: BackupLines): Promise<RestoreResult> {
  let header: BackupHeader;
  try {
    header = await lines.nextJson<BackupHeader>();
  } catch {
    return refuse("NOT_A_BACKUP", "这个文件不是 ParkLedger 的备份 / this file is no backup of ParkLedger");
  }
  if (header.format !== BACKUP_FORMAT) {
    return refuse("NOT_A_BACKUP", `不认识的备份格式 ${header.format} / unknown backup format`);
  }
  const refused = schemaRefusal(header.migrations, await readMigrationRows(client)) ?? (await emptyRefusal(client));
  if (refused) return refused;
  try {
    return await restoreRows(client, lines, header);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(
      "BACKUP_DAMAGED",
      `备份不完整或已损坏，数据库未改动 / the backup is damaged, nothing was restored (${reason})`,
    );
  }
}

function schemaRefusal(
  ofBackup: readonly AppliedMigration[],
  ofDatabase: readonly AppliedMigration[],
): RestoreResult | undefined {
  if (JSON.stringify(ofBackup) === JSON.stringify(ofDatabase)) return undefined;
  const wanted = ofBackup.at(-1)?.name ?? "";
  const found = ofDatabase.at(-1)?.name ?? "";
  return refuse(
    "OTHER_SCHEMA",
    `备份的数据库结构是 ${wanted}，目标库是 ${found}；请用对应版本的程序恢复，再升级 / the backup is of schema ${wanted}, the database of ${found}: restore with the program that belongs to it, then upgrade`,
  );
}

async function emptyRefusal(client: pg.Client): Promise<RestoreResult | undefined> {
  for (const { name } of await readTables(client)) {
    if (SEEDED_TABLES.includes(name)) continue;
    const { rows } = await client.query(`SELECT 1 FROM ${quote(name)} LIMIT 1`);
    if (rows.length > 0) {
      return refuse(
        "NOT_EMPTY",
        `目标库的 ${name} 表里已有数据，请恢复到一个新建的空库 / the table ${name} has rows: restore into a new, empty database`,
      );
    }
  }
  return undefined;
}

async function restoreRows(client: pg.Client, lines: BackupLines, header: BackupHeader): Promise<RestoreResult> {
  const { tables } = header;
  for (const { name } of tables) await client.query(`ALTER TABLE ${quote(name)} DISABLE TRIGGER USER`);
  for (const name of SEEDED_TABLES) await client.query(`DELETE FROM ${quote(name)}`);
  const restored: Record<string, number> = {};
  for (const table of tables) restored[table.name] = await restoreTable(client, lines, table);
  const { trailer, sha256 } = await lines.trailer<BackupTrailer>();
  if (trailer.sha256 !== sha256) throw new Error("the content is not what was written");
  for (const { name } of tables) {
    if (restored[name] !== trailer.rows[name]) throw new Error(`${name}: ${trailer.rows[name]} rows expected`);
    await client.query(`ALTER TABLE ${quote(name)} ENABLE TRIGGER USER`);
  }
  for (const [name, last] of Object.entries(trailer.sequences)) {
    await client.query("SELECT setval($1::regclass, $2::bigint)", [quote(name), last]);
  }
  const rows = Object.values(restored).reduce((sum, count) => sum + count, 0);
  return { ok: true, takenAt: header.takenAt, tables: tables.length, rows };
}

async function restoreTable(client: pg.Client, lines: BackupLines, table: BackupTable): Promise<number> {
  const { table: name } = await lines.nextJson<{ table: string }>();
  if (name !== table.name) throw new Error(`expected the table ${table.name}, found ${name}`);
  const sql = `COPY ${quote(table.name)} (${columnList(table)}) FROM STDIN`;
  return copyIn(client, sql, lines.until(END_OF_ROWS));
}
