import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { DatabaseProblem, reasonOf } from "../src/db/database-problem.ts";

/*
 * Applies prisma/migrations in the table format of `prisma migrate deploy`, whose own engine wants a download
 * (docs/adr/0003): either tool can go on where the other stopped.
 */

export interface Migration {
  /** The folder's name; the order of the names is the order of application. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, as Prisma computes it. */
  readonly checksum: string;
}

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));
/** Prisma's own key, so that its CLI and this runner wait for each other. */
const ADVISORY_LOCK = 72_707_369;
const CONNECT_TIMEOUT_MS = 10_000;

export function readMigrations(folder: string = MIGRATIONS_FOLDER): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/**
 * Brings the database up to date; each migration with its row in one transaction, all of them under one lock. Returns the
 * names it applied. Throws DatabaseProblem MIGRATION_CHANGED, SCHEMA_NEWER, MIGRATION_FAILED and then leaves the failed
 * migration undone.
 */
export async function migrate(url: string, migrations: readonly Migration[] = readMigrations()): Promise<string[]> {
  return withClient(url, async (client) => {
    await client.query("select pg_advisory_lock($1)", [ADVISORY_LOCK]);
    try {
      await client.query(CREATE_TABLE);
      const pending = compare(await appliedMigrations(client), migrations);
      for (const migration of pending) await apply(client, migration);
      return pending.map(({ name }) => name);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [ADVISORY_LOCK]);
    }
  });
}

/**
 * The names of migrations that the database still lacks, for readiness. Throws DatabaseProblem MIGRATION_CHANGED or
 * SCHEMA_NEWER when code and database do not belong together.
 */
export async function pendingMigrations(
  url: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      "select to_regclass('_prisma_migrations') is not null as found",
    );
    const applied = rows[0]?.found ? await appliedMigrations(client) : [];
    return compare(applied, migrations).map(({ name }) => name);
  });
}

const CREATE_TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

async function appliedMigrations(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by started_at, migration_name`,
  );
  return rows;
}

function compare(applied: readonly AppliedMigration[], known: readonly Migration[]): Migration[] {
  for (const row of applied) {
    const migration = known.find(({ name }) => name === row.name);
    if (migration === undefined) {
      throw new DatabaseProblem(
        "SCHEMA_NEWER",
        `数据库结构比程序新（有 ${row.name}，程序没有）；请升级程序，或换用对应版本的数据库`,
        `the database is newer than the program (it has ${row.name}): upgrade the program or use the database that belongs to it`,
      );
    }
    if (!row.finished) {
      throw new DatabaseProblem(
        "MIGRATION_FAILED",
        `迁移 ${row.name} 上次未完成，请检查数据库后用 prisma migrate resolve 处理`,
        `migration ${row.name} was left unfinished: look at the database, then use prisma migrate resolve`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new DatabaseProblem(
        "MIGRATION_CHANGED",
        `迁移 ${row.name} 在应用之后被改动；请恢复原文件，改动写成新的迁移`,
        `migration ${row.name} was changed after it had been applied: restore the file and write the change as a new migration`,
      );
    }
  }
  const names = new Set(applied.map(({ name }) => name));
  return known.filter(({ name }) => !names.has(name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query("begin");
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new DatabaseProblem(
      "MIGRATION_FAILED",
      `迁移 ${migration.name} 失败，数据库未改动`,
      `migration ${migration.name} failed, the database is unchanged (${reasonOf(error)}${placeOf(error, migration.sql)})`,
      error,
    );
  }
}

function placeOf(error: unknown, sql: string): string {
  const position = Number((error as { position?: string }).position);
  return position > 0 ? `, line ${sql.slice(0, position).split("\n").length}` : "";
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
