import { describe, expect, it } from "vitest";
import { copyOf, IS_WORD_LIST, refuserOf, withEveryTable } from "../../support/guarantees.ts";

/*
 * What can be tried on every table alike, read from the catalogue, so that a new table is tried without being named here:
 * a row of it must be in test/support/every-table.ts.
 */

describe("every table", () => {
  const database = withEveryTable();
  const tables = () =>
    database.query<{ name: string; columns: string[]; key: string[] }>(
      `SELECT c.relname AS name, (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid
          AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped AND a.attidentity = '') AS columns,
        (SELECT array_agg(a.attname::text) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid
          AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary) AS key
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
      ORDER BY 1`,
    );

  it("has a row to be tried on", async () => {
    const empty = [];
    for (const { name } of await tables()) {
      if ((await database.query(`SELECT 1 FROM ${name} LIMIT 1`)).length === 0) empty.push(name);
    }
    expect(empty).toEqual([]);
  });

  it("has a primary key, and refuses a second row under it", async () => {
    const accepted = [];
    for (const { name, key } of await tables()) {
      expect([name, key?.length ?? 0]).not.toEqual([name, 0]);
      // The first table to refuse may be another unique key of the row; that is as good.
      const error = await database.refusal([
        `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM ${name} ORDER BY 1 LIMIT 1`,
      ]);
      if (!["23505", "23P01", "23000"].includes(error?.code ?? "")) accepted.push(`${name}: ${refuserOf(error)}`);
    }
    expect(accepted).toEqual([]);
  });

  it("refuses a row that lacks what every row of it must have", async () => {
    const accepted = [];
    for (const { name, columns } of await tables()) {
      for (const column of columns) {
        const error = await database.refusal([copyOf(name, { [column]: null })]);
        // A trigger that looks at the column first may be the one to refuse.
        if (!["23502", "23000"].includes(error?.code ?? "")) accepted.push(`${name}.${column}: ${refuserOf(error)}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it("refuses a word that its column does not know", async () => {
    const lists = await database.query<{ name: string; constraint: string; column: string }>(
      `SELECT c.conrelid::regclass::text AS name, c.conname AS constraint, a.attname AS column
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.connamespace = 'public'::regnamespace AND c.contype = 'c'
          AND c.oid IN (SELECT oid FROM pg_constraint WHERE ${IS_WORD_LIST})`,
    );
    expect(lists.length).toBeGreaterThan(40);
    const accepted = [];
    for (const { name, constraint, column } of lists) {
      const error = await database.refusal([
        `ALTER TABLE ${name} DISABLE TRIGGER USER`,
        copyOf(name, { [column]: "?" }),
      ]);
      if (error?.code !== "23514") accepted.push(`${constraint}: ${refuserOf(error)}`);
    }
    expect(accepted).toEqual([]);
  });

  it("keeps dates of a range, and money of a line, at a number of the right kind", async () => {
    const wrong = await database.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND ((column_name LIKE '%\\_fen' AND data_type <> 'bigint')
          OR data_type IN ('real', 'double precision', 'timestamp without time zone'))`,
    );
    expect(wrong).toEqual([]);
  });
});
