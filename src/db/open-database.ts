import pg from "pg";
import { DatabaseProblem, reasonOf } from "./database-problem.ts";
import { openEmbeddedServer } from "./embedded/embedded-server.ts";

export interface OpenDatabase {
  readonly url: string;
  readonly embedded: boolean;
  /** Stops the embedded server if this process was its last user; nothing else to do for a database of your own. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const OLDEST_SERVER = 140_000;

/**
 * The database of this process: DATABASE_URL if given (tried once, so that a wrong one is a sentence and not a stack),
 * else the embedded PostgreSQL of `dataDir`. Not migrated yet. Throws DatabaseProblem.
 */
export async function openDatabase(config: {
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
}): Promise<OpenDatabase> {
  if (config.databaseUrl === undefined) {
    const server = await openEmbeddedServer(config.dataDir);
    return { url: server.url, embedded: true, close: () => server.close() };
  }
  await tryUrl(config.databaseUrl);
  return { url: config.databaseUrl, embedded: false, close: async () => {} };
}

async function tryUrl(url: string): Promise<void> {
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on("error", () => {});
    await client.connect();
  } catch (error) {
    throw unusable(reasonOf(error), error);
  }
  try {
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    const version = rows[0]?.version ?? 0;
    if (version < OLDEST_SERVER)
      throw unusable(`PostgreSQL 14 or later is needed, found ${Math.floor(version / 10_000)}`);
  } finally {
    await client.end();
  }
}

/** The reason of pg names host, port, user or database, never the password. */
const unusable = (reason: string, cause?: unknown): DatabaseProblem =>
  new DatabaseProblem(
    "URL_UNUSABLE",
    "DATABASE_URL 指向的数据库无法使用，请检查地址、账号、密码和网络",
    `the database of DATABASE_URL cannot be used: check address, user, password and network (${reason})`,
    cause,
  );
