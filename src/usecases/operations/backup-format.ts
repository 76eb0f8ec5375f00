import type pg from "pg";

/*
 * A backup is one gzip file of lines: a header, then for each table its name, its rows as COPY text and "\.", then a
 * trailer with the number of rows of each table and the SHA-256 of all lines before it. Whoever has the file and
 * PostgreSQL can read it without us.
 */

export const BACKUP_FORMAT = "parkledger-backup/1";
/** Ends the rows of a table; COPY text writes a backslash as two, so no row is this line. */
export const END_OF_ROWS = "\\.";

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface BackupHeader {
  readonly format: typeof BACKUP_FORMAT;
  readonly takenAt: string;
  /** The schema that the rows belong to: those migrations and no other. */
  readonly migrations: readonly AppliedMigration[];
  /** Referenced tables before those that refer to them. */
  readonly tables: readonly BackupTable[];
}

export interface BackupTrailer {
  readonly rows: Readonly<Record<string, number>>;
  /** Last value given out, as text; absent for sequences that were never used. */
  readonly sequences: Readonly<Record<string, string>>;
  readonly sha256: string;
}

/** Short-lived secrets and counters: worthless tomorrow, and no business of a file that leaves the machine. */
const NOT_KEPT = ["_prisma_migrations", "vendor_token", "rate_count"];

/** Tables whose rows a migration wrote; a restore replaces them. */
export const SEEDED_TABLES: readonly string[] = ["ledger_account"];

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const columnList = (table: BackupTable): string => table.columns.map(quote).join(", ");

export async function readMigrationRows(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`,
  );
  return rows;
}

/** All tables of the schema with their stored columns, referenced ones first. */
export async function readTables(client: pg.Client): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable & { refers_to: string[] }>(
    `SELECT c.relname AS name,
        (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
        ARRAY(SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint f
          WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS refers_to
      FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL ($1)
      ORDER BY c.relname COLLATE "C"`,
    [NOT_KEPT],
  );
  const ordered: BackupTable[] = [];
  const placed = new Set<string>();
  let waiting = rows;
  while (waiting.length > 0) {
    const ready = waiting.filter((table) => table.refers_to.every((other) => placed.has(other)));
    if (ready.length === 0)
      throw new Error(`tables refer to each other: ${waiting.map(({ name }) => name).join(", ")}`);
    for (const { name, columns } of ready) {
      ordered.push({ name, columns });
      placed.add(name);
    }
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}
