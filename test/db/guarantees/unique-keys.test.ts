import { expect, it } from "vitest";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();

it("no unique key has a nullable column, unless its predicate leaves the empty ones out: NULL is not equal to NULL", async () => {
  const nullable = await database.db.$queryRaw<{ key: string; column: string }[]>`
    SELECT i.relname AS key, a.attname AS column
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
    WHERE x.indisunique AND NOT a.attnotnull
      -- "(refund_id IS NOT NULL) AND …": what has no value is said not to be meant
      AND NOT coalesce(pg_get_expr(x.indpred, x.indrelid) ~ ('\\m' || a.attname || ' IS NOT NULL')
        AND pg_get_expr(x.indpred, x.indrelid) !~ ' OR ', false)`;
  expect(nullable).toEqual([]);
});
