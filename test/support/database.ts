import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import { connectDatabase, type Database } from "../../src/db/client.ts";
import { administer, withName } from "./database-server.ts";

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
}

/** A fresh, migrated and empty database, gone after `close`. Only in files of the project `db`. */
export async function createTestDatabase(): Promise<TestDatabase & { close(): Promise<void> }> {
  const adminUrl = inject("databaseAdminUrl");
  const name = `parkledger_test_${randomBytes(6).toString("hex")}`;
  await administer(adminUrl, `create database ${name} template ${inject("templateDatabase")}`);
  const url = withName(adminUrl, name);
  const db = connectDatabase(url, { maxConnections: 8 });
  return {
    url,
    db,
    async close() {
      await db.$disconnect();
      await administer(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

/**
 * One database for all tests of the calling file or describe block:
 *
 *     const database = withDatabase();
 *     it("…", async () => { await database.db.operator.create(…) });
 */
export function withDatabase(): TestDatabase {
  let current: Awaited<ReturnType<typeof createTestDatabase>> | undefined;
  const opened = () => {
    if (current === undefined) throw new Error("withDatabase(): the database exists only while tests run");
    return current;
  };
  beforeAll(async () => {
    current = await createTestDatabase();
  });
  afterAll(async () => {
    await current?.close();
  });
  return {
    get url() {
      return opened().url;
    },
    get db() {
      return opened().db;
    },
  };
}
