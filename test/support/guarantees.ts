import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "./database.ts";
import { type EveryTable, insertEveryTable } from "./every-table.ts";

/** Attempts to break one rule. All statements but the last are allowed; the last is refused, or it is a hole. */
export interface Attempt {
  /** "two leases hold a unit on one day" */
  readonly what: string;
  /** The constraint that must refuse, or a part of what its trigger says. */
  readonly refusedBy: string;
  /** The trigger that says it, so that the list of attempts can be held against the schema. */
  readonly trigger?: string;
  readonly statements: (ids: EveryTable) => readonly string[];
}

export type Changes = Readonly<Record<string, unknown>>;

/** A copy of a table's first row (of those `where` allows) with a new id and the changes. */
export function copyOf(table: string, changes: Changes = {}, where = "true"): string {
  const json = JSON.stringify(changes).replaceAll("'", "''");
  return `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(x)
    || jsonb_build_object('id', gen_random_uuid()) || '${json}'::jsonb)).*
    FROM (SELECT * FROM ${table} WHERE ${where} ORDER BY 1 LIMIT 1) x`;
}

/** Checks that are a list of words or the form of a month: columns.test.ts tries each of them. `conkey` and `oid` are pg_constraint's. */
export const IS_WORD_LIST = `cardinality(conkey) = 1
  AND pg_get_constraintdef(oid) ~ '= ANY \\(ARRAY\\[''[^'']*''::text|= ''wechat''|\\^\\\\d\\{4\\}-'`;

export interface GuaranteeDatabase {
  /** Runs the statements, takes all of it back, and says how the last one was refused; undefined: it was not. */
  refusal(statements: readonly string[]): Promise<pg.DatabaseError | undefined>;
  query<T extends object>(sql: string): Promise<T[]>;
  readonly ids: EveryTable;
}

/** A database with a row in every table, and a connection of its own that leaves no trace. */
export function withEveryTable(): GuaranteeDatabase {
  const database = withDatabase();
  let client: pg.Client;
  let ids: EveryTable;
  beforeAll(async () => {
    ids = await insertEveryTable(database.db);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(() => client.end());
  return {
    get ids() {
      return ids;
    },
    query: async <T extends object>(sql: string) => (await client.query<T>(sql)).rows,
    async refusal(statements) {
      await client.query("BEGIN");
      try {
        for (const statement of statements.slice(0, -1)) await client.query(statement);
        try {
          await client.query(statements.at(-1) ?? "");
          return undefined;
        } catch (error) {
          if (error instanceof pg.DatabaseError) return error;
          throw error;
        }
      } finally {
        await client.query("ROLLBACK");
      }
    },
  };
}

/** Constraint, or message of a trigger. */
export const refuserOf = (error: pg.DatabaseError | undefined): string =>
  error === undefined ? "nobody: it was accepted" : (error.constraint ?? error.message);

/** One test for each attempt. */
export function describeAttempts(title: string, attempts: readonly Attempt[], allowed: readonly Attempt[] = []): void {
  describe(title, () => {
    const database = withEveryTable();
    it.each(attempts)("refuses $what", async ({ refusedBy, trigger, statements }) => {
      const error = await database.refusal(statements(database.ids));
      if (trigger === undefined) expect(refuserOf(error)).toBe(refusedBy);
      else expect(refuserOf(error)).toContain(refusedBy);
    });
    if (allowed.length > 0) {
      it.each(allowed)("lets pass $what", async ({ statements }) => {
        expect(refuserOf(await database.refusal(statements(database.ids)))).toBe("nobody: it was accepted");
      });
    }
  });
}

/** An attempt by one statement. */
export const attempt = (what: string, refusedBy: string, ...statements: readonly string[]): Attempt => ({
  what,
  refusedBy,
  statements: () => statements,
});

/** An attempt that a trigger refuses; `says` is a part of its message. */
export const triggerAttempt = (
  what: string,
  trigger: string,
  says: string,
  ...statements: readonly string[]
): Attempt => ({ what, refusedBy: says, trigger, statements: () => statements });

/** Attempts to alter, to delete and to empty out rows that never change. `change` alters something. */
export const appendOnly = (table: string, change: string): readonly Attempt[] => [
  triggerAttempt(`a row of ${table} altered`, `${table}_append_only`, "append-only", `UPDATE ${table} SET ${change}`),
  triggerAttempt(`a row of ${table} deleted`, `${table}_append_only`, "append-only", `DELETE FROM ${table}`),
  triggerAttempt(`${table} emptied`, `${table}_no_truncate`, "append-only", `TRUNCATE ${table} CASCADE`),
];
