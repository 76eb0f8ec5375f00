import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "../../prisma/migrate.ts";
import { openEmbeddedServer } from "../../src/db/embedded/embedded-server.ts";
import { memoryFolder } from "./memory-folder.ts";

declare module "vitest" {
  export interface ProvidedContext {
    databaseAdminUrl: string;
    templateDatabase: string;
  }
}

/** Global setup of the project `db`: one server, the schema migrated once into a template that test files clone. */
export default async function startDatabaseServer(project: TestProject): Promise<() => Promise<void>> {
  const server =
    process.env.DATABASE_URL === undefined ? await disposableServer() : ownServer(process.env.DATABASE_URL);
  const templateDatabase = `parkledger_template_${randomBytes(6).toString("hex")}`;
  await administer(server.url, `create database ${templateDatabase}`);
  await migrate(withName(server.url, templateDatabase));
  project.provide("databaseAdminUrl", server.url);
  project.provide("templateDatabase", templateDatabase);
  return async () => {
    await administer(server.url, `drop database ${templateDatabase} with (force)`);
    await server.close();
  };
}

async function disposableServer(): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "parkledger-test-"));
  // As root the server runs under another account, which must be able to enter.
  chmodSync(folder, 0o711);
  const server = await openEmbeddedServer(folder, { disposable: true });
  return {
    url: server.url,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ownServer = (url: string): { url: string; close(): Promise<void> } => ({ url, close: async () => {} });

/** The same server, another database. */
export function withName(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

export async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
